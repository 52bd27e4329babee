namespace Cairn.Plugins;

/// <summary>What became of unloading a plugin.</summary>
/// <param name="Name">The plugin.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Holders">How many hold it: stores that are open over it, and materializers that were handed out.</param>
public sealed record PluginUnload(string Name, PluginUnloadOutcome Outcome, int Holders = 0)
{
    /// <summary>What happened, and what to do where the code is still there.</summary>
    public override string ToString() => Outcome switch
    {
        PluginUnloadOutcome.NotLoaded => $"plugin '{Name}' was not loaded",
        PluginUnloadOutcome.Unloaded => $"plugin '{Name}' is unloaded",
        PluginUnloadOutcome.InUse => $"plugin '{Name}' stays loaded: {Holders} open store{(Holders == 1 ? " or materializer holds" : "s or materializers hold")} it; dispose the stores first, a materializer stays as long as the program",
        PluginUnloadOutcome.Permanent => $"plugin '{Name}' came with the program, and its code stays in memory as long as the program runs",
        _ => $"plugin '{Name}' was let go of, but something still holds on to its code: an object of it that the program keeps, a thread, a timer, or an event of a shared class. "
            + "The code stays in memory until that lets go; the next use loads it anew",
    };
}

/// <summary>What became of unloading a plugin.</summary>
public enum PluginUnloadOutcome
{
    /// <summary>It was not loaded.</summary>
    NotLoaded,

    /// <summary>Its code is gone from memory.</summary>
    Unloaded,

    /// <summary>Stores are open over it, or materializers of it were handed out: nothing was done.</summary>
    InUse,

    /// <summary>It was let go of, but its code is still in memory, since something else holds on to it.</summary>
    StillHeld,

    /// <summary>It came with the program: nothing was done, since its code stays in memory as long as the program runs.</summary>
    Permanent,
}
