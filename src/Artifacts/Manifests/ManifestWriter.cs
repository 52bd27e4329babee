using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cairn.Artifacts;

/// <summary>A manifest as canonical JSON: sorted keys, no white space, only what must be escaped is. Equal manifests give equal bytes.</summary>
internal static class ManifestWriter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ReadOnlyMemory<byte> Write(ArtifactManifest manifest)
    {
        var config = WriteConfig(manifest);
        var buffer = new ArrayBufferWriter<byte>(1024 + config.Length);
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        json.WriteString("artifactType", ManifestFormat.ArtifactType);
        json.WritePropertyName("config");
        WriteDescriptor(json, null, config.Span, BlobDigest.Of(config.Span).ToString(), ManifestFormat.ConfigType, config.Length);
        json.WriteStartArray("layers");
        foreach (var file in manifest.Files)
        {
            ReadOnlySpan<byte> inline = manifest.Inline.TryGetValue(file.Name, out var content) ? content.Span : default;
            WriteDescriptor(json, file.Name.Value, inline, file.Digest.ToString(), file.MediaType, file.Length);
        }
        json.WriteEndArray();
        json.WriteString("mediaType", ManifestFormat.ManifestType);
        json.WriteNumber("schemaVersion", 2);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static ReadOnlyMemory<byte> WriteConfig(ArtifactManifest manifest)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        WriteTexts(json, "facts", manifest.Facts);
        json.WriteNumber("format", ManifestFormat.Version);
        json.WriteStartObject("materializer");
        json.WriteString("id", manifest.MaterializerId);
        json.WriteNumber("version", manifest.FormatVersion);
        json.WriteEndObject();
        WriteTexts(json, "metadata", manifest.Metadata);
        json.WriteString("type", manifest.TypeName);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string> texts)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in texts.OrderBy(t => t.Key, Comparer<string>.Create(static (a, b) => Utf8Order.Compare(a, b))))
            json.WriteString(key, value);
        json.WriteEndObject();
    }

    private static void WriteDescriptor(Utf8JsonWriter json, string? title, ReadOnlySpan<byte> data, string digest, string mediaType, long size)
    {
        json.WriteStartObject();
        if (title is not null)
        {
            json.WriteStartObject("annotations");
            json.WriteString(ManifestFormat.Title, title);
            json.WriteEndObject();
        }
        if (data.Length > 0)
            json.WriteBase64String("data", data);
        json.WriteString("digest", digest);
        json.WriteString("mediaType", mediaType);
        json.WriteNumber("size", size);
        json.WriteEndObject();
    }
}
