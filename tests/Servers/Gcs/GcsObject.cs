using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;

namespace Cairn.TestServers.Gcs;

/// <summary>One generation of one object. Immutable; a metadata change is a new value with the next metageneration.</summary>
internal sealed record GcsObject(string Bucket, string Name, GcsContent Content, GcsFields Fields)
{
    public long Generation { get; init; }
    public long Metageneration { get; init; } = 1;
    public DateTimeOffset Created { get; init; }
    public DateTimeOffset Updated { get; init; }
    public DateTimeOffset? Deleted { get; init; }
    public int? ComponentCount { get; init; }

    public string StorageClass => Fields.StorageClass ?? "STANDARD";

    /// <summary>Changes with data and metadata, means nothing else; unquoted, as in the JSON API.</summary>
    public string ETag
    {
        get
        {
            Span<byte> bytes = stackalloc byte[12];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, Generation);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], (int)Metageneration);
            return "C" + Convert.ToBase64String(bytes);
        }
    }

    public string HashHeader => Content.Md5 is null ? $"crc32c={Content.Crc32CBase64}" : $"crc32c={Content.Crc32CBase64},md5={Content.Md5Base64}";

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public void WriteTo(Utf8JsonWriter json, FieldMask mask, string endpoint, bool omitSizeZero)
    {
        void Text(string name, string? value)
        {
            if (value is not null && mask.Has(name)) json.WriteString(name, value);
        }
        string generation = Generation.ToString(CultureInfo.InvariantCulture);
        json.WriteStartObject();
        Text("kind", "storage#object");
        if (mask.Has("id")) json.WriteString("id", $"{Bucket}/{Name}/{generation}");
        if (mask.Has("selfLink")) json.WriteString("selfLink", $"{endpoint}/storage/v1/b/{Bucket}/o/{Uri.EscapeDataString(Name)}");
        if (mask.Has("mediaLink")) json.WriteString("mediaLink", $"{endpoint}/download/storage/v1/b/{Bucket}/o/{Uri.EscapeDataString(Name)}?generation={generation}&alt=media");
        Text("name", Name);
        Text("bucket", Bucket);
        Text("generation", generation);
        if (mask.Has("metageneration")) json.WriteString("metageneration", Metageneration.ToString(CultureInfo.InvariantCulture));
        Text("contentType", Fields.ContentType);
        Text("contentEncoding", Fields.ContentEncoding);
        Text("contentDisposition", Fields.ContentDisposition);
        Text("contentLanguage", Fields.ContentLanguage);
        Text("cacheControl", Fields.CacheControl);
        Text("storageClass", StorageClass);
        if (mask.Has("size") && !(omitSizeZero && Content.Length == 0)) json.WriteString("size", Content.Length.ToString(CultureInfo.InvariantCulture));
        if (mask.Has("md5Hash") && Content.Md5 is not null) json.WriteString("md5Hash", Content.Md5Base64);
        if (mask.Has("crc32c")) json.WriteString("crc32c", Content.Crc32CBase64);
        if (mask.Has("etag")) json.WriteString("etag", ETag);
        if (ComponentCount is { } components && mask.Has("componentCount")) json.WriteNumber("componentCount", components);
        if (mask.Has("timeCreated")) json.WriteString("timeCreated", Time(Created));
        if (mask.Has("updated")) json.WriteString("updated", Time(Updated));
        if (mask.Has("timeStorageClassUpdated")) json.WriteString("timeStorageClassUpdated", Time(Created));
        if (mask.Has("timeFinalized")) json.WriteString("timeFinalized", Time(Created));
        if (Deleted is { } deleted && mask.Has("timeDeleted")) json.WriteString("timeDeleted", Time(deleted));
        Text("customTime", Fields.CustomTime);
        if (Fields.TemporaryHold && mask.Has("temporaryHold")) json.WriteBoolean("temporaryHold", true);
        if (Fields.EventBasedHold && mask.Has("eventBasedHold")) json.WriteBoolean("eventBasedHold", true);
        if (!Fields.Metadata.IsEmpty && mask.Has("metadata"))
        {
            var keys = mask.Of("metadata");
            json.WriteStartObject("metadata");
            foreach (var (key, value) in Fields.Metadata)
                if (keys.Has(key)) json.WriteString(key, value);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}
