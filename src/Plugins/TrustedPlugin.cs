namespace Cairn.Plugins;

/// <summary>What <see cref="PluginFolder.TrustAsync"/> has done.</summary>
/// <param name="Plugin">The plugin, with its new pins.</param>
/// <param name="Before">How its files compared with the old ones.</param>
public sealed record TrustedPlugin(InstalledPlugin Plugin, PluginCheck Before);
