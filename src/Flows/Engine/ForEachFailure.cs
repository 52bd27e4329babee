namespace Cairn.Flows;

/// <summary>What the failure of one item means to the others.</summary>
public enum ForEachFailure
{
    /// <summary>The other items are cancelled, and the run fails with the error of the item that failed first.</summary>
    Stop,

    /// <summary>All items run. The join sees which ones have failed and decides; if no join looks at <see cref="JoinInputs{TState}.Failed"/>, the run fails at its end.</summary>
    Continue,
}
