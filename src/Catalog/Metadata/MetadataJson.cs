using System.Collections.ObjectModel;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.Metadata;

/// <summary>Metadata in records: typed values to JSON and back.</summary>
internal static class MetadataJson
{
    /// <summary>The member that marks a value which JSON lacks.</summary>
    public const string Mark = "$";

    private const string TimePrefix = "time:";

    public static JsonNode Write(MetadataValue value) => value.Kind switch
    {
        MetadataKind.Text => JsonValue.Create(value.AsText()),
        MetadataKind.Boolean => JsonValue.Create(value.AsBoolean()),
        MetadataKind.Integer => JsonValue.Create(value.AsInteger()),
        MetadataKind.Number => RecordJson.Number(value.AsNumber()),
        MetadataKind.Time => new JsonObject { [Mark] = TimePrefix + Record.Format(value.AsTime()) },
        MetadataKind.List => new JsonArray([.. value.AsList().Select(Write)]),
        _ => Write(value.AsObject()),
    };

    public static JsonObject Write(IEnumerable<KeyValuePair<string, MetadataValue>> members)
    {
        var result = new JsonObject();
        foreach (var (name, value) in members)
            result[name] = Write(value);
        return result;
    }

    /// <summary>Reads the metadata of a record; null is none.</summary>
    /// <exception cref="FormatException">The node is not metadata. The message gives the reason as a clause with the subject "it".</exception>
    public static ReadOnlyDictionary<string, MetadataValue> ReadMembers(JsonNode? node) => node switch
    {
        null => ReadOnlyDictionary<string, MetadataValue>.Empty,
        JsonObject members => MetadataMembers.Copy(members.Select(m => KeyValuePair.Create(m.Key, Read(m.Value)))),
        _ => throw new FormatException("its metadata is not an object"),
    };

    /// <summary>Reads one value.</summary>
    /// <exception cref="FormatException">The node is not a value of metadata.</exception>
    public static MetadataValue Read(JsonNode? node) => node switch
    {
        JsonObject { Count: 1 } marked when marked.TryGetPropertyValue(Mark, out var text) => Special(Record.Text(text)),
        JsonObject => MetadataValue.Object(ReadMembers(node)),
        JsonArray items => MetadataValue.List(items.Select(Read)),
        JsonValue value => value.GetValueKind() switch
        {
            JsonValueKind.String => value.GetValue<string>(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number => Number(value.ToJsonString()),
            _ => throw Unknown(),
        },
        _ => throw Unknown(),
    };

    private static MetadataValue Number(string text) => text.AsSpan().IndexOfAny(".eE") < 0
        ? (MetadataValue)long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
        : (MetadataValue)double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static MetadataValue Special(string? text) => text switch
    {
        "NaN" => double.NaN,
        "Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        not null when text.StartsWith(TimePrefix, StringComparison.Ordinal) => Record.Time(JsonValue.Create(text[TimePrefix.Length..]), "$"),
        _ => throw Unknown(),
    };

    private static FormatException Unknown() => new("its metadata contains a value of an unknown type");
}
