using System.Text.Json.Serialization;

namespace Cairn.Providers.Gcs;

/// <summary>An object as the JSON API has it; numbers of 64 bits are text there.</summary>
internal sealed record GcsResource
{
    public string? Name { get; init; }

    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)]
    public long? Size { get; init; }

    public string? Generation { get; init; }

    public string? ContentType { get; init; }

    public string? ContentEncoding { get; init; }

    public string? ContentDisposition { get; init; }

    public string? ContentLanguage { get; init; }

    public string? CacheControl { get; init; }

    public string? CustomTime { get; init; }

    public string? StorageClass { get; init; }

    [JsonPropertyName("crc32c")]
    public string? Crc { get; init; }

    public DateTimeOffset? Updated { get; init; }

    public Dictionary<string, string>? Metadata { get; init; }

    [JsonIgnore]
    public string? WriteId => Metadata?.GetValueOrDefault(GcsMetadata.WriteId);

    public ArtifactInfo ToInfo(ArtifactPath path) => new()
    {
        Path = path,
        Length = Size ?? 0,
        ETag = Generation,
        Modified = Updated,
        ContentType = string.IsNullOrEmpty(ContentType) ? null : ContentType,
        Metadata = GcsMetadata.FromResource(Metadata),
        Checksum = GcsChecksum.FromBase64(Crc),
    };
}

internal sealed record GcsListing(List<GcsResource>? Items, List<string>? Prefixes, string? NextPageToken);

internal sealed record GcsCompose(List<GcsComponent> SourceObjects, GcsResource Destination);

internal sealed record GcsComponent(string Name, string Generation);

internal sealed record GcsRewritten(bool Done, string? RewriteToken, GcsResource? Resource);

internal sealed record GcsErrorBody(GcsErrorDetail? Error);

internal sealed record GcsErrorDetail(int Code, string? Message, List<GcsErrorReason>? Errors);

internal sealed record GcsErrorReason(string? Reason);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GcsResource))]
[JsonSerializable(typeof(GcsListing))]
[JsonSerializable(typeof(GcsCompose))]
[JsonSerializable(typeof(GcsRewritten))]
[JsonSerializable(typeof(GcsErrorBody))]
internal sealed partial class GcsJson : JsonSerializerContext;
