namespace Cairn.Transfers;

/// <summary>The options for making a tree equal to another.</summary>
public sealed record SyncOptions : TransferOptions
{
    /// <summary>
    /// Gets whether entries that are not in the source are removed, after all copies and only if nothing has failed. Files that the filters exclude are
    /// kept. Default: false.
    /// </summary>
    public bool Delete { get; init; }

    /// <summary>
    /// Gets whether entries are removed even if something has failed. Entries of the source that could not be read then count as missing. Default: false.
    /// </summary>
    public bool DeleteDespiteFailures { get; init; }

    /// <summary>
    /// Gets the maximum number of files and empty directories to remove; if there are more, none is removed, and that is a failure. Default: no limit.
    /// </summary>
    public long? MaxDelete { get; init; }

    /// <summary>Gets whether files of equal length are compared by their content instead of their time; this reads both files.</summary>
    public bool ByContent { get; init; }

    /// <summary>Gets whether nothing is changed, and the changes are only reported to <see cref="Step"/>.</summary>
    public bool DryRun { get; init; }

    /// <summary>
    /// Gets a delegate that is called for each change, before it is made. It is called from several threads, but never concurrently. Optional.
    /// </summary>
    public Action<SyncStep>? Step { get; init; }
}

/// <summary>The kind of a change that makes two trees equal.</summary>
public enum SyncAction
{
    /// <summary>A file of the source is copied.</summary>
    Copy,

    /// <summary>An empty directory is created.</summary>
    MakeDirectory,

    /// <summary>An entry that is not in the source is removed from the target.</summary>
    Remove,
}

/// <summary>One change of a synchronization.</summary>
/// <param name="Action">The kind of the change.</param>
/// <param name="Path">The path relative to the roots of the trees.</param>
/// <param name="IsDirectory">true for an empty directory.</param>
/// <param name="Length">The length of the file in bytes; 0 for a directory.</param>
/// <param name="Reason">The reason in a few words.</param>
public sealed record SyncStep(SyncAction Action, StorePath Path, bool IsDirectory, long Length, string Reason);
