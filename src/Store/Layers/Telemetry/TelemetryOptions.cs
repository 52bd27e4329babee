namespace Cairn.Layers;

/// <summary>The options of <see cref="TelemetryDriver"/>.</summary>
public sealed record TelemetryOptions
{
    /// <summary>
    /// Gets whether spans contain the path (<c>cairn.artifact.path</c>). Default: true. Metrics never contain it, and logs only at debug level.
    /// </summary>
    public bool PathsOnSpans { get; init; } = true;
}
