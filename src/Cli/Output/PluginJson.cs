using System.Text.Json;
using Cairn.Plugins;

namespace Cairn.Cli;

/// <summary>Formats plugins as JSON.</summary>
internal static class PluginJson
{
    public static void Write(Utf8JsonWriter writer, InstalledPlugin plugin)
    {
        writer.WriteString("name", plugin.Name);
        writer.WriteString("version", plugin.Version);
        writer.WriteString("scope", PluginText.ScopeOf(plugin));
        writer.WriteString("folder", plugin.Folder);
        writer.WriteString("source", plugin.Pin?.Source);
        if (plugin.Pin is { } pin && pin.Added > default(DateTimeOffset))
            writer.WriteString("added", pin.Added);
        writer.WriteStartArray("flavors");
        foreach (var (flavor, _) in plugin.Manifest?.Flavors ?? [])
        {
            writer.WriteStartObject();
            writer.WriteString("name", flavor.Name);
            Names(writer, "schemes", flavor.Schemes);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteString("refused", plugin.Refusal?.Reason);
    }

    public static void WriteAll(Utf8JsonWriter writer, InstalledPlugin plugin)
    {
        Write(writer, plugin);
        writer.WriteString("description", plugin.Manifest?.Description);
        writer.WriteString("abstractions", plugin.Manifest?.Abstractions.ToString());
        writer.WriteStartObject("files");
        foreach (var (file, digest) in (plugin.Pin?.Files ?? new Dictionary<string, string>()).OrderBy(f => f.Key, StringComparer.Ordinal))
            writer.WriteString(file, digest);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, InstalledPlugin plugin, PluginCheck check)
    {
        writer.WriteString("name", plugin.Name);
        writer.WriteString("scope", PluginText.ScopeOf(plugin));
        writer.WriteBoolean("matches", check.Matches);
        Names(writer, "changed", check.Changed);
        Names(writer, "added", check.Added);
        Names(writer, "missing", check.Missing);
    }

    private static void Names(Utf8JsonWriter writer, string name, IReadOnlyList<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }
}
