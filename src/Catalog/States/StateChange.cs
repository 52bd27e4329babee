namespace Cairn.Catalog.States;

/// <summary>What a decision wants to append: one change, and the state after it.</summary>
internal sealed record StateChange(AssetChange Change, AssetState State)
{
    /// <summary>Begins a change of a state, which itself is not modified.</summary>
    public static StateChange Begin(AssetState before) => new(new([]), before.Clone());

    /// <summary>This change, or null if it changes nothing.</summary>
    public StateChange? OrNothing() => Change.IsEmpty ? null : this;
}
