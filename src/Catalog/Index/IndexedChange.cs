using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Artifacts;
using Cairn.Catalog.Names;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.Index;

/// <summary>What the index takes from a record of an asset: the change, and the state after it.</summary>
internal sealed class IndexedChange
{
    /// <summary>Reads a record.</summary>
    /// <exception cref="FormatException">A member has another form than the format describes.</exception>
    public IndexedChange(Record record)
    {
        Asset = Guid.Parse(Record.Text(record.Node["asset"])!);
        (Sequence, At, By) = (record.Sequence, record.At.ToMicroseconds(), record.By);
        var change = Object(record.Node["change"], "change") ?? [];
        var state = Object(record.Node["state"], "state") ?? [];
        Version = Number(change["version"], "version");
        Artifact = Version is null ? null
            : BlobDigest.TryParse(Record.Text(change["artifact"]), out var digest) ? digest
            : throw new FormatException("its member 'artifact' is not a digest");
        Meta = Object(change["meta"], "meta");
        Description = OptionalText(change["text"], "text");
        Origin = Object(change["origin"], "origin") is { } origin ? OptionalText(origin["store"], "store") : null;
        Why = OptionalText(change["why"], "why");
        var from = Object(change["from"], "from");
        Moves = [.. (Object(change["alias"], "alias") ?? []).Select(m => (m.Key, Number(from?[m.Key], "from"), Number(m.Value, "alias")))];
        if (Object(change["edit"], "edit") is { } edit)
        {
            Edit = new(Number(edit["n"], "n") ?? throw new FormatException("its member 'edit' has no number of a version"),
                edit.ContainsKey("text"), OptionalText(edit["text"], "text"),
                edit.ContainsKey("tags"), Texts(edit["tags"], "tags"),
                Object(edit["meta"], "meta"));
        }
        Newest = Number(state["n"], "n") ?? 0;
        Names = [.. Texts(state["names"], "names").Select(n => (n, Fold(n)))];
        Type = OptionalText(state["type"], "type");
        Display = OptionalText(state["display"], "display");
        AssetDescription = OptionalText(state["description"], "description");
        Tags = Texts(state["tags"], "tags");
        var @fixed = Texts(state["fixed"], "fixed").ToHashSet(StringComparer.Ordinal);
        Aliases = (Object(state["aliases"], "aliases") ?? []).ToDictionary(
            a => a.Key, a => (Number(a.Value, "aliases") ?? throw new FormatException("its member 'aliases' has no number for an alias"), @fixed.Contains(a.Key)), StringComparer.Ordinal);
        Deleted = VersionRanges.Parse(OptionalText(state["deleted"], "deleted"));
        Pinned = state["pinned"] is null ? [] : [.. (state["pinned"] as JsonArray ?? throw Wrong("pinned")).Select(p => Number(p, "pinned") ?? throw Wrong("pinned"))];
        IsGone = state["gone"] is JsonValue gone && gone.GetValueKind() == JsonValueKind.True;
    }

    public Guid Asset { get; }

    public int Sequence { get; }

    public long At { get; }

    public string By { get; }

    /// <summary>The version that was created.</summary>
    public int? Version { get; }

    public BlobDigest? Artifact { get; }

    public JsonObject? Meta { get; }

    public string? Description { get; }

    /// <summary>The id of the store that holds the artifact, if it is another one.</summary>
    public string? Origin { get; }

    public IReadOnlyList<(string Alias, int? From, int? To)> Moves { get; }

    public string? Why { get; }

    /// <summary>The change of a version that existed.</summary>
    public IndexedEdit? Edit { get; }

    public int Newest { get; }

    public IReadOnlyList<(string Text, string Fold)> Names { get; }

    public string? Type { get; }

    public string? Display { get; }

    public string? AssetDescription { get; }

    public IReadOnlyList<string> Tags { get; }

    public IReadOnlyDictionary<string, (int Number, bool IsFixed)> Aliases { get; }

    public VersionRanges Deleted { get; }

    public IReadOnlyList<int> Pinned { get; }

    public bool IsGone { get; }

    private static string Fold(string name)
    {
        try
        {
            return CatalogName.OfAsset(name).Key;
        }
        catch (Exception e) when (e is StoreException or ArgumentException)
        {
            throw new FormatException($"its member 'names' has a name that is not valid: {(e as StoreException)?.Reason ?? "it is empty"}", e);
        }
    }

    private static JsonObject? Object(JsonNode? node, string member) => node is null ? null : node as JsonObject ?? throw Wrong(member);

    private static int? Number(JsonNode? node, string member) =>
        node is null ? null : Record.Integer(node, member) is var number and > 0 ? number : throw new FormatException($"its member '{member}' is not the number of a version");

    private static string? OptionalText(JsonNode? node, string member) => node is null ? null : Record.Text(node) ?? throw Wrong(member);

    private static IReadOnlyList<string> Texts(JsonNode? node, string member) =>
        node is null ? [] : [.. (node as JsonArray ?? throw Wrong(member)).Select(t => Record.Text(t) ?? throw Wrong(member))];

    private static FormatException Wrong(string member) => new($"its member '{member}' has another form than the format describes");
}
