using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Cairn.Layers;

/// <summary>The names of Cairn's telemetry: one activity source and one meter, both named <see cref="SourceName"/>.</summary>
/// <remarks>
/// <para>The names follow OpenTelemetry's conventions where these have one: spans of kind client, called <c>operation scheme</c>; durations in seconds with the advised
/// buckets of database clients; bytes as <c>By</c> with <c>network.io.direction</c>; <c>error.type</c> on what failed. The conventions for object stores cover
/// the AWS SDK's calls alone, whose spans appear below these; what is Cairn's own is named <c>cairn.*</c>. <c>server.address</c> is left to the SDK's spans: a root names no host.</para>
/// <para>No metric carries a path.</para>
/// </remarks>
public static class StoreInstruments
{
    /// <summary>The name of the activity source and the meter.</summary>
    public const string SourceName = "Cairn";

    /// <summary>
    /// Histogram, in seconds: the duration of an operation. A read or write ends when its stream is disposed or completed; a listing counts only the time of
    /// the store.
    /// </summary>
    public const string OperationDuration = "cairn.store.operation.duration";

    /// <summary>Counter, in bytes: transferred content, with <c>network.io.direction</c> <c>receive</c> or <c>transmit</c>.</summary>
    public const string Io = "cairn.store.io";

    /// <summary>Up-down counter: operations in progress.</summary>
    public const string ActiveOperations = "cairn.store.active_operations";

    /// <summary>Counter: calls that <see cref="RetryDriver"/> retried.</summary>
    public const string Retries = "cairn.store.retries";

    /// <summary>Histogram, in seconds: the time that calls waited in <see cref="ThrottleDriver"/>.</summary>
    public const string ThrottleDuration = "cairn.store.throttle.duration";

    /// <summary>
    /// Counter: reads that used <see cref="ReadCacheDriver"/>, with <c>cairn.cache.result</c> <c>hit</c>, <c>miss</c>, <c>bypass</c> or <c>damaged</c>.
    /// </summary>
    public const string CacheLookups = "cairn.store.cache.lookups";

    internal const string OperationTag = "cairn.operation.name";
    internal const string SchemeTag = "cairn.store.scheme";
    internal const string ContainerTag = "cairn.store.container";
    internal const string PathTag = "cairn.artifact.path";
    internal const string DirectionTag = "network.io.direction";
    internal const string ErrorTag = "error.type";
    internal const string CacheResultTag = "cairn.cache.result";

    private static readonly Meter Meter = new(SourceName);

    internal static ActivitySource Source { get; } = new(SourceName);

    internal static Histogram<double> Durations { get; } = Meter.CreateHistogram(
        OperationDuration, "s", "Duration of an operation of a store.", tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300] });

    internal static Counter<long> Bytes { get; } = Meter.CreateCounter<long>(Io, "By", "Content bytes that moved.");

    internal static UpDownCounter<long> Active { get; } = Meter.CreateUpDownCounter<long>(ActiveOperations, "{operation}", "Operations under way.");

    internal static Counter<long> RetryCount { get; } = Meter.CreateCounter<long>(Retries, "{retry}", "Calls that were tried again.");

    internal static Histogram<double> ThrottleWaits { get; } = Meter.CreateHistogram(
        ThrottleDuration, "s", "Time that calls waited for their turn.", tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300] });

    internal static Counter<long> Lookups { get; } = Meter.CreateCounter<long>(CacheLookups, "{lookup}", "Reads that asked the cache.");

    internal static TagList TagsOf(StoreUri root)
    {
        var tags = new TagList { { SchemeTag, root.Scheme } };
        if (root.Container.Length > 0)
            tags.Add(ContainerTag, root.Container);
        return tags;
    }
}
