using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cairn;

/// <summary>The form of <c>workspace.json</c>. Members that this version does not know are kept as they are.</summary>
internal sealed class WorkspaceDocument
{
    public const int CurrentVersion = 1;

    public required int Version { get; set; }

    public string? Active { get; set; }

    public required Dictionary<string, StoreDocument> Stores { get; set; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}

/// <summary>One store in <c>workspace.json</c>. A root that begins with <c>./</c> is relative to the <c>.cairn</c> folder.</summary>
internal sealed class StoreDocument
{
    public required string Flavor { get; set; }

    public required string Root { get; set; }

    public Dictionary<string, string>? Options { get; set; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n", DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(WorkspaceDocument))]
internal sealed partial class WorkspaceJson : JsonSerializerContext;
