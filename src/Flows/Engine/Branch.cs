using System.Collections.Immutable;

namespace Cairn.Flows.Engine;

/// <summary>Where a branch of a running flow has got to: the values of its state, and the task that they are those after.</summary>
/// <param name="Values">The members of the state that have a value.</param>
/// <param name="Task">The task; null before the first one.</param>
/// <param name="Item">The keys of the items that lead to this branch, joined by <c>/</c>; null outside every foreach.</param>
/// <param name="Index">The position of the item; null outside every foreach.</param>
/// <param name="State">The state of the task before, if it has values that no artifact has.</param>
/// <param name="IsTakenOver">Whether all tasks before were taken over from the run that this one resumes.</param>
internal sealed record Branch(ImmutableDictionary<string, StateValue> Values, Guid? Task, string? Item, int? Index, IFlowState? State, bool IsTakenOver)
{
    /// <summary>Gets the place that the last task of an item leaves to another item before its record is published; null for all other tasks.</summary>
    public ItemSlot? Slot { get; init; }

    /// <summary>The branch after a task.</summary>
    public Branch After(Guid task, IEnumerable<KeyValuePair<string, Artifacts.BlobDigest?>> changes, IFlowState? state, bool isTakenOver)
    {
        var values = Values.ToBuilder();
        foreach (var (name, digest) in changes)
        {
            if (digest is { } artifact)
                values[name] = new(artifact, task);
            else
                values.Remove(name);
        }
        return this with { Values = values.ToImmutable(), Task = task, State = state, IsTakenOver = isTakenOver, Slot = null };
    }

    /// <summary>The branch of an item.</summary>
    public Branch Of(string key, int index)
    {
        // A key may contain the separator.
        var escaped = key.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);
        return this with { Item = Item is null ? escaped : $"{Item}/{escaped}", Index = index };
    }
}
