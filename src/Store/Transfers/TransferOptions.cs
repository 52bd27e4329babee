namespace Cairn.Transfers;

/// <summary>How a tree is copied.</summary>
public record TransferOptions
{
    /// <summary>On what condition each file of the target is written: <see cref="WriteMode.Replace"/> (the default) or <see cref="WriteMode.CreateNew"/>.</summary>
    public WriteMode Mode { get; init; } = WriteMode.Replace;

    /// <summary>How many files are copied at the same time, at most; null for the source store's <see cref="ArtifactStoreOptions.TreeParallelism"/>.</summary>
    public int? Parallelism { get; init; }

    /// <summary>Globs on the path below the tree's root; only files that match one are copied. Empty for all. With any filter, empty directories are left out.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Globs on the path below the tree's root; files that match one are left out.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>What becomes of symbolic links below a local folder; <see cref="LinkHandling.Fail"/> by default. Below a store's directory, <see cref="LinkHandling.Follow"/> is as the default.</summary>
    public LinkHandling Links { get; init; }

    /// <summary>True to stop at the first failure: no further file begins, and those under way are cancelled. By default the others go on, and every failure is reported at the end.</summary>
    public bool FailFast { get; init; }

    /// <summary>Called with the path below the tree's root of each file and empty directory that has arrived. From several threads in turn, never two at once. Null for nobody.</summary>
    public Action<StorePath>? Arrived { get; init; }

    /// <summary>Told of progress, from several threads in turn, never two at once. Null for nobody.</summary>
    public IProgress<TransferProgress>? Progress { get; init; }
}

/// <summary>What becomes of symbolic links below a local folder.</summary>
public enum LinkHandling
{
    /// <summary>A link to a file is copied as that file. Any other (to a folder, to nothing) is a failure.</summary>
    Fail,

    /// <summary>A link is copied as the file or folder that it leads to. One that leads to nothing, or to a folder that it lies in, is a failure.</summary>
    Follow,

    /// <summary>Links are left out, and listed in <see cref="TransferResult.Skipped"/>.</summary>
    Skip,
}

/// <summary>How far a transfer is.</summary>
/// <param name="Bytes">Bytes of files that have arrived, in part or whole.</param>
/// <param name="Files">Files that have arrived whole.</param>
/// <param name="TotalBytes">How many bytes there are in all; null until it is known.</param>
/// <param name="TotalFiles">How many files there are in all; null until it is known.</param>
/// <param name="BytesPerSecond">The mean rate since the start.</param>
public sealed record TransferProgress(long Bytes, long Files, long? TotalBytes, long? TotalFiles, double BytesPerSecond);
