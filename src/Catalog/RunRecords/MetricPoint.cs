namespace Cairn.Catalog;

/// <summary>A point of a metric.</summary>
/// <param name="Step">The step: what the caller counts, such as epochs.</param>
/// <param name="Value">The value, which may be NaN or infinite.</param>
/// <param name="At">When it was recorded, by the clock of its process.</param>
public readonly record struct MetricPoint(long Step, double Value, DateTimeOffset At);
