using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cairn.Providers.Local;

/// <summary>The content type and user metadata, stored in one extended attribute of the file: JSON with <c>type</c> and <c>meta</c>.</summary>
internal sealed record LocalAttributes
{
    /// <summary>Gets the media type.</summary>
    [JsonPropertyName("type")]
    public string? ContentType { get; init; }

    /// <summary>Gets the user metadata.</summary>
    [JsonPropertyName("meta")]
    public Dictionary<string, string>? Metadata { get; init; }

    /// <summary>Returns the bytes to store for a write, or null if there is nothing to store.</summary>
    public static byte[]? Encode(UploadRequest request) =>
        request.ContentType is null && request.Metadata.Count == 0
            ? null
            : JsonSerializer.SerializeToUtf8Bytes(
                new LocalAttributes { ContentType = request.ContentType, Metadata = request.Metadata.Count == 0 ? null : new(request.Metadata) },
                LocalJson.Default.LocalAttributes);

    /// <summary>Decodes stored bytes.</summary>
    /// <exception cref="StoreException">IntegrityFailure: the bytes are not in the format that Cairn writes.</exception>
    public static LocalAttributes? Decode(byte[]? stored)
    {
        try
        {
            return stored is null ? null : JsonSerializer.Deserialize(stored, LocalJson.Default.LocalAttributes);
        }
        catch (JsonException e)
        {
            throw LocalErrors.AttributesSpoilt(e);
        }
    }
}

[JsonSerializable(typeof(LocalAttributes))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class LocalJson : JsonSerializerContext;
