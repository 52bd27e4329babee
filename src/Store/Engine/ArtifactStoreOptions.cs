using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn;

/// <summary>The options of an <see cref="ArtifactStore"/>. Every value has a default that suits most programs.</summary>
public sealed record ArtifactStoreOptions
{
    /// <summary>
    /// Gets the maximum number of parts of one file that are written in parallel (the driver may allow fewer), and of ranges of one file that are read in
    /// parallel. Default: 8.
    /// </summary>
    public int PartParallelism { get; init; } = 8;

    /// <summary>Gets the maximum number of files of a tree that are copied or removed in parallel. Default: 16.</summary>
    public int TreeParallelism { get; init; } = 16;

    /// <summary>
    /// Gets the maximum number of bytes that a reader of a remote file reads ahead. Default: 4 MiB. Ignored if the content of the driver is seekable.
    /// </summary>
    public int ReadAhead { get; init; } = 4 << 20;

    /// <summary>Gets the clock for delays before a broken read is resumed and for transfer rates.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// Gets the logger factory for failures that cannot be reported to a caller, such as one while aborting a failed write and, in the category
    /// <c>Cairn.ServiceRetries</c>, for requests that are retried while a service does not respond. Default: no logging.
    /// </summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    internal ArtifactStoreOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(PartParallelism, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(TreeParallelism, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(ReadAhead);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentNullException.ThrowIfNull(LoggerFactory);
        return this;
    }
}
