using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Cairn.Artifacts;
using Cairn.Materializers;

namespace Cairn.Conformance;

/// <summary>
/// An artifact as written by another or a malicious program: its manifest contains no content, all digests are correct, and the test can change everything
/// else.
/// </summary>
internal sealed class ForgedArtifact
{
    private const string Title = "org.opencontainers.image.title";
    private readonly JsonObject _manifest;

    private ForgedArtifact(JsonObject manifest, JsonObject config, Dictionary<string, byte[]> files) => (_manifest, Config, Files) = (manifest, config, files);

    /// <summary>Gets the config of the manifest: materializer, metadata, type.</summary>
    public JsonObject Config { get; }

    /// <summary>Gets the contents by name.</summary>
    public Dictionary<string, byte[]> Files { get; }

    /// <summary>Creates an instance from a saved artifact.</summary>
    public static async Task<ForgedArtifact> OfAsync(ArtifactRepository repository, BlobDigest digest, CancellationToken cancellationToken)
    {
        var manifest = JsonNode.Parse(await repository.Store.ReadBytesAsync(PathOf(digest.Hex), cancellationToken))!.AsObject();
        var config = JsonNode.Parse(Convert.FromBase64String((string)manifest["config"]!["data"]!))!.AsObject();
        await using var reader = await repository.OpenAsync(digest, cancellationToken);
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var file in reader.Files)
            files[file.Name.Value] = await ReadAsync(reader, file, cancellationToken);
        return new(manifest, config, files);
    }

    /// <summary>Reads all bytes of a file.</summary>
    public static async Task<byte[]> ReadAsync(ArtifactReader reader, ArtifactFile file, CancellationToken cancellationToken)
    {
        await using var stream = await reader.OpenAsync(file.Name, cancellationToken);
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, cancellationToken);
        return content.ToArray();
    }

    /// <summary>Changes the manifest's description of the first file, apart from its name, digest and size.</summary>
    public void ChangeLayer(Action<JsonObject> change) => change(_manifest["layers"]![0]!.AsObject());

    /// <summary>Returns the role of a blob written by <see cref="WriteAsync"/>: the name of its file, or the manifest.</summary>
    public string NameOf(StorePath blob) =>
        string.Join(" and ", Files.Where(f => PathOf(HexOf(f.Value)) == blob).Select(f => $"file '{f.Key}'")) is { Length: > 0 } names ? names : "the manifest";

    /// <summary>Writes the blobs and the manifest.</summary>
    /// <returns>The digest of the artifact, and the paths of its blobs and its manifest.</returns>
    public async Task<(BlobDigest Digest, IReadOnlyList<StorePath> Blobs)> WriteAsync(ArtifactStore store, CancellationToken cancellationToken)
    {
        var blobs = new List<StorePath>();
        foreach (var layer in _manifest["layers"]!.AsArray().Select(l => l!.AsObject()))
        {
            var content = Files[(string)layer["annotations"]![Title]!];
            layer.Remove("data");
            if (content.Length > 0)
                blobs.Add(await DescribeAsync(store, layer, content, cancellationToken));
        }
        var config = Encoding.UTF8.GetBytes(Config.ToJsonString());
        var descriptor = _manifest["config"]!.AsObject();
        (descriptor["data"], descriptor["digest"], descriptor["size"]) = (Convert.ToBase64String(config), $"sha256:{HexOf(config)}", config.Length);
        var bytes = Encoding.UTF8.GetBytes(_manifest.ToJsonString());
        await store.WriteBytesAsync(PathOf(HexOf(bytes)), bytes, WriteMode.Replace, cancellationToken: cancellationToken);
        blobs.Add(PathOf(HexOf(bytes)));
        return (BlobDigest.Of(bytes), blobs);
    }

    private static async Task<StorePath> DescribeAsync(ArtifactStore store, JsonObject layer, byte[] content, CancellationToken cancellationToken)
    {
        (layer["digest"], layer["size"]) = ($"sha256:{HexOf(content)}", content.Length);
        await store.WriteBytesAsync(PathOf(HexOf(content)), content, WriteMode.Replace, cancellationToken: cancellationToken);
        return PathOf(HexOf(content));
    }

    private static StorePath PathOf(string hex) => $"blobs/sha256/{hex}";

    private static string HexOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
