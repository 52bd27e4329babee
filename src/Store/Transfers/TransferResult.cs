namespace Cairn.Transfers;

/// <summary>The result of transferring a tree.</summary>
/// <param name="Files">The number of transferred files.</param>
/// <param name="Bytes">The number of transferred bytes.</param>
/// <param name="Directories">The number of empty directories that were created.</param>
public sealed record TransferResult(long Files, long Bytes, long Directories)
{
    /// <summary>Gets the number of files that were already equal in the target; 0 unless the trees were compared.</summary>
    public long Kept { get; init; }

    /// <summary>Gets the number of files and empty directories that were removed from the target; 0 unless removal was requested.</summary>
    public long Removed { get; init; }

    /// <summary>Gets the entries that were skipped because of the options.</summary>
    public IReadOnlyList<SkippedEntry> Skipped { get; init; } = [];

    /// <summary>
    /// Gets the failures, each with its URI. A method that returns has none; a method that fails throws a <see cref="BatchFailedException"/> with this
    /// result.
    /// </summary>
    public IReadOnlyList<StoreException> Failures { get; init; } = [];
}

/// <summary>An entry that a transfer skipped because of the options.</summary>
/// <param name="Path">The path relative to the root of the tree.</param>
/// <param name="Reason">The reason, as a phrase.</param>
public sealed record SkippedEntry(string Path, string Reason);
