using System.Text.Json;

namespace Cairn.TestServers.Gcs;

/// <summary>The conditions of a request on one object: generation and metageneration, matching or not, and ETags.</summary>
internal readonly record struct GcsPreconditions(long? GenerationMatch, long? GenerationNotMatch, long? MetagenerationMatch, long? MetagenerationNotMatch, string? IfMatch = null,
    string? IfNoneMatch = null)
{
    /// <summary>Reads the query parameters of the target (<c>if…</c>) or of the source (<c>ifSource…</c>).</summary>
    public static GcsPreconditions From(GcsCall call, string prefix = "if")
    {
        var conditions = new GcsPreconditions(call.Number($"{prefix}GenerationMatch"), call.Number($"{prefix}GenerationNotMatch"),
            call.Number($"{prefix}MetagenerationMatch"), call.Number($"{prefix}MetagenerationNotMatch"));
        if (conditions is { GenerationMatch: not null, GenerationNotMatch: not null })
            throw GcsError.Invalid($"{prefix}GenerationMatch and {prefix}GenerationNotMatch are mutually exclusive", $"{prefix}GenerationNotMatch");
        if (conditions is { MetagenerationMatch: not null, MetagenerationNotMatch: not null })
            throw GcsError.Invalid($"{prefix}MetagenerationMatch and {prefix}MetagenerationNotMatch are mutually exclusive", $"{prefix}MetagenerationNotMatch");
        return conditions;
    }

    /// <summary>The same with the ETag headers, which reads and metadata changes honour.</summary>
    public static GcsPreconditions WithETags(GcsCall call) => From(call) with { IfMatch = call.Header("If-Match"), IfNoneMatch = call.Header("If-None-Match") };

    public static GcsPreconditions FromSource(JsonElement source)
    {
        if (!source.TryGetProperty("objectPreconditions", out var conditions) || !conditions.TryGetProperty("ifGenerationMatch", out var value)) return default;
        string text = value.ValueKind == JsonValueKind.Number ? value.GetRawText() : value.GetString() ?? "";
        return long.TryParse(text, out long generation) ? new GcsPreconditions(generation, null, null, null) : throw GcsError.Invalid("Invalid value for: ifGenerationMatch");
    }

    /// <summary>Holds, or throws 412; a not-match that matches is 304.</summary>
    public void Check(GcsObject? found)
    {
        if (GenerationMatch is { } generation && (found?.Generation ?? 0) != generation) throw GcsError.NotMet();
        if (MetagenerationMatch is { } metageneration && found?.Metageneration != metageneration) throw GcsError.NotMet();
        if (IfMatch is { } match && (found is null || !Names(match, found.ETag))) throw GcsError.NotMet();
        if (GenerationNotMatch is { } other && (found is null || found.Generation == other)) throw GcsError.NotModified();
        if (MetagenerationNotMatch is { } otherMetadata && (found is null || found.Metageneration == otherMetadata)) throw GcsError.NotModified();
        if (IfNoneMatch is { } none && found is not null && Names(none, found.ETag)) throw GcsError.NotModified();
    }

    private static bool Names(string header, string etag) =>
        header.Split(',', StringSplitOptions.TrimEntries).Any(value => value == "*" || value.Trim('"') == etag);
}
