using Cairn.Catalog;

namespace Cairn.Flows;

/// <summary>Merges the branches of a split.</summary>
public static class JoinExtensions
{
    /// <summary>Takes over what the branches have changed, by reference: no value is loaded unless a rule reads it.</summary>
    /// <typeparam name="TState">The state.</typeparam>
    /// <param name="step">The join.</param>
    /// <param name="inputs">The branches.</param>
    /// <param name="include">The properties to merge. Default: all.</param>
    /// <param name="exclude">The properties not to merge, which stay as they were before the split. Default: none.</param>
    /// <param name="resolve">Adds rules for properties that branches change differently. Optional.</param>
    /// <remarks>
    /// A property that the join has set itself is left alone. One that some branches left as it was before the split, while all others gave it one and the same value or deleted it, gets that value
    /// or is deleted.
    /// </remarks>
    /// <exception cref="MergeConflictException">Properties were changed differently: all of them are listed, and nothing is merged.</exception>
    public static void Merge<TState>(
        this StepContext step, JoinInputs<TState> inputs, IReadOnlyCollection<string>? include = null, IReadOnlyCollection<string>? exclude = null, Action<MergeRules<TState>>? resolve = null)
        where TState : class, IFlowState, new()
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(inputs);
        var rules = new MergeRules<TState>();
        resolve?.Invoke(rules);
        inputs.Merge(include, exclude, rules);
    }
}
