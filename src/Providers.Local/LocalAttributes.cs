using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cairn.Providers.Local;

/// <summary>Content type and user metadata as they are kept in one extended attribute of the file: JSON with <c>type</c> and <c>meta</c>.</summary>
internal sealed record LocalAttributes
{
    /// <summary>The media type.</summary>
    [JsonPropertyName("type")]
    public string? ContentType { get; init; }

    /// <summary>The user's metadata.</summary>
    [JsonPropertyName("meta")]
    public Dictionary<string, string>? Metadata { get; init; }

    /// <summary>The bytes to store for a write; null when there is nothing to store.</summary>
    public static byte[]? Encode(UploadRequest request) =>
        request.ContentType is null && request.Metadata.Count == 0
            ? null
            : JsonSerializer.SerializeToUtf8Bytes(
                new LocalAttributes { ContentType = request.ContentType, Metadata = request.Metadata.Count == 0 ? null : new(request.Metadata) },
                LocalJson.Default.LocalAttributes);

    /// <summary>Reads stored bytes.</summary>
    /// <exception cref="StoreException">IntegrityFailure when they are not what Cairn writes.</exception>
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
