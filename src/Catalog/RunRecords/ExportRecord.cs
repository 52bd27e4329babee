using System.Text.Json.Nodes;
using Cairn.Artifacts;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.RunRecords;

/// <summary>An export in the record of a task.</summary>
/// <param name="Name">The name that the caller gave.</param>
/// <param name="Path">The path from the root of the store.</param>
/// <param name="Bytes">The number of bytes.</param>
/// <param name="Media">The media type.</param>
/// <param name="Digest">The digest of the content.</param>
/// <param name="Version">The etag that the store gave to the file; null if it gives none.</param>
internal sealed record ExportRecord(string Name, string Path, long Bytes, string Media, BlobDigest Digest, string? Version)
{
    public JsonObject ToJson()
    {
        var node = new JsonObject { ["name"] = Name, ["path"] = Path, ["bytes"] = Bytes, ["media"] = Media, ["digest"] = Digest.ToString() };
        RecordValues.Set(node, "etag", Version);
        return node;
    }

    public static ExportRecord Of(JsonNode? node) => node is JsonObject export
        ? new(
            Record.Text(export["name"]) ?? throw Record.Wrong("exports"),
            Record.Text(export["path"]) ?? throw Record.Wrong("exports"),
            export["bytes"] is JsonValue value && value.TryGetValue(out long bytes) ? bytes : throw Record.Wrong("exports"),
            Record.Text(export["media"]) ?? throw Record.Wrong("exports"),
            RecordValues.Digest(export["digest"], "exports"),
            Record.OptionalText(export["etag"], "exports"))
        : throw Record.Wrong("exports");
}
