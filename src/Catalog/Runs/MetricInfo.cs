using Cairn.Artifacts;
using Cairn.Catalog.RunRecords;
using Cairn.Materializers;

namespace Cairn.Catalog;

/// <summary>A metric of a task: a summary of its points. Values may be NaN or infinite.</summary>
public sealed class MetricInfo
{
    private readonly ArtifactRepository _repository;
    private readonly MetricRecord _record;

    internal MetricInfo(ArtifactRepository repository, string name, MetricRecord record) => (_repository, Name, _record) = (repository, name, record);

    /// <summary>Gets the name.</summary>
    public string Name { get; }

    /// <summary>Gets the last value.</summary>
    public double Last => _record.Last;

    /// <summary>Gets the least value. NaN does not count unless all values are NaN.</summary>
    public double Min => _record.Min;

    /// <summary>Gets the greatest value. NaN does not count unless all values are NaN.</summary>
    public double Max => _record.Max;

    /// <summary>Gets the number of points.</summary>
    public long Count => _record.Count;

    /// <summary>Gets the step of the last point.</summary>
    public long Step => _record.Step;

    /// <summary>Reads the points, in the order in which they were recorded.</summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: artifacts with points are no longer in the store. Also other errors of the store.</exception>
    public async Task<IReadOnlyList<MetricPoint>> ReadPointsAsync(CancellationToken cancellationToken = default)
    {
        if (_record.Series.Count == 0)
            return _record.Points;
        var prefix = Uri.EscapeDataString(Name).Replace(".", "%2E", StringComparison.Ordinal);
        List<MetricPoint> points = [];
        foreach (var artifact in _record.Series)
        {
            var block = await _repository.LoadAsync<Dictionary<string, NdArray>>(artifact, cancellationToken).ConfigureAwait(false);
            var (steps, values, times) = (Values<long>(block, $"{prefix}.step"), Values<double>(block, $"{prefix}.value"), Values<long>(block, $"{prefix}.at"));
            for (var i = 0; i < steps.Length; i++)
                points.Add(new(steps[i], values[i], DateTimeOffset.UnixEpoch.AddTicks(times[i] * TimeSpan.TicksPerMicrosecond)));
        }
        return points;
    }

    /// <summary>Returns the name.</summary>
    public override string ToString() => Name;

    private static T[] Values<T>(Dictionary<string, NdArray> block, string name)
        where T : unmanaged => block.TryGetValue(name, out var array) ? ((NdArray<T>)array).Data : [];
}
