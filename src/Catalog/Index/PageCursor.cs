using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cairn.Catalog.Index;

/// <summary>The place behind a page as text: the values by which the last row is ordered.</summary>
internal static class PageCursor
{
    public static string Write(params ReadOnlySpan<object> values)
    {
        var array = new JsonArray();
        foreach (var value in values)
        {
            array.Add((JsonNode?)(value switch
            {
                long number => JsonValue.Create(number),
                // As text, since JSON has no infinity.
                double number => new JsonObject { ["d"] = number.ToString("R", CultureInfo.InvariantCulture) },
                _ => JsonValue.Create((string)value),
            }));
        }
        return Base64Url.EncodeToString(Encoding.UTF8.GetBytes(array.ToJsonString()));
    }

    /// <summary>Reads a cursor.</summary>
    /// <exception cref="ArgumentException">The text is not a cursor with so many values.</exception>
    public static object[] Read(string cursor, int count)
    {
        try
        {
            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(cursor));
            object[] values = [.. document.RootElement.EnumerateArray().Select(object (v) => v.ValueKind switch
            {
                JsonValueKind.Number => v.GetInt64(),
                JsonValueKind.Object => double.Parse(v.GetProperty("d").GetString()!, CultureInfo.InvariantCulture),
                _ => v.GetString()!,
            })];
            if (values.Length == count)
                return values;
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new ArgumentException("The cursor is not the end of a page.", nameof(cursor), e);
        }
        throw new ArgumentException("The cursor is the end of a page of another query.", nameof(cursor));
    }
}
