using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace Cairn.Catalog.Records;

/// <summary>The JSON of records: strict when it is read, and with numbers that keep their type.</summary>
/// <remarks>
/// A number without '.' and exponent is a 64-bit integer; every other number is a finite double in its shortest form. Members are not doubled, surrogates are
/// paired, and the depth is at most <see cref="MaxDepth"/>.
/// Unknown members keep their text exactly: records are edited as trees.
/// </remarks>
internal static class RecordJson
{
    /// <summary>The most bytes that a record may have.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>How deep objects and arrays may be nested.</summary>
    public const int MaxDepth = 16;

    private static readonly JsonWriterOptions _writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = MaxDepth };
    private static readonly JsonReaderOptions _reading = new() { MaxDepth = MaxDepth };
    private static readonly JsonDocumentOptions _documents = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>Reads one object.</summary>
    /// <exception cref="FormatException">The bytes are not an object that a record may be.</exception>
    public static JsonObject Parse(ReadOnlySpan<byte> content)
    {
        if (content.Length > MaxBytes)
            throw new FormatException($"it has more than {MaxBytes} bytes");
        if (!Utf8.IsValid(content))
            throw new FormatException("it is not JSON in UTF-8");
        try
        {
            var reader = new Utf8JsonReader(content, _reading);
            while (reader.Read())
            {
                // An escape may be half of a surrogate pair.
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                    _ = reader.GetString();
                else if (reader.TokenType == JsonTokenType.Number)
                    CheckNumber(reader.ValueSpan);
            }
            return JsonNode.Parse(content, documentOptions: _documents) as JsonObject ?? throw new FormatException("it is not a JSON object");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // InvalidOperationException: text that is not Unicode.
            throw new FormatException($"it is not a record in JSON: {e.Message}", e);
        }
    }

    /// <summary>Writes an object without white space.</summary>
    public static byte[] Write(JsonObject value)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, _writing))
            value.WriteTo(writer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>A double with its type: it has a '.' or an exponent.</summary>
    public static JsonNode Number(double value)
    {
        if (!double.IsFinite(value))
            return new JsonObject { ["$"] = value.ToString(CultureInfo.InvariantCulture) };
        var text = value.ToString("R", CultureInfo.InvariantCulture).Replace("E+", "e", StringComparison.Ordinal).Replace('E', 'e');
        if (text.AsSpan().IndexOfAny('.', 'e') < 0)
            text += ".0";
        return JsonNode.Parse(text)!;
    }

    private static void CheckNumber(ReadOnlySpan<byte> text)
    {
        if (text.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0)
        {
            if (!Utf8Parser.TryParse(text, out long _, out var used) || used != text.Length)
                throw new FormatException("it holds an integer of more than 64 bits");
        }
        else if (!Utf8Parser.TryParse(text, out double value, out _) || !double.IsFinite(value))
        {
            throw new FormatException("it holds a number beyond the range of a double");
        }
    }
}
