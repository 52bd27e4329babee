using System.Collections.ObjectModel;

namespace Cairn;

/// <summary>How an object is saved.</summary>
public sealed record SaveOptions
{
    /// <summary>The name that points to it afterwards; null for none: the digest always works.</summary>
    public string? Name { get; init; }

    /// <summary>The id of the materializer to use; null for the one that serves the type.</summary>
    public string? Materializer { get; init; }

    /// <summary>
    /// True to store large files in chunks that are cut by content, so that of one that was changed a little only the changes take room; false to store them whole; null for the store's default. It
    /// changes neither digests nor what a reader sees.
    /// </summary>
    public bool? Chunked { get; init; }

    /// <summary>Text that belongs to the content and so to its identity. Nothing that varies from save to save, and no secret. Empty by default.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}
