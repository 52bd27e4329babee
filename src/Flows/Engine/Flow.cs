namespace Cairn.Flows;

/// <summary>Begins the description of flows.</summary>
public static class Flow
{
    /// <summary>Describes a flow without steps.</summary>
    /// <typeparam name="TState">The state, whose properties the steps read and set.</typeparam>
    /// <param name="name">The name of the flow.</param>
    public static Flow<TState> Of<TState>(string name)
        where TState : class, IFlowState, new() => new(name);
}
