using System.Text.Json.Nodes;

namespace Cairn.Catalog.Records;

/// <summary>Begins records: ids, times and the user.</summary>
/// <param name="time">The clock.</param>
/// <param name="by">The id of the user; may be empty.</param>
/// <param name="ids">The ids.</param>
internal sealed class RecordSource(TimeProvider time, string by, RecordId ids)
{
    public Guid NextId() => ids.Next();

    /// <summary>Creates the next id, which is greater than another one too.</summary>
    public Guid NextIdAfter(Guid other) => ids.NextAfter(other);

    /// <summary>The members that every record of a subject has, and those given.</summary>
    public JsonObject Begin(string kind, string subject, params ReadOnlySpan<(string Name, JsonNode? Value)> members)
    {
        var record = new JsonObject { ["v"] = 1, ["kind"] = kind, [kind] = subject };
        foreach (var (name, value) in members)
            record[name] = value;
        // Whole microseconds, which the index keeps.
        var now = time.GetUtcNow();
        record["at"] = Record.Format(now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)));
        record["by"] = by;
        return record;
    }
}
