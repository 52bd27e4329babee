using System.Text.Json.Nodes;
using Cairn.Artifacts;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.RunRecords;

/// <summary>An input in the record of a task: a version, an output or a member of the state of another task, or content whose origin is not known.</summary>
/// <param name="Name">The name under which the task has read it.</param>
/// <param name="Role">What it was for.</param>
/// <param name="Artifact">The content.</param>
internal sealed record TaskInputRecord(string Name, string Role, BlobDigest Artifact)
{
    public Guid? AssetId { get; init; }

    public int? Version { get; init; }

    public Guid? TaskId { get; init; }

    public string? Output { get; init; }

    public JsonObject ToJson()
    {
        var node = new JsonObject { ["name"] = Name, ["role"] = Role, ["artifact"] = Artifact.ToString() };
        RecordValues.Set(node, "asset", AssetId?.ToString());
        RecordValues.Set(node, "n", Version);
        RecordValues.Set(node, "task", TaskId?.ToString());
        RecordValues.Set(node, "output", Output);
        return node;
    }

    public static TaskInputRecord Of(JsonNode? node) => node is JsonObject input
        ? new(Record.Text(input["name"]) ?? throw Record.Wrong("inputs"), Record.Text(input["role"]) ?? throw Record.Wrong("inputs"), RecordValues.Digest(input["artifact"], "inputs"))
        {
            AssetId = RecordValues.OptionalId(input["asset"], "asset"),
            Version = Record.Number(input["n"], "n"),
            TaskId = RecordValues.OptionalId(input["task"], "task"),
            Output = Record.OptionalText(input["output"], "output"),
        }
        : throw Record.Wrong("inputs");
}
