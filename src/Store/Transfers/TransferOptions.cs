namespace Cairn.Transfers;

/// <summary>The options for copying a tree.</summary>
public record TransferOptions
{
    /// <summary>Gets the condition of each write: <see cref="WriteMode.Replace"/> (default) or <see cref="WriteMode.CreateNew"/>.</summary>
    public WriteMode Mode { get; init; } = WriteMode.Replace;

    /// <summary>
    /// Gets the maximum number of files that are copied in parallel. Default: <see cref="ArtifactStoreOptions.TreeParallelism"/> of the source store.
    /// </summary>
    public int? Parallelism { get; init; }

    /// <summary>
    /// Gets globs for paths relative to the root of the tree; only files that match one are copied. Default: all files. With any filter, empty directories
    /// are omitted.
    /// </summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Gets globs for paths relative to the root of the tree; files that match one are omitted.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>
    /// Gets the handling of symbolic links below a local folder. Default: <see cref="LinkHandling.Fail"/>. Below a directory of a store, <see
    /// cref="LinkHandling.Follow"/> is equivalent to the default.
    /// </summary>
    public LinkHandling Links { get; init; }

    /// <summary>
    /// Gets whether to stop at the first failure: no further file is started, and files in progress are cancelled. By default, the other files are copied,
    /// and all failures are reported at the end.
    /// </summary>
    public bool FailFast { get; init; }

    /// <summary>
    /// Gets a delegate that is called with the path, relative to the root of the tree, of each file and empty directory that has been copied. It is called
    /// from several threads, but never concurrently. Optional.
    /// </summary>
    public Action<StorePath>? Arrived { get; init; }

    /// <summary>Gets the receiver of progress, which is called from several threads, but never concurrently. Optional.</summary>
    public IProgress<TransferProgress>? Progress { get; init; }
}

/// <summary>The handling of symbolic links below a local folder.</summary>
public enum LinkHandling
{
    /// <summary>A link to a file is copied as that file. Any other link is a failure.</summary>
    Fail,

    /// <summary>A link is copied as its target. A link without a target, or to a folder that contains it, is a failure.</summary>
    Follow,

    /// <summary>Links are skipped, and listed in <see cref="TransferResult.Skipped"/>.</summary>
    Skip,
}

/// <summary>The progress of a transfer.</summary>
/// <param name="Bytes">The number of transferred bytes, including incomplete files.</param>
/// <param name="Files">The number of completely transferred files.</param>
/// <param name="TotalBytes">The total number of bytes, or null until it is known.</param>
/// <param name="TotalFiles">The total number of files, or null until it is known.</param>
/// <param name="BytesPerSecond">The average rate since the start.</param>
public sealed record TransferProgress(long Bytes, long Files, long? TotalBytes, long? TotalFiles, double BytesPerSecond);
