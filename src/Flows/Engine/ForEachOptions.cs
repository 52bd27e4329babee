namespace Cairn.Flows;

/// <summary>The options of a foreach.</summary>
/// <typeparam name="TItem">The type of the items.</typeparam>
public sealed record ForEachOptions<TItem> : StepOptions
{
    /// <summary>Gets the function that returns the key of an item: 1 to 255 bytes of text, different for each item. Default: the position, from 0.</summary>
    public Func<TItem, string>? Key { get; init; }

    /// <summary>
    /// Gets the maximum number of items that run at the same time, which includes saving their results. In addition, the same
    /// number of items may wait for the record of their last step. Default: the number of processors.
    /// </summary>
    public int? Parallelism { get; init; }

    /// <summary>
    /// Gets whether the tasks of the items run in other processes, which call <see cref="IFlow.RunTaskAsync"/>; any scheduler may start them. The run waits for their records. Steps after this one,
    /// up to the join, run in the process of the run. Default: false.
    /// </summary>
    public bool RunsElsewhere { get; init; }

    /// <summary>Gets what the failure of one item means to the others. Default: <see cref="ForEachFailure.Stop"/>.</summary>
    public ForEachFailure OnFailure { get; init; }
}
