using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Catalog.Metadata;
using Cairn.Catalog.Records;
using Cairn.Catalog.States;

namespace Cairn.Catalog.Index;

/// <summary>Converts between values of the catalog and columns of the index.</summary>
internal static class ColumnValues
{
    private const long TicksPerMicrosecond = TimeSpan.TicksPerMicrosecond;

    /// <summary>Microseconds since 1970.</summary>
    public static long ToMicroseconds(this DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TicksPerMicrosecond;

    /// <summary>The time of microseconds since 1970.</summary>
    public static DateTimeOffset ToTime(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TicksPerMicrosecond);

    /// <summary>The bytes of a UUID in the order of its text.</summary>
    public static byte[] ToBytes(this Guid id) => id.ToByteArray(bigEndian: true);

    public static Guid ToGuid(byte[] bytes) => new(bytes, bigEndian: true);

    /// <summary>Texts as one column.</summary>
    public static string ToJson(IEnumerable<string> texts) => new JsonArray([.. texts.Select(t => JsonValue.Create(t))]).ToJsonString();

    public static IReadOnlyList<string> ToTexts(string json)
    {
        if (json == "[]")
            return [];
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(e => e.GetString()!)];
    }

    /// <summary>An object of a record as a column.</summary>
    public static string ToText(JsonObject node) => Encoding.UTF8.GetString(RecordJson.Write(node));

    /// <summary>The state of an asset from its column.</summary>
    public static AssetState ToState(string text) => new(RecordJson.Parse(Encoding.UTF8.GetBytes(text)));

    /// <summary>Metadata from its column; null is none.</summary>
    public static IReadOnlyDictionary<string, MetadataValue> ToMetadata(string? text) => MetadataJson.ReadMembers(text is null ? null : RecordJson.Parse(Encoding.UTF8.GetBytes(text)));
}
