using System.Text.Json.Nodes;
using Cairn.Catalog.Records;
using Cairn.Catalog.RunRecords;

namespace Cairn.Catalog.States;

/// <summary>What was decided about a run after its end: the member <c>state</c> of the records of its chain.</summary>
/// <param name="node">The member, which is never changed.</param>
internal sealed class RunState(JsonObject node)
{
    /// <summary>The members, those included that this software does not know.</summary>
    public JsonObject Node { get; } = node;

    /// <summary>The status that ends a run which never ended; null if nobody has closed it.</summary>
    public RunStatus? Closed { get; } = node["closed"] is { } closed ? Ended(RecordValues.Status(closed, "closed")) : null;

    public bool IsDeleted { get; } = node["deleted"] is JsonValue value && value.TryGetValue(out bool deleted) ? deleted : node["deleted"] is null ? false : throw Record.Wrong("deleted");

    /// <summary>Reads the state after a record.</summary>
    /// <exception cref="FormatException">The record has another form than the format describes.</exception>
    public static RunState Of(Record record) =>
        record.Node["change"] is JsonObject ? new(record.Node["state"] as JsonObject ?? throw Record.Wrong("state")) : throw Record.Wrong("change");

    /// <summary>The state with another member; null to remove it.</summary>
    public RunState With(string member, JsonNode? value)
    {
        var node = (JsonObject)Node.DeepClone();
        node.Remove(member);
        if (value is not null)
            node[member] = value;
        return new(node);
    }

    private static RunStatus Ended(RunStatus status) => status is RunStatus.Succeeded or RunStatus.Failed or RunStatus.Cancelled ? status : throw Record.Wrong("closed");
}
