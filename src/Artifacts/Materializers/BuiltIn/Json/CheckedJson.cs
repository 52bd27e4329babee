using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cairn.Materializers.BuiltIn;

/// <summary>Gathers values as JSON, each read back before the next, so that memory is bounded by the largest.</summary>
/// <param name="readBack">Compares a value with what was read back.</param>
/// <param name="type">The type of each value.</param>
internal sealed class CheckedJson(JsonReadBack readBack, JsonTypeInfo type) : IDisposable
{
    private const int Gathered = 64 << 10;

    // Values gather here, so that a short one does not cost a write of its own.
    private readonly ArrayBufferWriter<byte> _text = new(Gathered);
    private readonly Utf8JsonWriter _json = new(Stream.Null, new() { SkipValidation = true, Encoder = type.Options.Encoder });

    /// <summary>How many values were added.</summary>
    public long Count { get; private set; }

    /// <summary>Whether it is time to write.</summary>
    public bool IsFull => _text.WrittenCount >= Gathered;

    /// <summary>Adds a value.</summary>
    /// <exception cref="MaterializationException">It would not come back.</exception>
    public void Add(object? value)
    {
        var start = _text.WrittenCount;
        _json.Reset(_text);
        JsonSerializer.Serialize(_json, value, type);
        _json.Flush();
        readBack.Require(value, JsonSerializer.Deserialize(_text.WrittenSpan[start..], type), type.Type, $"$[{Count}]");
        Count++;
    }

    /// <summary>Adds what is between values.</summary>
    public void Append(ReadOnlySpan<byte> text) => _text.Write(text);

    /// <summary>Writes what has gathered.</summary>
    public async ValueTask WriteToAsync(Stream stream, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(_text.WrittenMemory, cancellationToken).ConfigureAwait(false);
        _text.ResetWrittenCount();
    }

    public void Dispose() => _json.Dispose();
}
