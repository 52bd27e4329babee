namespace Cairn.Catalog;

/// <summary>The task whose value of a metric a run shows.</summary>
/// <param name="Step">The name of the step.</param>
/// <param name="Item">The item; null for a plain step.</param>
/// <param name="Tasks">The number of tasks of the step that have a metric of the name.</param>
public sealed record MetricSource(string Step, string? Item, int Tasks);
