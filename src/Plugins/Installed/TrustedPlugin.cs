namespace Cairn.Plugins;

/// <summary>The result of <see cref="PluginFolder.TrustAsync"/>.</summary>
/// <param name="Plugin">The plugin with its new pins.</param>
/// <param name="Before">The comparison of its files with the previous pins.</param>
public sealed record TrustedPlugin(InstalledPlugin Plugin, PluginCheck Before);
