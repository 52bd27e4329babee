using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Artifacts;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.RunRecords;

/// <summary>Reads and writes the values that the records of runs and tasks share.</summary>
internal static class RecordValues
{
    private static readonly (RunStatus Status, string Text)[] _statuses =
    [
        (RunStatus.Pending, "Pending"), (RunStatus.Running, "Running"), (RunStatus.Succeeded, "Succeeded"), (RunStatus.Failed, "Failed"), (RunStatus.Cancelled, "Cancelled"),
        (RunStatus.Cached, "Cached"),
    ];

    public static string Text(RunStatus status) => _statuses.First(s => s.Status == status).Text;

    public static RunStatus Status(JsonNode? node, string member = "status") =>
        Record.Text(node) is { } text && _statuses.FirstOrDefault(s => s.Text == text) is { Text: not null } known ? known.Status : throw Record.Wrong(member);

    public static Guid Id(JsonNode? node, string member) => OptionalId(node, member) ?? throw new FormatException($"it has no member '{member}'");

    public static Guid? OptionalId(JsonNode? node, string member) =>
        node is null ? null : Guid.TryParseExact(Record.Text(node), "D", out var id) ? id : throw new FormatException($"its member '{member}' is not a UUID");

    public static BlobDigest Digest(JsonNode? node, string member) =>
        BlobDigest.TryParse(Record.Text(node), out var digest) ? digest : throw new FormatException($"its member '{member}' is not a digest");

    public static BlobDigest? OptionalDigest(JsonNode? node, string member) => node is null ? null : Digest(node, member);

    public static DateTimeOffset? OptionalTime(JsonNode? node, string member) => node is null ? null : Record.Time(node, member);

    /// <summary>Reads a list of texts; null for an absent member.</summary>
    public static IReadOnlyList<string>? Texts(JsonNode? node, string member) =>
        node is null ? null : node is JsonArray items ? [.. items.Select(i => Record.Text(i) ?? throw Record.Wrong(member))] : throw Record.Wrong(member);

    public static JsonArray Array(IEnumerable<string> texts) => new([.. texts.Select(t => JsonValue.Create(t))]);

    /// <summary>Reads an object whose values are digests, or null.</summary>
    public static IReadOnlyDictionary<string, BlobDigest?> Digests(JsonNode? node, string member)
    {
        Dictionary<string, BlobDigest?> digests = new(StringComparer.Ordinal);
        foreach (var (name, value) in Record.OptionalObject(node, member) ?? [])
            digests[name] = OptionalDigest(value, member);
        return digests;
    }

    public static JsonObject Object(IEnumerable<KeyValuePair<string, BlobDigest?>> digests) =>
        new(digests.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => KeyValuePair.Create<string, JsonNode?>(d.Key, d.Value?.ToString())));

    /// <summary>Reads a number, which may be an integer or a double, or one of those that JSON lacks.</summary>
    public static double Double(JsonNode? node, string member)
    {
        if (node is JsonValue value && value.GetValueKind() == JsonValueKind.Number)
            return value.GetValue<double>();
        return node is JsonObject { Count: 1 } special ? Record.Text(special["$"]) switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            _ => throw Record.Wrong(member),
        }
        : throw Record.Wrong(member);
    }

    /// <summary>Sets a member if it has a value.</summary>
    public static void Set(JsonObject node, string member, JsonNode? value)
    {
        if (value is not null)
            node[member] = value;
    }
}
