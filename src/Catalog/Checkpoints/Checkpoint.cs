using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Artifacts;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.Checkpoints;

/// <summary>A checkpoint: segments that contain each record of all chains up to a moment.</summary>
/// <param name="Feed">The time up to which the segments contain what the feed tells.</param>
/// <param name="Segments">The segments.</param>
internal sealed record Checkpoint(DateTimeOffset Feed, IReadOnlyList<SegmentReference> Segments)
{
    /// <summary>Reads the members of a record.</summary>
    /// <exception cref="FormatException">The record is not a checkpoint.</exception>
    public static Checkpoint Of(Record record) => new(
        Record.Time(record.Node["feed"], "feed"),
        [.. (record.Node["segments"] as JsonArray ?? throw new FormatException("it has no member 'segments'")).Select(SegmentOf)]);

    /// <summary>The members of a record of this checkpoint, except for those that every record has.</summary>
    public JsonObject ToMembers() => new()
    {
        ["feed"] = Record.Format(Feed),
        ["segments"] = new JsonArray([.. Segments.Select(s => new JsonObject { ["artifact"] = s.Artifact.ToString(), ["records"] = s.Records, ["bytes"] = s.Bytes })]),
    };

    private static SegmentReference SegmentOf(JsonNode? node) =>
        node is JsonObject members && BlobDigest.TryParse(Record.Text(members["artifact"]), out var artifact)
            ? new(artifact, Count(members["records"]), Count(members["bytes"]))
            : throw new FormatException("its member 'segments' has an element without the digest of an artifact");

    private static long Count(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue(out long count) ? count : 0;
}
