using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Artifacts;

namespace Cairn.Catalog.Records;

/// <summary>A record as it is stored: one change, which is written once and never modified.</summary>
internal sealed class Record
{
    private int _sequence = -1;
    private string? _previous;

    private Record(ReadOnlyMemory<byte> content, JsonObject node, string kind, Guid id, DateTimeOffset at)
    {
        (Content, Node, Kind, Id, At) = (content, node, kind, id, at);
        Hash = BlobDigest.Of(content.Span);
    }

    /// <summary>The bytes as stored.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>The SHA-256 of <see cref="Content"/>, which the next record of a chain carries as <c>prev</c>.</summary>
    public BlobDigest Hash { get; }

    public JsonObject Node { get; }

    /// <summary>The kind of its subject: <c>asset</c>, <c>name</c>, …</summary>
    public string Kind { get; }

    public Guid Id { get; }

    /// <summary>Its number in the chain; 0 for a record that belongs to none.</summary>
    public int Sequence => _sequence >= 0 ? _sequence : _sequence = Node["seq"] is { } seq ? Integer(seq, "seq") : 0;

    public string? Previous => _previous ??= Text(Node["prev"]);

    public DateTimeOffset At { get; }

    public string By => Text(Node["by"]) ?? "";

    /// <summary>Makes a record from its members.</summary>
    public static Record Create(JsonObject node) => Parse(RecordJson.Write(node));

    /// <summary>Reads a record.</summary>
    /// <exception cref="FormatException">The bytes are not a record, or a record that needs newer software. The message gives the reason as a clause with the subject "it".</exception>
    public static Record Parse(ReadOnlyMemory<byte> content)
    {
        var node = RecordJson.Parse(content.Span);
        var version = Integer(node["v"] ?? throw new FormatException("it has no member 'v'"), "v");
        if (version != 1)
            throw new FormatException($"it is of version {version}, which this software does not know");
        if (node["must"] is { } must)
        {
            var unknown = must is JsonArray features ? features.Select(f => Text(f) ?? "?").FirstOrDefault() : "?";
            if (unknown is not null)
                throw new FormatException($"it needs the feature '{unknown}', which this software does not know");
        }
        var kind = Text(node["kind"]) ?? throw new FormatException("it has no member 'kind'");
        if (!Guid.TryParseExact(Text(node["id"]), "D", out var id))
            throw new FormatException("its member 'id' is not a UUID");
        return new(content, node, kind, id, Time(node["at"], "at"));
    }

    public static string? Text(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    public static int Integer(JsonNode node, string member) => node is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue(out int number)
        ? number
        : throw new FormatException($"its member '{member}' is not an integer");

    /// <summary>Reads the number of a version or a record: a positive integer; null for an absent member.</summary>
    public static int? Number(JsonNode? node, string member) =>
        node is null ? null : Integer(node, member) is var number and > 0 ? number : throw new FormatException($"its member '{member}' is not a positive integer");

    /// <summary>Reads a text; null for an absent member.</summary>
    public static string? OptionalText(JsonNode? node, string member) => node is null ? null : Text(node) ?? throw Wrong(member);

    /// <summary>Reads an object; null for an absent member.</summary>
    public static JsonObject? OptionalObject(JsonNode? node, string member) => node is null ? null : node as JsonObject ?? throw Wrong(member);

    /// <summary>The error about a member of another type.</summary>
    public static FormatException Wrong(string member) => new($"its member '{member}' has another form than the format describes");

    public static DateTimeOffset Time(JsonNode? node, string member) =>
        DateTimeOffset.TryParseExact(Text(node), "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new FormatException($"its member '{member}' is not a time in UTC such as 2026-11-28T15:02:11.120000Z");

    /// <summary>Formats a time with six digits of a fraction, or seven if it has that many, so that it is read back exactly.</summary>
    public static string Format(DateTimeOffset time) =>
        time.UtcDateTime.ToString(time.Ticks % 10 == 0 ? "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'" : "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
}
