using System.Collections.Immutable;

namespace Cairn.Flows.Engine;

/// <summary>Goes through a flow as the runner would, and counts what would be taken over.</summary>
/// <param name="nodes">The description.</param>
/// <param name="resumption">Decides.</param>
internal sealed class ResumePlanner<TState>(IReadOnlyList<FlowNode<TState>> nodes, Resumption resumption)
    where TState : class, IFlowState, new()
{
    private readonly Dictionary<string, (int Taken, int Run, bool IsKnown, Dictionary<string, int> Reasons)> _steps = new(StringComparer.Ordinal);

    public ResumePlan Plan(Guid origin)
    {
        foreach (var step in FlowRunner<TState>.Describe(nodes))
            _steps[step.Name] = (0, 0, true, new(StringComparer.Ordinal));
        Go(0, nodes.Count, new(ImmutableDictionary<string, StateValue>.Empty, null, null, null, null, IsTakenOver: true), isKnown: true);
        return new(origin, [.. FlowRunner<TState>.Describe(nodes).Select(s => _steps[s.Name] is var (taken, run, isKnown, reasons)
            ? new PlannedStep(s.Name, taken, isKnown ? run : null, [.. reasons.OrderByDescending(r => r.Value).Select(r => new PlannedReason(r.Key, r.Value))])
            : null!)]);
    }

    private Branch Go(int from, int to, Branch branch, bool isKnown)
    {
        for (var at = from; at < to;)
        {
            var node = nodes[at];
            if (node is StepNode<TState>)
            {
                branch = Decide(node.Name, branch, isKnown);
                at++;
                continue;
            }
            var join = FlowRunner<TState>.FindJoin(nodes, at, to);
            var (fork, ended) = node is BranchNode<TState> split
                ? (branch, split.Branches.Select(b => Decide(b.Name, branch, isKnown)).ToList())
                : Split(node, at + 1, join, branch, isKnown);
            if (join == to)
                return fork;
            branch = Decide(nodes[join].Name, fork with { IsTakenOver = fork.IsTakenOver && ended.TrueForAll(e => e.IsTakenOver) }, isKnown);
            at = join + 1;
        }
        return branch;
    }

    private (Branch Fork, List<Branch> Ended) Split(FlowNode<TState> node, int from, int to, Branch branch, bool isKnown)
    {
        var reason = "a step before it runs";
        if (isKnown && resumption.Find(node.Name, branch, out reason) is { Items: { } keys } split)
        {
            var fork = Take(split, branch);
            return (fork, [.. keys.Select((key, index) => Go(from, to, Decide(node.Name, fork.Of(key, index), isKnown: true), isKnown: true))]);
        }
        else
        {
            // The items are enumerated again, so nobody knows how many there are.
            var fork = branch with { IsTakenOver = false };
            Note(node.Name, reason, isKnown: false);
            return (fork, [Go(from, to, fork, isKnown: false)]);
        }
    }

    private Branch Decide(string step, Branch branch, bool isKnown)
    {
        var reason = "a step before it runs";
        if (isKnown && resumption.Find(step, branch, out reason) is { } task)
        {
            var taken = Take(task, branch);
            var counts = _steps[step];
            _steps[step] = counts with { Taken = counts.Taken + 1 };
            return taken;
        }
        Note(step, reason, isKnown);
        return branch with { IsTakenOver = false };
    }

    private Branch Take(Catalog.RunRecords.TaskRecord task, Branch branch) =>
        branch.After(resumption.Take(task, Guid.Empty, Guid.CreateVersion7(), branch, default).TaskId, [], null, isTakenOver: true);

    private void Note(string step, string reason, bool isKnown)
    {
        var counts = _steps[step];
        counts.Reasons[reason] = counts.Reasons.GetValueOrDefault(reason) + 1;
        _steps[step] = counts with { Run = counts.Run + 1, IsKnown = counts.IsKnown && isKnown };
    }
}
