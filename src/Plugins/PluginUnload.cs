namespace Cairn.Plugins;

/// <summary>The result of unloading a plugin.</summary>
/// <param name="Name">The name of the plugin.</param>
/// <param name="Outcome">The outcome.</param>
/// <param name="Holders">The number of holders: open stores and materializers in use.</param>
public sealed record PluginUnload(string Name, PluginUnloadOutcome Outcome, int Holders = 0)
{
    /// <summary>Returns a description of the outcome, with advice if the code is still loaded.</summary>
    public override string ToString() => Outcome switch
    {
        PluginUnloadOutcome.NotLoaded => $"plugin '{Name}' was not loaded",
        PluginUnloadOutcome.Unloaded => $"plugin '{Name}' is unloaded",
        PluginUnloadOutcome.InUse => $"plugin '{Name}' stays loaded: {Holders} open store{(Holders == 1 ? " or materializer uses" : "s or materializers use")} it; dispose the stores first; a materializer stays loaded until the program ends",
        PluginUnloadOutcome.Permanent => $"plugin '{Name}' is part of the program, and its code stays in memory until the program ends",
        _ => $"plugin '{Name}' was released, but its code is still referenced: by an object that the program keeps, a thread, a timer, or an event of a shared class. "
            + "The code stays in memory until the reference is released; the next use loads the plugin again",
    };
}

/// <summary>The outcome of unloading a plugin.</summary>
public enum PluginUnloadOutcome
{
    /// <summary>The plugin was not loaded.</summary>
    NotLoaded,

    /// <summary>The code was unloaded.</summary>
    Unloaded,

    /// <summary>Stores of the plugin are open, or materializers of it are in use. Nothing was done.</summary>
    InUse,

    /// <summary>The plugin was released, but its code is still in memory because it is still referenced.</summary>
    StillHeld,

    /// <summary>The plugin is part of the program. Nothing was done: its code stays in memory until the program ends.</summary>
    Permanent,
}
