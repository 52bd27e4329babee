using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Cairn.Errors;

namespace Cairn.Artifacts;

/// <summary>The <c>index.json</c> of an OCI image layout: which manifests it is about, and their tags. What others wrote into it stays.</summary>
internal static partial class OciIndex
{
    private const string IndexType = "application/vnd.oci.image.index.v1+json";
    private const string TagKey = "org.opencontainers.image.ref.name";
    private const int MaxBytes = 4 << 20;
    private const int Attempts = 20;
    private static readonly StorePath File = "index.json";
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <summary>Refuses what the specification allows no tag to be.</summary>
    public static void CheckTag(string tag)
    {
        if (!Tag().IsMatch(tag))
            throw new StoreException(new StoreFault(StoreErrorCode.PathConflict,
                $"'{ErrorText.Escape(tag)}' cannot be a tag")
            { Advice = "A tag is letters and digits, joined by one of - . _ : @ / +." });
    }

    /// <summary>Puts a manifest into the index. A tag that stood for another manifest stands for this one afterwards.</summary>
    public static async Task SetAsync(ArtifactStore layout, BlobDigest digest, long length, string? tag, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (index, etag) = await ReadAsync(layout, cancellationToken).ConfigureAwait(false);
            index ??= new() { ["schemaVersion"] = 2, ["mediaType"] = IndexType, ["manifests"] = new JsonArray() };
            if (!Put(Manifests(layout, index), digest, length, tag))
                return;
            try
            {
                await layout.WriteTextAsync(File, index.ToJsonString(), etag is null ? WriteMode.CreateNew : WriteMode.Match(etag), cancellationToken: cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (StoreException e) when (e.Code is StoreErrorCode.AlreadyExists or StoreErrorCode.PreconditionFailed && attempt < Attempts)
            {
                // Another export was faster: once more, on what it left.
                continue;
            }
        }
    }

    /// <summary>The manifest with a tag; without one, the only manifest.</summary>
    public static async Task<BlobDigest> FindAsync(ArtifactStore layout, string? tag, CancellationToken cancellationToken)
    {
        var (index, _) = await ReadAsync(layout, cancellationToken).ConfigureAwait(false);
        if (index is null)
            throw layout.CreateException(StoreErrorCode.NotFound, "there is no OCI image layout", StoreOperations.Read, File);
        var all = Manifests(layout, index).OfType<JsonObject>().ToList();
        var tags = string.Join(", ", all.Select(TagOf).OfType<string>().Take(20).Select(t => ErrorText.Escape(t)));
        var found = all.FindAll(m => tag is null || TagOf(m) == tag);
        var advice = tags.Length > 0 ? $"Its tags: {tags}." : null;
        if (found.Count == 0)
            throw layout.CreateException(StoreErrorCode.NotFound, tag is null ? "the layout has no manifest" : $"the layout has no tag '{ErrorText.Escape(tag)}'", StoreOperations.Find, File, advice);
        var digests = found.Select(m => Text(m, "digest")).Distinct(StringComparer.Ordinal).ToList();
        if (digests.Count > 1)
            throw layout.CreateException(StoreErrorCode.InvalidConfiguration, $"the layout has {digests.Count} manifests to choose from", StoreOperations.Find, File, advice ?? "Tag its manifests.");
        return BlobDigest.TryParse(digests[0], out var digest) ? digest : throw Malformed(layout, "a digest is not sha256: and 64 lower-case digits");
    }

    private static bool Put(JsonArray manifests, BlobDigest digest, long length, string? tag)
    {
        var text = digest.ToString();
        var same = manifests.OfType<JsonObject>().Where(m => tag is null ? Text(m, "digest") == text : TagOf(m) == tag).ToList();
        if (same.Exists(m => Text(m, "digest") == text))
            return false;
        foreach (var other in same)
            manifests.Remove(other);
        var entry = new JsonObject { ["mediaType"] = ManifestFormat.ManifestType, ["digest"] = text, ["size"] = length, ["artifactType"] = ManifestFormat.ArtifactType };
        if (tag is not null)
            entry["annotations"] = new JsonObject { [TagKey] = tag };
        manifests.Add((JsonNode)entry);
        return true;
    }

    private static async Task<(JsonObject? Index, string? ETag)> ReadAsync(ArtifactStore layout, CancellationToken cancellationToken)
    {
        try
        {
            var stream = await layout.OpenReadAsync(File, null, cancellationToken).ConfigureAwait(false);
            await using var closing = stream.ConfigureAwait(false);
            if (stream.Length > MaxBytes)
                throw Malformed(layout, $"it has {stream.Length} bytes, more than the {MaxBytes} that an index may have");
            var node = await JsonNode.ParseAsync(stream, null, Options, cancellationToken).ConfigureAwait(false);
            return (node as JsonObject ?? throw Malformed(layout, "it is not an object"), stream.Info.ETag);
        }
        catch (JsonException e)
        {
            throw new StoreException(new StoreFault(StoreErrorCode.InvalidConfiguration,
                "it is not the index of an OCI image layout: not well-formed JSON, or a member occurs twice or is nested too deep"), e)
                .WithContext(StoreOperations.Read, layout.GetUri(File));
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
        {
            return (null, null);
        }
    }

    private static JsonArray Manifests(ArtifactStore layout, JsonObject index) => index["manifests"] as JsonArray ?? throw Malformed(layout, "it has no manifests");

    private static string? TagOf(JsonObject manifest) => manifest["annotations"] is JsonObject annotations ? Text(annotations, TagKey) : null;

    private static string? Text(JsonObject parent, string name) => parent[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static StoreException Malformed(ArtifactStore layout, string reason) =>
        layout.CreateException(StoreErrorCode.InvalidConfiguration, $"it is not the index of an OCI image layout: {reason}", StoreOperations.Read, File);

    [GeneratedRegex("^[A-Za-z0-9]+(?:(?:[-._:@+/]|--)[A-Za-z0-9]+)*$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Tag();
}
