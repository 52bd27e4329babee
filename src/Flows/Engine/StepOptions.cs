namespace Cairn.Flows;

/// <summary>The options of a step.</summary>
public record StepOptions
{
    /// <summary>Gets how often a task that fails is tried. Default: once.</summary>
    public StepRetry? Retry { get; init; }

    internal static StepOptions Default { get; } = new();
}
