using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Cairn.Catalog.Telemetry;

/// <summary>The names of the catalog's telemetry: one activity source and one meter, both named <see cref="SourceName"/>. The requests to the store appear
/// below, from the source <c>Cairn</c>.</summary>
/// <remarks>The activities are <c>append asset</c>, <c>synchronize index</c> and <c>write checkpoint</c>. Activities carry the id of the asset; no metric does.</remarks>
public static class CatalogInstruments
{
    /// <summary>The name of the activity source and the meter.</summary>
    public const string SourceName = "Cairn.Catalog";

    /// <summary>Counter: records that were appended to the chains of assets and names.</summary>
    public const string Commits = "cairn.catalog.commits";

    /// <summary>Counter: attempts to append a record that another writer preceded; each was decided again on the newer state.</summary>
    public const string Conflicts = "cairn.catalog.conflicts";

    /// <summary>Counter: batches of the feed that were published.</summary>
    public const string Batches = "cairn.catalog.feed.batches";

    /// <summary>Counter: records in those batches.</summary>
    public const string BatchRecords = "cairn.catalog.feed.records";

    /// <summary>Histogram, in seconds: the duration of a synchronization of the index.</summary>
    public const string SyncDuration = "cairn.catalog.sync.duration";

    /// <summary>Counter: records that synchronizations applied to the index.</summary>
    public const string SyncRecords = "cairn.catalog.sync.records";

    internal const string KindTag = "cairn.catalog.kind";
    internal const string AssetTag = "cairn.catalog.asset";
    internal const string ErrorTag = "error.type";

    private static readonly Meter _meter = new(SourceName);

    internal static ActivitySource Source { get; } = new(SourceName);

    internal static Counter<long> CommitCount { get; } = _meter.CreateCounter<long>(Commits, "{record}", "Records that were appended to chains.");

    internal static Counter<long> ConflictCount { get; } = _meter.CreateCounter<long>(Conflicts, "{attempt}", "Attempts to append that another writer preceded.");

    internal static Counter<long> BatchCount { get; } = _meter.CreateCounter<long>(Batches, "{batch}", "Batches of the feed that were published.");

    internal static Counter<long> BatchRecordCount { get; } = _meter.CreateCounter<long>(BatchRecords, "{record}", "Records in published batches.");

    internal static Histogram<double> SyncDurations { get; } = _meter.CreateHistogram(
        SyncDuration, "s", "Duration of a synchronization of the index.", tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300] });

    internal static Counter<long> SyncRecordCount { get; } = _meter.CreateCounter<long>(SyncRecords, "{record}", "Records that were applied to the index.");

    /// <summary>Ends an activity with an error.</summary>
    internal static void Fail(this Activity? activity, Exception error)
    {
        if (activity is null)
            return;
        activity.SetStatus(ActivityStatusCode.Error, error.Message);
        activity.SetTag(ErrorTag, error is StoreException store ? store.Code.ToString() : error.GetType().FullName);
    }
}
