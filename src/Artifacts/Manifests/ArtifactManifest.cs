using System.Collections.ObjectModel;
using Cairn.Materializers;

namespace Cairn.Artifacts;

/// <summary>
/// The manifest of an artifact: its files by digest, and the information that its materializer needs to read them. The digest of the manifest is the
/// identity of the artifact.
/// </summary>
/// <remarks>It contains nothing that differs between saves, so equal content has an equal digest.</remarks>
public sealed record ArtifactManifest
{
    /// <summary>Gets the id of the materializer that wrote the artifact.</summary>
    public required string MaterializerId { get; init; }

    /// <summary>Gets the format version of the materializer.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>Gets the type of the saved value, for display. It is never used to look up a type.</summary>
    public string TypeName { get; init; } = "";

    /// <summary>Gets the files in the order in which they were written.</summary>
    public IReadOnlyList<ArtifactFile> Files { get; init; } = [];

    /// <summary>Gets the metadata that the materializer recorded.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Gets the user metadata, which is part of the content.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Gets the total length of all files.</summary>
    public long TotalLength => Files.Sum(f => f.Length);

    /// <summary>Gets the content of small files, which is part of the manifest, by name.</summary>
    internal IReadOnlyDictionary<StorePath, ReadOnlyMemory<byte>> Inline { get; init; } = ReadOnlyDictionary<StorePath, ReadOnlyMemory<byte>>.Empty;

    /// <summary>Gets the digests of the blobs that the artifact requires in addition to its manifest, without duplicates.</summary>
    internal IEnumerable<ArtifactFile> Blobs => Files.Where(f => !Inline.ContainsKey(f.Name)).DistinctBy(f => f.Digest);
}
