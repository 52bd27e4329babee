namespace Cairn.Transfers;

/// <summary>A file or empty directory of a tree that is transferred.</summary>
/// <param name="Path">The path relative to the root of the tree.</param>
/// <param name="IsDirectory">true for an empty directory.</param>
/// <param name="Length">The length of the file.</param>
/// <param name="ETag">The etag of the file, or null if there is none.</param>
internal readonly record struct TransferItem(StorePath Path, bool IsDirectory, long Length, string? ETag)
{
    /// <summary>Gets the modified time of the file, or null if it is unknown.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>Gets a checksum of the content that is known without reading the file, or null if there is none.</summary>
    public Checksum? Checksum { get; init; }

    /// <summary>Gets the key by which listings are ordered.</summary>
    public string OrderKey => IsDirectory ? Path.Value + "/" : Path.Value;
}
