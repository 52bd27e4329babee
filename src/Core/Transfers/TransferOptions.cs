namespace Cairn;

/// <summary>How a tree is copied.</summary>
public sealed record TransferOptions
{
    /// <summary>On what condition each file of the target is written: <see cref="WriteMode.Replace"/> (the default) or <see cref="WriteMode.CreateNew"/>.</summary>
    public WriteMode Mode { get; init; } = WriteMode.Replace;

    /// <summary>How many files are copied at the same time, at most; null for the source store's <see cref="ArtifactStoreOptions.TreeParallelism"/>.</summary>
    public int? Parallelism { get; init; }

    /// <summary>Globs on the path below the tree's root; only files that match one are copied. Empty for all. With any filter, empty directories are left out.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Globs on the path below the tree's root; files that match one are left out.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Told of progress, from several threads in turn, never two at once. Null for nobody.</summary>
    public IProgress<TransferProgress>? Progress { get; init; }
}

/// <summary>How far a transfer is.</summary>
/// <param name="Bytes">Bytes of files that have arrived, in part or whole.</param>
/// <param name="Files">Files that have arrived whole.</param>
/// <param name="TotalBytes">How many bytes there are in all; null until it is known.</param>
/// <param name="TotalFiles">How many files there are in all; null until it is known.</param>
/// <param name="BytesPerSecond">The mean rate since the start.</param>
public sealed record TransferProgress(long Bytes, long Files, long? TotalBytes, long? TotalFiles, double BytesPerSecond);

/// <summary>What a transfer of a tree has copied.</summary>
/// <param name="Files">Files.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Directories">Directories that hold nothing.</param>
public sealed record TransferSummary(long Files, long Bytes, long Directories);
