using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn;

/// <summary>How an <see cref="ArtifactStore"/> works; every value has a default that suits most programs.</summary>
public sealed record ArtifactStoreOptions
{
    /// <summary>How many parts of one file are written at the same time, at most; the driver may allow fewer; and how many ranges of one are read. Defaults to 8.</summary>
    public int PartParallelism { get; init; } = 8;

    /// <summary>How many files of a tree are copied or removed at the same time, at most. Defaults to 16.</summary>
    public int TreeParallelism { get; init; } = 16;

    /// <summary>How many bytes a reader of a remote file reads ahead, at most. Defaults to 4 MiB. Ignored where the driver's content can seek.</summary>
    public int ReadAhead { get; init; } = 4 << 20;

    /// <summary>The clock, for the waits before a broken read resumes and for rates of transfers.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// Where failures are told that no caller can be told, such as one while aborting a write that has already failed, and, in the category <c>Cairn.ServiceRetries</c>, requests that are sent again while a service does not
    /// answer. Nowhere by default.
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
