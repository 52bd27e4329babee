namespace Cairn.Plugins;

/// <summary>A build of a plugin under development.</summary>
/// <param name="plugin">The plugin as the build describes it.</param>
/// <param name="built">When its manifest, the last file of a build, was written.</param>
public sealed class PluginBuildEventArgs(InstalledPlugin plugin, DateTimeOffset built) : EventArgs
{
    /// <summary>The plugin as the build describes it.</summary>
    public InstalledPlugin Plugin { get; } = plugin;

    /// <summary>When its manifest, the last file of a build, was written.</summary>
    public DateTimeOffset Built { get; } = built;
}
