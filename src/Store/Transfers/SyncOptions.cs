namespace Cairn.Transfers;

/// <summary>How a tree is made equal to another.</summary>
public sealed record SyncOptions : TransferOptions
{
    /// <summary>True to remove what the source does not have: after all copies, and only when nothing has failed. Files that the filters leave out stay. Defaults to false.</summary>
    public bool Delete { get; init; }

    /// <summary>True to remove although something has failed. What could not be read in the source then counts as not there. Defaults to false.</summary>
    public bool DeleteDespiteFailures { get; init; }

    /// <summary>The most files and empty directories that may be removed; when there are more, none is, and that is a failure. Null for no limit.</summary>
    public long? MaxDelete { get; init; }

    /// <summary>True to compare files of one length by content, reading both, instead of by time.</summary>
    public bool ByContent { get; init; }

    /// <summary>True to change nothing, and only tell by <see cref="Step"/> what would be done.</summary>
    public bool DryRun { get; init; }

    /// <summary>Called with each thing that is done, or would be, before it is. From several threads in turn, never two at once. Null for nobody.</summary>
    public Action<SyncStep>? Step { get; init; }
}

/// <summary>What is done with one path to make two trees equal.</summary>
public enum SyncAction
{
    /// <summary>The source's file is copied.</summary>
    Copy,

    /// <summary>An empty directory is made.</summary>
    MakeDirectory,

    /// <summary>What the source does not have is removed from the target.</summary>
    Remove,
}

/// <summary>One thing that a synchronisation does.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Path">The path below the trees' roots.</param>
/// <param name="IsDirectory">Whether it is an empty directory.</param>
/// <param name="Length">The file's length in bytes; 0 for a directory.</param>
/// <param name="Reason">Why, in a word or two.</param>
public sealed record SyncStep(SyncAction Action, StorePath Path, bool IsDirectory, long Length, string Reason);
