namespace Cairn.Flows;

/// <summary>The options of a step.</summary>
public record StepOptions
{
    /// <summary>Gets how often a task that fails is tried. Default: once.</summary>
    public StepRetry? Retry { get; init; }

    /// <summary>Gets the cache, which is off by default. A join has none: its inputs are its branches.</summary>
    public StepCache? Cache { get; init; }

    internal static StepOptions Default { get; } = new();
}
