using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cairn.Materializers;

namespace Cairn.Formats.Onnx;

/// <summary>What a manifest notes of a model, and the preview that is made of it.</summary>
internal static class OnnxFacts
{
    private const string Inputs = "inputs";
    private const string Outputs = "outputs";
    private const int PreviewValues = 100;
    private static readonly JsonWriterOptions Form = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IReadOnlyDictionary<string, string> Of(OnnxModel model)
    {
        var facts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Inputs] = Write(model.Inputs),
            [Outputs] = Write(model.Outputs),
            ["opsets"] = string.Join(", ", model.Opsets.Select(o => o.Key.Length == 0 ? $"ai.onnx {o.Value}" : $"{o.Key} {o.Value}")),
            ["ir"] = model.IrVersion.ToString(CultureInfo.InvariantCulture),
            ["parameters"] = model.Parameters.ToString(CultureInfo.InvariantCulture),
        };
        if (model.Producer.Length > 0)
            facts["producer"] = model.Producer;
        return facts;
    }

    /// <summary>The table of inputs and outputs.</summary>
    public static ArtifactPreview Preview(IReadOnlyList<OnnxValue> inputs, IReadOnlyList<OnnxValue> outputs)
    {
        var rows = inputs.Select(v => Row("input", v)).Concat(outputs.Select(v => Row("output", v))).Take(PreviewValues + 1).ToList();
        if (rows.Count > PreviewValues)
            rows[^1] = ["…", $"{inputs.Count} inputs and {outputs.Count} outputs in all", "", ""];
        return ArtifactPreview.OfTable(["", "name", "type", "shape"], rows);

        static IReadOnlyList<string> Row(string kind, OnnxValue value) => [kind, value.Name, value.Type, value.ShapeText];
    }

    /// <summary>The inputs and outputs that were noted; null when there are none, or they are not what is written here.</summary>
    public static (IReadOnlyList<OnnxValue> Inputs, IReadOnlyList<OnnxValue> Outputs)? Read(IReadOnlyDictionary<string, string> facts)
    {
        if (!facts.TryGetValue(Inputs, out var inputs) || !facts.TryGetValue(Outputs, out var outputs))
            return null;
        try
        {
            return (Parse(inputs), Parse(outputs));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }

    private static string Write(IReadOnlyList<OnnxValue> values)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, Form);
        json.WriteStartArray();
        foreach (var value in values)
        {
            json.WriteStartObject();
            json.WriteString("name", value.Name);
            json.WriteString("type", value.Type);
            if (value.Shape is not null)
            {
                json.WriteStartArray("shape");
                foreach (var dimension in value.Shape)
                {
                    if (dimension.Length is { } length)
                        json.WriteNumberValue(length);
                    else
                        json.WriteStringValue(dimension.Name);
                }
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static List<OnnxValue> Parse(string text)
    {
        using var document = JsonDocument.Parse(text, new() { MaxDepth = 4 });
        return [.. document.RootElement.EnumerateArray().Select(v => new OnnxValue(
            v.GetProperty("name").GetString() ?? "",
            v.GetProperty("type").GetString() ?? "",
            v.TryGetProperty("shape", out var shape) ? [.. shape.EnumerateArray()
                .Select(d => d.ValueKind == JsonValueKind.Number ? new OnnxDimension(d.GetInt64(), null) : new OnnxDimension(null, d.GetString()))] : null))];
    }
}
