using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cairn.PluginTool;

/// <summary>Writes the pins of the plugins that are part of a program: <c>plugins.json</c> next to its folder <c>plugins/</c>.</summary>
internal static class PinsWriter
{
    public static void Write(Dictionary<string, string> values)
    {
        var folder = Path.GetFullPath(values.Need("folder"));
        var plugins = new JsonObject();
        foreach (var plugin in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            var manifest = Path.Join(plugin, "cairn-plugin.json");
            if (!File.Exists(manifest))
                throw new ToolException("CAIRN005", $"{plugin} does not contain cairn-plugin.json");
            var files = new JsonObject();
            foreach (var file in Directory.EnumerateFiles(plugin, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                using var content = File.OpenRead(file);
                files[Path.GetRelativePath(plugin, file).Replace('\\', '/')] = Convert.ToHexStringLower(SHA256.HashData(content));
            }
            plugins[Path.GetFileName(plugin)] = new JsonObject
            {
                ["version"] = (string?)JsonNode.Parse(File.ReadAllText(manifest))!["version"],
                ["source"] = "bundled",
                ["added"] = "0001-01-01T00:00:00+00:00",
                ["files"] = files,
            };
        }
        using var output = File.Create(values.Need("out"));
        using var writer = new Utf8JsonWriter(output, new() { Indented = true, NewLine = "\n" });
        new JsonObject { ["format"] = 1, ["plugins"] = plugins }.WriteTo(writer);
    }
}
