using Cairn.Catalog;
using Cairn.Flows.Engine;

namespace Cairn.Flows;

/// <summary>Steps that run side by side.</summary>
/// <typeparam name="TState">The state.</typeparam>
public sealed class FlowBranches<TState>
    where TState : class, IFlowState, new()
{
    private readonly List<StepNode<TState>> _steps = [];
    private readonly int _depth;

    internal FlowBranches(int depth) => _depth = depth;

    internal IReadOnlyList<StepNode<TState>> Steps => _steps;

    /// <summary>Adds a branch of one step.</summary>
    /// <param name="name">The name of the step.</param>
    /// <param name="body">The code.</param>
    /// <param name="options">The options. Optional.</param>
    public FlowBranches<TState> Step(string name, Func<TState, StepContext, Task> body, StepOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        _steps.Add(new(name, _depth, options ?? StepOptions.Default, body));
        return this;
    }

    /// <summary>Adds a branch of one step whose code is synchronous.</summary>
    /// <param name="name">The name of the step.</param>
    /// <param name="body">The code.</param>
    /// <param name="options">The options. Optional.</param>
    public FlowBranches<TState> Step(string name, Action<TState, StepContext> body, StepOptions? options = null) => Step(name, Bodies.Of(body), options);
}
