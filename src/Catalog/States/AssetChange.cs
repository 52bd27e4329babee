using System.Text.Json.Nodes;
using Cairn.Artifacts;
using Cairn.Catalog.Metadata;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.States;

/// <summary>The change that a record of an asset makes: a typed view of its member <c>change</c>.</summary>
internal sealed class AssetChange(JsonObject node)
{
    public JsonObject Node { get; } = node;

    /// <summary>The version that the record creates; null if it creates none.</summary>
    public int? Version
    {
        get => Node["version"] is { } number ? Record.Integer(number, "version") : null;
        set => Node["version"] = value;
    }

    /// <summary>The artifact of the created version.</summary>
    public BlobDigest Artifact
    {
        get => BlobDigest.TryParse(Record.Text(Node["artifact"]), out var digest) ? digest : throw new FormatException("its member 'artifact' is not a digest");
        set => Node["artifact"] = value.ToString();
    }

    /// <summary>The metadata that the version was saved with.</summary>
    public IReadOnlyDictionary<string, MetadataValue> Metadata
    {
        get => MetadataJson.ReadMembers(Node["meta"]);
        set => SetOrRemove("meta", value.Count == 0 ? null : MetadataJson.Write(value));
    }

    /// <summary>The description that the version was saved with.</summary>
    public string? Text
    {
        get => Record.Text(Node["text"]);
        set => SetOrRemove("text", value);
    }

    public string? Why
    {
        get => Record.Text(Node["why"]);
        set => SetOrRemove("why", value);
    }

    public bool IsEmpty => Node.Count == 0;

    public static AssetChange Of(Record record) => new(record.Node["change"] as JsonObject ?? throw new FormatException("it has no member 'change'"));

    /// <summary>Records where an alias was and where it is now; null for nowhere.</summary>
    public void MoveAlias(string alias, int? from, int? to)
    {
        Object("alias")[alias] = to;
        Object("from")[alias] = from;
    }

    /// <summary>Gets where an alias was and is, if this change moved it.</summary>
    public (int? From, int? To)? MoveOf(string alias) =>
        Node["alias"] is JsonObject moves && moves.TryGetPropertyValue(alias, out var to) ? (Target((Node["from"] as JsonObject)?[alias]), Target(to)) : null;

    /// <summary>Records the names after the change.</summary>
    public void SetNames(IReadOnlyList<string> names) => Node["names"] = new JsonArray([.. names.Select(n => JsonValue.Create(n))]);

    /// <summary>Records a property of the asset: its value after the change, null for a removed one.</summary>
    public void SetProperty(string member, JsonNode? value) => Object("set")[member] = value?.DeepClone();

    /// <summary>Records a deletion or restoration; null ranges are the asset.</summary>
    public void SetDeletion(string member, VersionRanges? ranges) => Node[member] = ranges?.ToString() ?? "*";

    public VersionEdit? Edit
    {
        get => Node["edit"] is JsonObject edit ? VersionEdit.Of(edit) : null;
        set => SetOrRemove("edit", value?.ToJson());
    }

    private static int? Target(JsonNode? node) => node is null ? null : Record.Integer(node, "alias");

    private JsonObject Object(string member)
    {
        if (Node[member] is not JsonObject existing)
            Node[member] = existing = [];
        return existing;
    }

    private void SetOrRemove(string member, JsonNode? value)
    {
        if (value is null)
            Node.Remove(member);
        else
            Node[member] = value;
    }
}
