namespace Cairn.Flows;

/// <summary>The state of a flow, which is a list of slots. The source generator implements it for a class with <see cref="FlowStateAttribute"/>.</summary>
public interface IFlowState
{
    /// <summary>Gets one slot per property: those of the base class first, otherwise in the order of their declarations. The list and its slots are always the same.</summary>
    IReadOnlyList<StateSlot> Slots { get; }
}
