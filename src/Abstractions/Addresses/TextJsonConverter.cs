using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cairn;

/// <summary>A value of one line of text as a JSON string, and as the name of a JSON member.</summary>
internal abstract class TextJsonConverter<T> : JsonConverter<T>
    where T : notnull
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException($"{typeof(T).Name} is written as a string.");
        return Parse(reader.GetString()!);
    }

    /// <inheritdoc/>
    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Parse(reader.GetString()!);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(Format(value));

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WritePropertyName(Format(value));

    /// <summary>The value of a text.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    protected abstract T ParseText(string text);

    /// <summary>The text of a value.</summary>
    protected abstract string Format(T value);

    private T Parse(string text)
    {
        try
        {
            return ParseText(text);
        }
        catch (FormatException e)
        {
            throw new JsonException(e.Message, e);
        }
    }
}

/// <summary>A <see cref="StorePath"/> as JSON.</summary>
internal sealed class StorePathJsonConverter : TextJsonConverter<StorePath>
{
    /// <inheritdoc/>
    protected override StorePath ParseText(string text) => StorePath.Parse(text);

    /// <inheritdoc/>
    protected override string Format(StorePath value) => value.Value;
}

/// <summary>A <see cref="StoreUri"/> as JSON.</summary>
internal sealed class StoreUriJsonConverter : TextJsonConverter<StoreUri>
{
    /// <inheritdoc/>
    protected override StoreUri ParseText(string text) => StoreUri.Parse(text);

    /// <inheritdoc/>
    protected override string Format(StoreUri value) => value.ToString();
}
