using System.Text.Json;
using Cairn.Errors;
using Cairn.Materializers;

namespace Cairn.Artifacts;

/// <summary>Parses a manifest from an untrusted source: everything in it is validated.</summary>
/// <remarks>
/// Unknown members are skipped, as the OCI specification requires; known members must occur once with the correct type. Memory use is a small multiple of
/// the input.
/// </remarks>
internal static class ManifestParser
{
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = ManifestFormat.MaxDepth };

    /// <summary>Parses a manifest.</summary>
    /// <exception cref="ManifestFormatException">The content is not a manifest of this format.</exception>
    public static ArtifactManifest Parse(ReadOnlyMemory<byte> content)
    {
        if (content.Length > ManifestFormat.MaxBytes)
            throw new ManifestFormatException($"it has {content.Length} bytes, more than the {ManifestFormat.MaxBytes} of the largest manifest");
        try
        {
            using var document = JsonDocument.Parse(content, Options);
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new ManifestFormatException("it is not well-formed JSON, or a member occurs twice or is nested too deep", e);
        }
    }

    /// <summary>The contents that a manifest of this format holds itself: its config, and small files.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Embedded(ReadOnlyMemory<byte> content)
    {
        using var document = JsonDocument.Parse(content, Options);
        return [.. document.RootElement.GetProperty("layers").EnumerateArray().Prepend(document.RootElement.GetProperty("config"))
            .Where(d => d.TryGetProperty("data", out _)).Select(d => new ReadOnlyMemory<byte>(d.GetProperty("data").GetBytesFromBase64()))];
    }

    private static ArtifactManifest Read(JsonElement root)
    {
        Check(root.ValueKind == JsonValueKind.Object, "it is not an object");
        Check(Number(root, "schemaVersion") == 2, "its schemaVersion is not 2");
        Same(root, "mediaType", ManifestFormat.ManifestType);
        Same(root, "artifactType", ManifestFormat.ArtifactType);
        var layers = Member(root, "layers", JsonValueKind.Array);
        Check(layers.GetArrayLength() <= ManifestFormat.MaxFiles, $"it has {layers.GetArrayLength()} files, more than {ManifestFormat.MaxFiles}");
        var files = new List<ArtifactFile>(layers.GetArrayLength());
        var inline = new Dictionary<StorePath, ReadOnlyMemory<byte>>();
        foreach (var layer in layers.EnumerateArray())
        {
            Check(layer.ValueKind == JsonValueKind.Object, "a layer is not an object");
            var title = Text(Member(layer, "annotations", JsonValueKind.Object), ManifestFormat.Title);
            if (!StorePath.TryParse(title, out var name) || name.IsRoot || name.Value != title)
                throw new ManifestFormatException($"'{ErrorText.Escape(title)}' is not a valid file name");
            var file = new ArtifactFile(name, Text(layer, "mediaType"), Number(layer, "size"), Digest(layer).Checksum);
            Check(file.Length >= 0, "a size is negative");
            files.Add(file);
            if (Data(layer, file.Length, Digest(layer)) is { } data)
                inline[name] = data;
        }
        CheckNames(files);
        Check(files.Aggregate(0UL, (total, file) => Math.Min(long.MaxValue + 1UL, total + (ulong)file.Length)) <= long.MaxValue, "its sizes together are more than a number holds");
        return ReadConfig(root) with { Files = files, Inline = inline };
    }

    private static ArtifactManifest ReadConfig(JsonElement root)
    {
        var descriptor = Member(root, "config", JsonValueKind.Object);
        Same(descriptor, "mediaType", ManifestFormat.ConfigType);
        var content = Data(descriptor, Number(descriptor, "size"), Digest(descriptor)) ?? throw new ManifestFormatException("its config is not in it");
        using var document = JsonDocument.Parse(content, Options);
        var config = document.RootElement;
        Check(config.ValueKind == JsonValueKind.Object, "its config is not an object");
        var format = Number(config, "format");
        Check(format <= ManifestFormat.Version, $"its config has format {format}, and this version of Cairn reads up to {ManifestFormat.Version}; a newer one is needed");
        var materializer = Member(config, "materializer", JsonValueKind.Object);
        var version = Number(materializer, "version");
        Check(format >= 1 && version is >= 1 and <= int.MaxValue, "a version is not positive");
        return new()
        {
            MaterializerId = Text(materializer, "id"),
            FormatVersion = (int)version,
            TypeName = Text(config, "type"),
            Facts = Texts(config, "facts"),
            Metadata = Texts(config, "metadata"),
        };
    }

    /// <summary>No two files of one name, and no file where another needs a folder.</summary>
    private static void CheckNames(List<ArtifactFile> files)
    {
        var names = new HashSet<string>(files.Count, StringComparer.Ordinal);
        foreach (var file in files)
            Check(names.Add(file.Name.Value), $"two files are named '{ErrorText.Escape(file.Name.Value)}'");
        foreach (var name in names)
        {
            for (var slash = name.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = name.IndexOf('/', slash + 1))
                Check(!names.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name.AsSpan(0, slash)), $"'{ErrorText.Escape(name[..slash])}' is a file and a folder");
        }
    }

    private static ReadOnlyMemory<byte>? Data(JsonElement descriptor, long size, BlobDigest digest)
    {
        if (!descriptor.TryGetProperty("data", out var data))
            return null;
        Check(data.ValueKind == JsonValueKind.String, "a 'data' is not a string");
        var content = data.GetBytesFromBase64();
        Check(content.Length == size && BlobDigest.Of(content) == digest, "the content that it holds is not that of the digest beside it");
        return content;
    }

    private static BlobDigest Digest(JsonElement descriptor) =>
        BlobDigest.TryParse(Text(descriptor, "digest"), out var digest) ? digest : throw new ManifestFormatException("a digest is not sha256: and 64 lower-case digits");

    private static Dictionary<string, string> Texts(JsonElement parent, string name)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in Member(parent, name, JsonValueKind.Object).EnumerateObject())
        {
            Check(member.Value.ValueKind == JsonValueKind.String, $"a value of {name} is not a string");
            texts[member.Name] = member.Value.GetString()!;
        }
        return texts;
    }

    private static void Same(JsonElement parent, string name, string expected)
    {
        var actual = Text(parent, name);
        Check(actual == expected, $"its {name} is '{ErrorText.Escape(actual)}' and not {expected}");
    }

    private static string Text(JsonElement parent, string name) => Member(parent, name, JsonValueKind.String).GetString()!;

    private static long Number(JsonElement parent, string name) =>
        Member(parent, name, JsonValueKind.Number).TryGetInt64(out var number) ? number : throw new ManifestFormatException($"its {name} is not an integer");

    private static JsonElement Member(JsonElement parent, string name, JsonValueKind kind) =>
        parent.TryGetProperty(name, out var member) && member.ValueKind == kind ? member : throw new ManifestFormatException($"it has no {name}, or one that is not a {kind}");

    private static void Check(bool holds, string problem)
    {
        if (!holds)
            throw new ManifestFormatException(problem);
    }
}

/// <summary>Bytes are no manifest of this format. It is told to callers as a <see cref="StoreException"/> or a <see cref="MaterializationException"/>.</summary>
internal sealed class ManifestFormatException(string reason, Exception? innerException = null) : Exception(reason, innerException);
