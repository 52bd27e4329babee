using System.Text.Json.Nodes;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.RunRecords;

/// <summary>A step in the record of a run.</summary>
/// <param name="Name">The name.</param>
/// <param name="Kind">The kind.</param>
/// <param name="After">The steps that end before it begins.</param>
internal sealed record StepRecord(string Name, StepKind Kind, IReadOnlyList<string> After)
{
    public JsonObject ToJson() => new()
    {
        ["name"] = Name,
        ["kind"] = Kind switch { StepKind.ForEach => "foreach", StepKind.Join => "join", _ => "step" },
        ["after"] = RecordValues.Array(After),
    };

    public static StepRecord Of(JsonNode? node) => node is JsonObject step
        ? new(
            Record.Text(step["name"]) ?? throw Record.Wrong("steps"),
            Record.Text(step["kind"]) switch { "step" => StepKind.Step, "foreach" => StepKind.ForEach, "join" => StepKind.Join, _ => throw Record.Wrong("steps") },
            RecordValues.Texts(step["after"], "steps") ?? [])
        : throw Record.Wrong("steps");
}
