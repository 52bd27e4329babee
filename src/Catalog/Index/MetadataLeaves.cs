using System.Globalization;
using System.Text.Json;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.Index;

/// <summary>The values of metadata by which versions are found: numbers and texts, each with a key such as <c>model.layers</c>.</summary>
internal static class MetadataLeaves
{
    /// <summary>The most characters of a text that comparisons find; a longer one is found by its words.</summary>
    public const int MaxText = 256;

    /// <summary>A time as a text, whose order is that of the times.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Gets the values of an object, also in nested objects and lists.</summary>
    /// <exception cref="FormatException">A time has another form than the format describes.</exception>
    /// <returns>Keys and values: a <see cref="long"/>, a <see cref="double"/>, or a <see cref="string"/>; a truth value is a text.</returns>
    public static IEnumerable<(string Key, object Value)> Of(JsonElement value, string key = "")
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when Special(value) is { } special:
                // NaN is equal to nothing, and greater and less than nothing.
                if (special is not double.NaN)
                    yield return (key, special);
                break;
            case JsonValueKind.Object:
                foreach (var leaf in value.EnumerateObject().SelectMany(m => Of(m.Value, key.Length == 0 ? m.Name : $"{key}.{m.Name}")))
                    yield return leaf;
                break;
            case JsonValueKind.Array:
                foreach (var leaf in value.EnumerateArray().SelectMany(v => Of(v, key)))
                    yield return leaf;
                break;
            case JsonValueKind.Number:
                yield return (key, value.GetRawText().AsSpan().IndexOfAny('.', 'e', 'E') < 0 ? value.GetInt64() : value.GetDouble());
                break;
            case JsonValueKind.String:
                yield return (key, value.GetString()!);
                break;
            case JsonValueKind.True:
                yield return (key, "true");
                break;
            case JsonValueKind.False:
                yield return (key, "false");
                break;
        }
    }

    private static object? Special(JsonElement value) =>
        value.GetPropertyCount() != 1 || !value.TryGetProperty("$", out var text) || text.ValueKind != JsonValueKind.String ? null : text.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            { } time when time.StartsWith("time:", StringComparison.Ordinal) => Time(Record.Time(time["time:".Length..], "$")),
            _ => null,
        };
}
