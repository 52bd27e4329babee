namespace Cairn.Transfers;

/// <summary>What became of a tree that was transferred.</summary>
/// <param name="Files">How many files were transferred.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Directories">How many directories that hold nothing were made.</param>
public sealed record TransferResult(long Files, long Bytes, long Directories)
{
    /// <summary>How many files were in the target already, as they are in the source; 0 unless trees were compared.</summary>
    public long Kept { get; init; }

    /// <summary>How many files and empty directories were removed from the target; 0 unless that was asked for.</summary>
    public long Removed { get; init; }

    /// <summary>What was left out because the options say so.</summary>
    public IReadOnlyList<SkippedEntry> Skipped { get; init; } = [];

    /// <summary>Everything that was asked for and not done, each with its own address. A method that returns has none; one that fails throws a <see cref="BatchFailedException"/> with this result.</summary>
    public IReadOnlyList<StoreException> Failures { get; init; } = [];
}

/// <summary>Something that a transfer has left out as the options ask.</summary>
/// <param name="Path">Its path below the tree's root.</param>
/// <param name="Reason">Why, as a phrase.</param>
public sealed record SkippedEntry(string Path, string Reason);
