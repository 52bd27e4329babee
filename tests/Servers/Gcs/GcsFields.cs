using System.Collections.Immutable;
using System.Text.Json;

namespace Cairn.TestServers.Gcs;

/// <summary>The properties of an object that a client may set.</summary>
internal sealed record GcsFields
{
    public string? ContentType { get; init; }
    public string? ContentEncoding { get; init; }
    public string? ContentDisposition { get; init; }
    public string? ContentLanguage { get; init; }
    public string? CacheControl { get; init; }
    public string? CustomTime { get; init; }
    public string? StorageClass { get; init; }
    public bool TemporaryHold { get; init; }
    public bool EventBasedHold { get; init; }
    public ImmutableSortedDictionary<string, string> Metadata { get; init; } = ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>These fields with a resource laid over them: absent properties stay, null clears; <c>metadata</c> merges key by key.</summary>
    public GcsFields Apply(JsonElement resource)
    {
        var fields = this;
        foreach (var property in resource.EnumerateObject())
        {
            string? Text() => property.Value.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.String => property.Value.GetString(),
                _ => throw GcsError.Invalid($"Invalid value for: {property.Name}", property.Name),
            };
            bool Flag() => property.Value.ValueKind switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False or JsonValueKind.Null => false,
                _ => throw GcsError.Invalid($"Invalid value for: {property.Name}", property.Name),
            };
            fields = property.Name switch
            {
                "contentType" => fields with { ContentType = Text() },
                "contentEncoding" => fields with { ContentEncoding = Text() },
                "contentDisposition" => fields with { ContentDisposition = Text() },
                "contentLanguage" => fields with { ContentLanguage = Text() },
                "cacheControl" => fields with { CacheControl = Text() },
                "customTime" => fields with { CustomTime = Text() },
                "storageClass" => fields with { StorageClass = Text() },
                "temporaryHold" => fields with { TemporaryHold = Flag() },
                "eventBasedHold" => fields with { EventBasedHold = Flag() },
                "metadata" => fields with { Metadata = Merge(fields.Metadata, property.Value, "metadata") },
                _ => fields,
            };
        }
        return fields;
    }

    /// <summary>A map with a patch laid over it: null removes a key, or all.</summary>
    public static ImmutableSortedDictionary<string, string> Merge(ImmutableSortedDictionary<string, string> metadata, JsonElement patch, string property)
    {
        if (patch.ValueKind == JsonValueKind.Null) return metadata.Clear();
        if (patch.ValueKind != JsonValueKind.Object) throw GcsError.Invalid($"Invalid value for: {property}", property);
        foreach (var entry in patch.EnumerateObject())
            metadata = entry.Value.ValueKind switch
            {
                JsonValueKind.Null => metadata.Remove(entry.Name),
                JsonValueKind.String => metadata.SetItem(entry.Name, entry.Value.GetString()!),
                _ => throw GcsError.Invalid($"Invalid value for: {property}.{entry.Name}", property),
            };
        return metadata;
    }
}
