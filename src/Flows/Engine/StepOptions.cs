namespace Cairn.Flows;

/// <summary>The options of a step.</summary>
public record StepOptions
{
    /// <summary>Gets how often a task that fails is tried. Default: once.</summary>
    public StepRetry? Retry { get; init; }

    /// <summary>Gets the cache, which is off by default. A join has none: its inputs are its branches.</summary>
    public StepCache? Cache { get; init; }

    /// <summary>
    /// Gets whether <see cref="Flow{TState}.ReplayAsync(Catalog.Catalog, Catalog.RunReference, Action{TState}, Catalog.RunOptions?, CancellationToken)"/> runs the step: one that applies what earlier
    /// steps have learned, such as a prediction. Default: false.
    /// </summary>
    public bool Replay { get; init; }

    /// <summary>
    /// Gets whether the properties of the state that the step has read the last time are loaded, at the same time, before its code starts. Only a property that the code reads counts as read. In a
    /// join, the first read of a property of a branch also loads that property of the next branches, at most 32. Default: true.
    /// </summary>
    public bool Prefetch { get; init; } = true;

    internal static StepOptions Default { get; } = new();
}
