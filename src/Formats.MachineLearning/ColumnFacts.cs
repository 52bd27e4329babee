using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.ML;

namespace Cairn.Formats.MachineLearning;

/// <summary>Columns as a manifest notes them: a JSON array of <c>name</c> and <c>type</c>. Hidden columns, which another of the same name covers, are left out.</summary>
internal static class ColumnFacts
{
    private static readonly JsonWriterOptions Form = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IEnumerable<DataViewSchema.Column> Visible(DataViewSchema schema) => schema.Where(c => !c.IsHidden);

    public static string Write(DataViewSchema schema)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, Form);
        json.WriteStartArray();
        foreach (var column in Visible(schema))
        {
            json.WriteStartObject();
            json.WriteString("name", column.Name);
            json.WriteString("type", $"{column.Type}");
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The columns that were noted; null when there are none, or they are not what is written here.</summary>
    public static IReadOnlyList<(string Name, string Type)>? Read(IReadOnlyDictionary<string, string> facts, string key)
    {
        if (!facts.TryGetValue(key, out var text))
            return null;
        try
        {
            using var document = JsonDocument.Parse(text, new() { MaxDepth = 4 });
            return [.. document.RootElement.EnumerateArray().Select(c => (c.GetProperty("name").GetString() ?? "", c.GetProperty("type").GetString() ?? ""))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }
}
