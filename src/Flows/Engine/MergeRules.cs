namespace Cairn.Flows;

/// <summary>How a join chooses the value of names that branches have changed differently.</summary>
/// <typeparam name="TState">The state.</typeparam>
public sealed class MergeRules<TState>
    where TState : class, IFlowState, new()
{
    internal Dictionary<string, Action<JoinInputs<TState>, StateSlot>> Rules { get; } = new(StringComparer.Ordinal);

    /// <summary>Takes the value of the branch for which a function is greatest; of equal ones, the first.</summary>
    /// <typeparam name="TKey">The type by which branches are compared.</typeparam>
    /// <param name="name">The name of the property.</param>
    /// <param name="by">Returns what the branches are compared by. Reading a property loads it.</param>
    public MergeRules<TState> Take<TKey>(string name, Func<TState, TKey> by)
    {
        ArgumentNullException.ThrowIfNull(by);
        Rules[name] = (inputs, slot) =>
        {
            if (inputs.MaxBy(by) is { } best)
                inputs.Assign(slot, best);
        };
        return this;
    }

    /// <summary>Combines the values of the branches that have one, in the order of the branches.</summary>
    /// <typeparam name="T">The type of the property.</typeparam>
    /// <param name="name">The name of the property.</param>
    /// <param name="combine">Combines two values.</param>
    public MergeRules<TState> Combine<T>(string name, Func<T, T, T> combine)
    {
        ArgumentNullException.ThrowIfNull(combine);
        Rules[name] = (inputs, slot) =>
        {
            var target = slot as StateSlot<T> ?? throw new ArgumentException($"The property {slot} is a {slot.ValueType.Name}, and the rule combines values of {typeof(T).Name}.", nameof(name));
            var (any, result) = (false, default(T)!);
            foreach (var input in inputs)
            {
                if (inputs.SlotOf(input, slot.Name) is not StateSlot<T> { Value: not null } branch)
                    continue;
                var value = branch.Get();
                (any, result) = (true, any ? combine(result, value) : value);
            }
            if (any)
                target.Set(result);
        };
        return this;
    }
}
