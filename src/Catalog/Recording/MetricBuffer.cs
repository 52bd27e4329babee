using Cairn.Artifacts;
using Cairn.Catalog.RunRecords;
using Cairn.Materializers;

namespace Cairn.Catalog.Recording;

/// <summary>The metrics of a task: their summaries, and the points that are not stored yet. Thread-safe.</summary>
internal sealed class MetricBuffer
{
    /// <summary>The most points of a metric that a record contains; more are artifacts.</summary>
    public const int MaxInline = 100;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Metric> _metrics = new(StringComparer.Ordinal);

    /// <summary>Gets the number of points that only this process has.</summary>
    public int Waiting { get; private set; }

    public void Add(string name, MetricPoint point, bool isCounted)
    {
        lock (_lock)
        {
            if (!_metrics.TryGetValue(name, out var metric))
                _metrics[name] = metric = new();
            metric.Add(isCounted ? point with { Step = metric.Count } : point);
            Waiting++;
        }
    }

    /// <summary>Stores the points that wait as an artifact, if they are too many for a record.</summary>
    public async Task FlushAsync(ArtifactRepository repository, CancellationToken cancellationToken)
    {
        Dictionary<string, List<MetricPoint>> taken = new(StringComparer.Ordinal);
        lock (_lock)
        {
            foreach (var (name, metric) in _metrics.Where(m => m.Value.Count > MaxInline && m.Value.Points.Count > 0))
                taken[name] = metric.Take();
        }
        if (taken.Count == 0)
            return;
        var block = new Dictionary<string, NdArray>(StringComparer.Ordinal);
        foreach (var (name, points) in taken)
        {
            var prefix = Uri.EscapeDataString(name).Replace(".", "%2E", StringComparison.Ordinal);
            block[prefix + ".step"] = Array([.. points.Select(p => p.Step)]);
            block[prefix + ".value"] = Array([.. points.Select(p => p.Value)]);
            block[prefix + ".at"] = Array([.. points.Select(p => (p.At - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond)]);
        }
        var artifact = await repository.SaveAsync(block, new() { Materializer = "npz" }, cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            foreach (var (name, points) in taken)
            {
                _metrics[name].Series.Add(artifact.Digest);
                Waiting -= points.Count;
            }
        }
    }

    public IReadOnlyDictionary<string, MetricRecord> ToRecords()
    {
        lock (_lock)
            return _metrics.ToDictionary(m => m.Key, m => m.Value.ToRecord(), StringComparer.Ordinal);
    }

    private static NdArray<T> Array<T>(T[] values)
        where T : unmanaged => new(values, values.Length);

    private sealed class Metric
    {
        private double _last, _min = double.NaN, _max = double.NaN;
        private long _step;

        public long Count { get; private set; }

        public List<MetricPoint> Points { get; private set; } = [];

        public List<BlobDigest> Series { get; } = [];

        public void Add(MetricPoint point)
        {
            // The comparisons with NaN are false: the first number replaces it.
            if (!(point.Value >= _min) && !double.IsNaN(point.Value))
                _min = point.Value;
            if (!(point.Value <= _max) && !double.IsNaN(point.Value))
                _max = point.Value;
            (_last, _step) = (point.Value, point.Step);
            Count++;
            Points.Add(point);
        }

        public List<MetricPoint> Take()
        {
            var points = Points;
            Points = [];
            return points;
        }

        public MetricRecord ToRecord() => new(_last, _min, _max, Count, _step) { Points = Series.Count > 0 ? [] : [.. Points], Series = [.. Series] };
    }
}
