using System.Text.Json;

namespace Cairn.Cli;

/// <summary>Writes an entry of a store as one JSON object, as printed by all listings with <c>--json</c>.</summary>
internal static class EntryJson
{
    /// <param name="writer">The writer, positioned inside the object.</param>
    /// <param name="name">The name in the listing: the path relative to the listed folder.</param>
    /// <param name="address">The address of the entry, usable as an argument of another command.</param>
    /// <param name="info">The metadata of the entry. Unknown values are omitted.</param>
    public static void Write(Utf8JsonWriter writer, string name, string address, StoreEntry info)
    {
        writer.WriteString("name", name);
        writer.WriteString("address", address);
        writer.WriteString("kind", info.IsDirectory ? "directory" : "file");
        if (info.IsFile)
            writer.WriteNumber("length", info.Length);
        if (info.Modified is { } modified)
            writer.WriteString("modified", Timestamp.Format(modified));
        if (info.IsExecutable)
            writer.WriteBoolean("executable", true);
        if (info.ETag is not null)
            writer.WriteString("etag", info.ETag);
        if (info.ContentType is not null)
            writer.WriteString("contentType", info.ContentType);
        if (info.Checksum is not null)
            writer.WriteString("checksum", info.Checksum.ToString());
        if (info.Metadata.Count == 0)
            return;
        writer.WriteStartObject("metadata");
        foreach (var (key, value) in info.Metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
            writer.WriteString(key, value);
        writer.WriteEndObject();
    }
}
