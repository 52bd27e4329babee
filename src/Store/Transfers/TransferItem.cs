namespace Cairn.Transfers;

/// <summary>One file or empty directory of a tree that is transferred.</summary>
/// <param name="Path">Its path below the tree's root.</param>
/// <param name="IsDirectory">True for an empty directory.</param>
/// <param name="Length">The file's length.</param>
/// <param name="ETag">The file's etag; null where there is none.</param>
internal readonly record struct TransferItem(StorePath Path, bool IsDirectory, long Length, string? ETag)
{
    /// <summary>When the file was last written; null where unknown.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>A checksum of the file's content that is known without reading it; null where there is none.</summary>
    public Checksum? Checksum { get; init; }

    /// <summary>What listings are ordered by.</summary>
    public string OrderKey => IsDirectory ? Path.Value + "/" : Path.Value;
}
