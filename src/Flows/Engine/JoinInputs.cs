using System.Collections;
using System.Collections.Immutable;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Flows.Engine;

namespace Cairn.Flows;

/// <summary>The branches that a join reads: the states of those that succeeded, in the order of the items, and the failures of the others.</summary>
/// <remarks>A property of a branch is loaded when it is read first, and counts as an input of the join then. Properties that the join sets in such a state are not used.</remarks>
/// <typeparam name="TState">The state.</typeparam>
public sealed class JoinInputs<TState> : IReadOnlyList<TState>
    where TState : class, IFlowState, new()
{
    private readonly List<(TState State, Engine.Branch Branch, string Step)> _inputs;
    private readonly ImmutableDictionary<string, StateValue> _before;
    private readonly IFlowState _target;
    private readonly Action<StateSlot, StateValue> _onRead;
    private readonly IReadOnlyList<JoinFailure> _failed;

    internal JoinInputs(
        IFlowState target,
        ImmutableDictionary<string, StateValue> before,
        IEnumerable<(Engine.Branch Branch, string Step)> branches,
        IReadOnlyList<JoinFailure> failed,
        Func<Engine.Branch, TState> open,
        Action<StateSlot, StateValue> onRead)
    {
        (_target, _before, _failed, _onRead) = (target, before, failed, onRead);
        _inputs = [.. branches.Select(b => (open(b.Branch), b.Branch, b.Step))];
    }

    /// <summary>Gets the number of branches that succeeded.</summary>
    public int Count => _inputs.Count;

    /// <summary>Gets the branches that failed, which exist only with <see cref="ForEachFailure.Continue"/>. A join that reads this list decides what they mean: the run may succeed.</summary>
    public IReadOnlyList<JoinFailure> Failed
    {
        get
        {
            HasSeenFailures = true;
            return _failed;
        }
    }

    internal bool HasSeenFailures { get; private set; }

    /// <summary>Gets the state of a branch.</summary>
    /// <param name="index">The position among the branches that succeeded.</param>
    public TState this[int index] => _inputs[index].State;

    /// <summary>Gets the item of a branch; null if it has none.</summary>
    /// <param name="index">The position among the branches that succeeded.</param>
    public string? ItemOf(int index) => _inputs[index].Branch.Item;

    /// <inheritdoc/>
    public IEnumerator<TState> GetEnumerator() => _inputs.Select(i => i.State).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal StateSlot SlotOf(TState state, string name) => state.Slots.First(s => s.Name == name);

    /// <summary>Gives a property of the join the value that a branch has, by reference.</summary>
    internal void Assign(StateSlot slot, TState from)
    {
        var value = SlotOf(from, slot.Name).Value;
        if (value is { } read)
            _onRead(slot, read);
        slot.SetReference(value);
    }

    internal void Merge(IReadOnlyCollection<string>? include, IReadOnlyCollection<string>? exclude, MergeRules<TState> rules)
    {
        var names = _target.Slots.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var name in (include ?? []).Concat(exclude ?? []).Concat(rules.Rules.Keys).Where(n => !names.Contains(n)))
            throw new ArgumentException($"The state has no property '{name}'. It has {string.Join(", ", names.Order(StringComparer.Ordinal))}.");
        if (Count == 0)
            return;
        List<MergeConflict> conflicts = [];
        List<(StateSlot Slot, StateValue? Value)> results = [];
        List<StateSlot> resolved = [];
        foreach (var slot in _target.Slots)
        {
            // What the join has set is its own decision.
            if (slot.IsSet || slot.IsSecret || include?.Contains(slot.Name) == false || exclude?.Contains(slot.Name) == true)
                continue;
            if (rules.Rules.ContainsKey(slot.Name))
            {
                resolved.Add(slot);
                continue;
            }
            BlobDigest? before = _before.TryGetValue(slot.Name, out var known) ? known.Artifact : null;
            if (MergeDecision.TryDecide(before, _inputs.Select(i => ValueOf(i.Branch, slot.Name)), out var result))
            {
                if (result?.Artifact != before)
                    results.Add((slot, result));
            }
            else
            {
                conflicts.Add(new(slot.Name, before, [.. _inputs.Select(i => new BranchValue(i.Step, i.Branch.Item, ValueOf(i.Branch, slot.Name)?.Artifact)).Where(v => v.Artifact != before)]));
            }
        }
        if (conflicts.Count > 0)
            throw new MergeConflictException(conflicts);
        foreach (var (slot, value) in results)
        {
            if (value is { } read)
                _onRead(slot, read);
            slot.SetReference(value);
        }
        foreach (var slot in resolved)
            rules.Rules[slot.Name](this, slot);
    }

    private static StateValue? ValueOf(Engine.Branch branch, string name) => branch.Values.TryGetValue(name, out var value) ? value : null;
}
