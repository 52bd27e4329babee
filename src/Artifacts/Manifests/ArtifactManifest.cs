using System.Collections.ObjectModel;
using Cairn.Materializers;

namespace Cairn.Artifacts;

/// <summary>What an artifact is: its files by digest, and what its materializer needs to read them. Its own digest is the artifact's identity.</summary>
/// <remarks>Nothing in it varies from save to save, so equal content gives an equal digest.</remarks>
public sealed record ArtifactManifest
{
    /// <summary>The id of the materializer that wrote it.</summary>
    public required string MaterializerId { get; init; }

    /// <summary>The materializer's format version.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>The value's type when it was saved: for people. No type is ever looked up by it.</summary>
    public string TypeName { get; init; } = "";

    /// <summary>The files, in the order in which they were written.</summary>
    public IReadOnlyList<ArtifactFile> Files { get; init; } = [];

    /// <summary>What the materializer noted of the value.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The user's metadata that belongs to the content.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>All files' lengths together.</summary>
    public long TotalLength => Files.Sum(f => f.Length);

    /// <summary>The content of small files, which the manifest holds itself, by name.</summary>
    internal IReadOnlyDictionary<StorePath, ReadOnlyMemory<byte>> Inline { get; init; } = ReadOnlyDictionary<StorePath, ReadOnlyMemory<byte>>.Empty;

    /// <summary>The digests of the blobs that the artifact needs beside its manifest, each once.</summary>
    internal IEnumerable<ArtifactFile> Blobs => Files.Where(f => !Inline.ContainsKey(f.Name)).DistinctBy(f => f.Digest);
}
