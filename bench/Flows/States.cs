using Cairn.Flows;

namespace Cairn.Bench.Flows;

/// <summary>A state of few small values.</summary>
[FlowState]
internal sealed partial class SmallState
{
    public partial int[] Items { get; set; }

    public partial string Text { get; set; }

    public partial int? Total { get; set; }
}

/// <summary>A state with 1,000 properties.</summary>
internal sealed class WideState : IFlowState
{
    public const int Width = 1000;

    public WideState()
    {
        Values = [.. Enumerable.Range(0, Width).Select(i => new StateSlot<int>(nameof(WideState), $"Value{i}", SlotTraits.Immutable))];
        Slots = [.. Values];
    }

    /// <summary>Gets the properties.</summary>
    public IReadOnlyList<StateSlot<int>> Values { get; }

    public IReadOnlyList<StateSlot> Slots { get; }
}
