using System.Globalization;
using Cairn.Plugins;

namespace Cairn.Cli;

/// <summary>Formats plugins for people.</summary>
internal static class PluginText
{
    public static string ScopeOf(InstalledPlugin plugin) => plugin.Scope switch { PluginScope.Bundled => "bundled", PluginScope.User => "user", PluginScope.Development => "dev", _ => "workspace" };

    public static string Flavors(InstalledPlugin plugin)
    {
        var brings = (plugin.Manifest?.Flavors ?? []).Select(f => $"{f.Descriptor.Name} ({string.Join(", ", f.Descriptor.Schemes.Select(s => s + "://"))})")
            .Concat((plugin.Manifest?.Materializers ?? []).Select(m => m.Id));
        return string.Join(", ", brings);
    }

    public static void Write(CommandOutput output, InstalledPlugin plugin)
    {
        Columns.Write(output, [
            ["name", plugin.Name],
            ["version", plugin.Version],
            ["description", plugin.Manifest?.Description ?? ""],
            ["scope", ScopeOf(plugin)],
            ["folder", plugin.Folder],
            ["source", plugin.Pin?.Source ?? (plugin.Scope == PluginScope.Development ? "the build in its folder" : "not added")],
            ["added", plugin.Pin is { } pin && pin.Added > default(DateTimeOffset) ? pin.Added.ToString("u", CultureInfo.InvariantCulture) : ""],
            ["abstractions", plugin.Manifest?.Abstractions.ToString() ?? ""],
            ["brings", Flavors(plugin)],
            ["state", plugin.Refusal is { } refusal ? $"refused: {refusal.Reason}. {refusal.Advice}".TrimEnd()
                : plugin.Scope == PluginScope.Development ? "under development; used in this shell only and not pinned"
                : "pinned; its files are compared before it is loaded"],
        ]);
        foreach (var (file, digest) in (plugin.Pin?.Files ?? new Dictionary<string, string>()).OrderBy(f => f.Key, StringComparer.Ordinal))
            output.Line($"  sha256:{digest}  {file}");
    }
}
