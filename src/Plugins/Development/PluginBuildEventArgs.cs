namespace Cairn.Plugins;

/// <summary>Provides data for events about a build of a plugin under development.</summary>
/// <param name="plugin">The plugin, as described by the build.</param>
/// <param name="built">The time when the manifest, the last file of a build, was written.</param>
public sealed class PluginBuildEventArgs(InstalledPlugin plugin, DateTimeOffset built) : EventArgs
{
    /// <summary>Gets the plugin, as described by the build.</summary>
    public InstalledPlugin Plugin { get; } = plugin;

    /// <summary>Gets the time when the manifest, the last file of a build, was written.</summary>
    public DateTimeOffset Built { get; } = built;
}
