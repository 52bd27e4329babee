using Cairn.Catalog;

namespace Cairn.Flows.Engine;

/// <summary>A step in the description of a flow.</summary>
/// <param name="Name">The name, which the flow has once.</param>
/// <param name="Depth">The number of splits that are open before the step.</param>
/// <param name="Options">The options.</param>
internal abstract record FlowNode<TState>(string Name, int Depth, StepOptions Options)
    where TState : class, IFlowState, new();

/// <summary>A step of one task for each branch that reaches it.</summary>
internal sealed record StepNode<TState>(string Name, int Depth, StepOptions Options, Func<TState, StepContext, Task> Body) : FlowNode<TState>(Name, Depth, Options)
    where TState : class, IFlowState, new();

/// <summary>A step that splits into one branch for each item.</summary>
internal sealed record ForEachNode<TState>(string Name, int Depth, StepOptions Options, ItemSource<TState> Items) : FlowNode<TState>(Name, Depth, Options)
    where TState : class, IFlowState, new();

/// <summary>Steps that run side by side, each in its branch.</summary>
internal sealed record BranchNode<TState>(string Name, int Depth, IReadOnlyList<StepNode<TState>> Branches) : FlowNode<TState>(Name, Depth, StepOptions.Default)
    where TState : class, IFlowState, new();

/// <summary>A step that reads the branches of the split before it, and ends it.</summary>
internal sealed record JoinNode<TState>(string Name, int Depth, StepOptions Options, Func<TState, JoinInputs<TState>, StepContext, Task> Body) : FlowNode<TState>(Name, Depth, Options)
    where TState : class, IFlowState, new();
