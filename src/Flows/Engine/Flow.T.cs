using Cairn.Catalog;
using Cairn.Catalog.Names;
using Cairn.Errors;
using Cairn.Flows.Engine;

namespace Cairn.Flows;

/// <summary>The description of a flow: steps over a state. Immutable; each method returns a new description.</summary>
/// <remarks>
/// A step starts with the state that the one before it has left. Each property of the state is an artifact, which is loaded when a step first reads it, and saved when the step that set or
/// modified it ends. After <see cref="ForEach{TItem}(string, Func{TState, IEnumerable{TItem}}, Func{TState, TItem, StepContext, Task}, ForEachOptions{TItem}?)"/>, the steps up to the join run
/// for each item.
/// </remarks>
/// <typeparam name="TState">The state: a partial class with <see cref="FlowStateAttribute"/>.</typeparam>
public sealed partial class Flow<TState> : IFlow
    where TState : class, IFlowState, new()
{
    private readonly IReadOnlyList<FlowNode<TState>> _nodes;
    private readonly int _depth;

    internal Flow(string name)
        : this(CatalogName.OfFlow(name), [], 0)
    {
    }

    private Flow(string name, IReadOnlyList<FlowNode<TState>> nodes, int depth) => (Name, _nodes, _depth) = (name, nodes, depth);

    /// <summary>Gets the name.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyList<FlowStep> Steps =>
    [
        .. FlowRunner<TState>.Describe(_nodes).Select(s => new FlowStep(s.Name, s.Kind, s.After)
        {
            RunsElsewhere = _nodes.Any(n => n is ForEachNode<TState> each && each.Name == s.Name && each.Items.RunsElsewhere),
        }),
    ];

    internal IReadOnlyList<FlowNode<TState>> Nodes => _nodes;

    /// <summary>Adds a step.</summary>
    /// <param name="name">The name of the step, which the flow has once.</param>
    /// <param name="body">The code, which reads and sets the state.</param>
    /// <param name="options">The options. Optional.</param>
    public Flow<TState> Step(string name, Func<TState, StepContext, Task> body, StepOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        RequireNoBranches(name);
        return With(new StepNode<TState>(Check(name), _depth, options ?? StepOptions.Default, body), _depth);
    }

    /// <summary>Adds a step whose code is synchronous. It runs on the thread pool.</summary>
    /// <param name="name">The name of the step, which the flow has once.</param>
    /// <param name="body">The code, which reads and sets the state.</param>
    /// <param name="options">The options. Optional.</param>
    public Flow<TState> Step(string name, Action<TState, StepContext> body, StepOptions? options = null) => Step(name, Bodies.Of(body), options);

    /// <summary>Splits the flow: the step, and those after it up to the join, run for each item.</summary>
    /// <typeparam name="TItem">The type of the items. They are saved, so that a resumed run has the same ones.</typeparam>
    /// <param name="name">The name of the step, which the flow has once.</param>
    /// <param name="items">Returns the items from the state, in an order that does not change. Called once in a run.</param>
    /// <param name="body">The code, which gets the state, the item and the task.</param>
    /// <param name="options">The keys, the parallelism, what a failure means. Optional.</param>
    public Flow<TState> ForEach<TItem>(string name, Func<TState, IEnumerable<TItem>> items, Func<TState, TItem, StepContext, Task> body, ForEachOptions<TItem>? options = null)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(body);
        RequireNoBranches(name);
        options ??= new();
        if (options.Parallelism is < 1)
            throw new ArgumentOutOfRangeException(nameof(options), options.Parallelism, "The parallelism is at least 1.");
        return With(new ForEachNode<TState>(Check(name), _depth, options, new ItemSource<TState, TItem>(name, items, body, options)), _depth + 1);
    }

    /// <summary>Splits the flow by synchronous code; see the other overload.</summary>
    /// <typeparam name="TItem">The type of the items.</typeparam>
    /// <param name="name">The name of the step, which the flow has once.</param>
    /// <param name="items">Returns the items from the state, in an order that does not change. Called once in a run.</param>
    /// <param name="body">The code, which gets the state, the item and the task.</param>
    /// <param name="options">The keys, the parallelism, what a failure means. Optional.</param>
    public Flow<TState> ForEach<TItem>(string name, Func<TState, IEnumerable<TItem>> items, Action<TState, TItem, StepContext> body, ForEachOptions<TItem>? options = null) =>
        ForEach(name, items, Bodies.Of(body), options);

    /// <summary>Splits the flow into steps that run side by side, up to the join that follows.</summary>
    /// <param name="branches">Adds the steps; at least two.</param>
    public Flow<TState> Branch(Action<FlowBranches<TState>> branches)
    {
        ArgumentNullException.ThrowIfNull(branches);
        var builder = new FlowBranches<TState>(_depth);
        branches(builder);
        if (builder.Steps.Count < 2)
            throw new ArgumentException("A branch has at least two steps side by side.", nameof(branches));
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (var step in builder.Steps)
        {
            RequireNoBranches(step.Name);
            if (!names.Add(Check(step.Name)))
                throw Doubled(step.Name);
        }
        return With(new BranchNode<TState>(string.Join('+', names), _depth, builder.Steps), _depth + 1);
    }

    /// <summary>Ends a split: the step reads the states of its branches. Its own state starts as it was before the split.</summary>
    /// <param name="name">The name of the step, which the flow has once.</param>
    /// <param name="body">The code, which gets the state, the branches in the order of the items, and the task.</param>
    /// <param name="options">The options. Optional.</param>
    public Flow<TState> Join(string name, Func<TState, JoinInputs<TState>, StepContext, Task> body, StepOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (options?.Cache is not null)
            throw new ArgumentException($"The join '{ErrorText.Escape(name)}' cannot be cached. Cache the step after it, which reads the merged values.", nameof(options));
        if (_depth == 0)
            throw new InvalidOperationException($"The join '{ErrorText.Escape(name)}' has no foreach and no branch before it.");
        return With(new JoinNode<TState>(Check(name), _depth - 1, options ?? StepOptions.Default, body), _depth - 1);
    }

    /// <summary>Ends a split by synchronous code; see the other overload.</summary>
    /// <param name="name">The name of the step, which the flow has once.</param>
    /// <param name="body">The code, which gets the state, the branches in the order of the items, and the task.</param>
    /// <param name="options">The options. Optional.</param>
    public Flow<TState> Join(string name, Action<TState, JoinInputs<TState>, StepContext> body, StepOptions? options = null) => Join(name, Bodies.Of(body), options);

    private string Check(string name)
    {
        name = CatalogName.OfStep(name);
        return _nodes.Any(n => n is BranchNode<TState> split ? split.Branches.Any(b => b.Name == name) : n.Name == name) ? throw Doubled(name) : name;
    }

    private static ArgumentException Doubled(string name) => new($"The flow has a step '{ErrorText.Escape(name)}' already. Give each step its own name.", nameof(name));

    private void RequireNoBranches(string name)
    {
        if (_nodes is [.., BranchNode<TState>])
            throw new InvalidOperationException($"The step '{ErrorText.Escape(name)}' follows steps side by side. Add a join first.");
    }

    private Flow<TState> With(FlowNode<TState> node, int depth) => new(Name, [.. _nodes, node], depth);
}
