using System.Collections.ObjectModel;

namespace Cairn.Artifacts;

/// <summary>The options for saving an object.</summary>
public sealed record SaveOptions
{
    /// <summary>Gets the id of the materializer. Default: the materializer for the type.</summary>
    public string? Materializer { get; init; }

    /// <summary>
    /// Gets whether large files are stored in chunks with content-defined boundaries, so that a new version of a file needs space only for its changes;
    /// false to store them whole. Default: the setting of the store. It affects neither digests nor readers.
    /// </summary>
    public bool? Chunked { get; init; }

    /// <summary>
    /// Gets user metadata that is part of the content and therefore of its identity. It must not contain values that differ between saves, or secrets.
    /// Default: empty.
    /// </summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}
