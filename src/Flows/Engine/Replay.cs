using Cairn.Catalog;
using Cairn.Errors;

namespace Cairn.Flows.Engine;

/// <summary>Finds the steps of a flow that a replay runs.</summary>
internal static class Replay
{
    /// <summary>The steps that are marked, after one that sets the input. A marked split is there with all steps up to its join.</summary>
    /// <exception cref="InvalidOperationException">No step is marked, or one that cannot run by itself.</exception>
    public static IReadOnlyList<FlowNode<TState>> NodesOf<TState>(string flow, IReadOnlyList<FlowNode<TState>> nodes, Func<TState, StepContext, Task> input)
        where TState : class, IFlowState, new()
    {
        List<FlowNode<TState>> marked = [];
        for (var at = 0; at < nodes.Count; at++)
        {
            if (nodes[at] is StepNode<TState>)
            {
                if (nodes[at].Options.Replay)
                    marked.Add(nodes[at]);
                continue;
            }
            var join = FlowRunner<TState>.FindJoin(nodes, at, nodes.Count);
            var end = Math.Min(join + 1, nodes.Count);
            var range = nodes.Take(at..end).ToList();
            var isMarked = nodes[at] is BranchNode<TState> split ? split.Branches.All(b => b.Options.Replay) : nodes[at].Options.Replay;
            if (!isMarked && range.SelectMany(NamesOfMarked).FirstOrDefault() is { } inner)
            {
                throw new InvalidOperationException(
                    $"The step '{ErrorText.Escape(inner)}' of the flow '{ErrorText.Escape(flow)}' cannot be replayed: it is part of a split, and the split is not marked. Set StepOptions.Replay for {nodes[at].Name} too.");
            }
            if (isMarked)
                marked.AddRange(range);
            at = end - 1;
        }
        if (marked.Count == 0)
            throw new InvalidOperationException($"The flow '{ErrorText.Escape(flow)}' has no step that can be replayed. Set StepOptions.Replay for the steps to run with new input.");
        var name = "replay";
        while (FlowRunner<TState>.Describe(marked).Any(s => s.Name == name))
            name += "-input";
        return [new StepNode<TState>(name, 0, StepOptions.Default, input), .. marked];
    }

    private static IEnumerable<string> NamesOfMarked<TState>(FlowNode<TState> node)
        where TState : class, IFlowState, new() =>
        node is BranchNode<TState> split ? split.Branches.Where(b => b.Options.Replay).Select(b => b.Name) : node.Options.Replay ? [node.Name] : [];
}
