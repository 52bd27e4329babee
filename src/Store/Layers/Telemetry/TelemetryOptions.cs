namespace Cairn.Layers;

/// <summary>What <see cref="TelemetryDriver"/> tells.</summary>
public sealed record TelemetryOptions
{
    /// <summary>Whether spans carry the artifact's path (<c>cairn.artifact.path</c>). True by default; metrics never do, and logs only at debug level.</summary>
    public bool PathsOnSpans { get; init; } = true;
}
