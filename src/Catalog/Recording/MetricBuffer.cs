using Cairn.Artifacts;
using Cairn.Catalog.RunRecords;
using Cairn.Materializers;

namespace Cairn.Catalog.Recording;

/// <summary>The metrics of a task: their summaries, and the points of the block that is not full. Thread-safe.</summary>
/// <remarks>
/// The points of metrics with more than <see cref="MaxInline"/> are stored in blocks. The last block is stored again with the points that were added since, until it is full; so a reader sees
/// the points
/// of a running task soon, and a record has few blocks. A block is full when it has a quarter of all points, and blocks are stored less often the longer the task runs: the number of blocks grows with
/// the logarithm of the number of points, up to blocks of <see cref="MaxBlock"/> points.
/// </remarks>
/// <param name="time">The clock.</param>
/// <param name="keepsPoints">Whether the points are stored; otherwise only the summaries are kept, and the points of metrics that fit into a record.</param>
internal sealed class MetricBuffer(TimeProvider time, bool keepsPoints)
{
    /// <summary>The most points of a metric that a record contains; more are artifacts.</summary>
    public const int MaxInline = 100;

    /// <summary>The number of points in memory from which a block is stored at once, and not filled further.</summary>
    public const int MaxBlock = 1 << 19;

    private const int MinBlock = 4096;
    private const int BlocksOfTask = 4;
    private const int PeriodsOfTask = 20;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Metric> _metrics = new(StringComparer.Ordinal);
    private readonly long _startedAt = time.GetTimestamp();
    private long _storedAt = time.GetTimestamp();
    private long _count;
    private int _inMemory;

    /// <summary>Gets whether so many points are in memory that they are to be stored at once.</summary>
    public bool IsFull
    {
        get
        {
            lock (_lock)
                return _inMemory >= MaxBlock;
        }
    }

    /// <summary>Gets the number of points in memory.</summary>
    public int InMemory
    {
        get
        {
            lock (_lock)
                return _inMemory;
        }
    }

    public void Add(string name, MetricPoint point, bool isCounted)
    {
        lock (_lock)
        {
            if (!_metrics.TryGetValue(name, out var metric))
                _metrics[name] = metric = new();
            metric.Add(isCounted ? point with { Step = metric.Count } : point);
            _count++;
            if (!keepsPoints && metric.Count > MaxInline)
                metric.Points.Clear();
            else
                _inMemory++;
        }
    }

    /// <summary>Stores the points of metrics that have too many for a record. Only one call runs at a time.</summary>
    /// <param name="repository">Where they are stored.</param>
    /// <param name="isWhole">Whether all points are stored now; otherwise less often, the longer the task runs.</param>
    /// <param name="cancellationToken">Cancels the save.</param>
    public async Task FlushAsync(ArtifactRepository repository, bool isWhole, CancellationToken cancellationToken)
    {
        Dictionary<string, MetricPoint[]> taken = new(StringComparer.Ordinal);
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var isDue = isWhole || _inMemory >= MaxBlock || time.GetElapsedTime(_storedAt, now) >= time.GetElapsedTime(_startedAt, now) / PeriodsOfTask;
            if (!isDue || !_metrics.Values.Any(m => m.Count > MaxInline && m.Points.Count > m.Stored))
                return;
            foreach (var (name, metric) in _metrics.Where(m => m.Value.Count > MaxInline && m.Value.Points.Count > 0))
                taken[name] = [.. metric.Points];
        }
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
            _storedAt = time.GetTimestamp();
            var stored = taken.Values.Sum(p => p.Length);
            var isClosed = stored >= Math.Clamp(_count / BlocksOfTask, MinBlock, MaxBlock);
            foreach (var (name, points) in taken)
                _metrics[name].Store(artifact.Digest, points.Length, isClosed);
            if (isClosed)
                _inMemory -= stored;
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
        private readonly List<BlobDigest> _closed = [];
        private BlobDigest? _open;
        private double _last, _min = double.NaN, _max = double.NaN;
        private long _step;

        public long Count { get; private set; }

        /// <summary>Gets the points that no closed block has.</summary>
        public List<MetricPoint> Points { get; private set; } = [];

        /// <summary>Gets the number of these points that the open block has.</summary>
        public int Stored { get; private set; }

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

        /// <summary>Takes note of a block that has the first points.</summary>
        public void Store(BlobDigest block, int count, bool isClosed)
        {
            if (isClosed)
            {
                _closed.Add(block);
                (_open, Stored, Points) = (null, 0, Points[count..]);
            }
            else
            {
                (_open, Stored) = (block, count);
            }
        }

        public MetricRecord ToRecord()
        {
            IReadOnlyList<BlobDigest> series = _open is { } open ? [.. _closed, open] : [.. _closed];
            return new(_last, _min, _max, Count, _step) { Points = series.Count > 0 || Count > MaxInline ? [] : [.. Points], Series = series };
        }
    }
}
