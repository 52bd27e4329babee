using System.Text.Json.Nodes;
using Cairn.Artifacts;
using Cairn.Catalog.Metadata;
using Cairn.Catalog.Records;
using Cairn.Catalog.RunRecords;

namespace Cairn.Catalog.States;

/// <summary>The change that a record of an asset makes: a typed view of its member <c>change</c>.</summary>
internal sealed class AssetChange(JsonObject node)
{
    private IReadOnlyDictionary<string, MetadataValue>? _metadata;

    public JsonObject Node { get; } = node;

    /// <summary>The version that the record creates; null if it creates none.</summary>
    public int? Version
    {
        get => Record.Number(Node["version"], "version");
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
        get => _metadata ??= MetadataJson.ReadMembers(Node["meta"]);
        set
        {
            _metadata = null;
            SetOrRemove("meta", value.Count == 0 ? null : MetadataJson.Write(value));
        }
    }

    /// <summary>The description that the version was saved with.</summary>
    public string? Text
    {
        get => Record.OptionalText(Node["text"], "text");
        set => SetOrRemove("text", value);
    }

    public string? Why
    {
        get => Record.OptionalText(Node["why"], "why");
        set => SetOrRemove("why", value);
    }

    /// <summary>The id of the store that holds the artifact, if it is another one.</summary>
    public string? Origin => Record.OptionalObject(Node["origin"], "origin") is { } origin ? Record.OptionalText(origin["store"], "store") : null;

    /// <summary>The run and the task that made the artifact of the version.</summary>
    public VersionProducer? Producer
    {
        get => RecordValues.OptionalId(Node["run"], "run") is { } run && RecordValues.OptionalId(Node["task"], "task") is { } task ? new(run, task) : null;
        set
        {
            SetOrRemove("run", value?.RunId.ToString());
            SetOrRemove("task", value?.TaskId.ToString());
        }
    }

    /// <summary>The aliases that the change moved: where they were and where they are, null for nowhere.</summary>
    public IEnumerable<(string Alias, int? From, int? To)> Moves
    {
        get
        {
            var from = Record.OptionalObject(Node["from"], "from");
            foreach (var (alias, to) in Record.OptionalObject(Node["alias"], "alias") ?? [])
                yield return (alias, Record.Number(from?[alias], "from"), Record.Number(to, "alias"));
        }
    }

    public bool IsEmpty => Node.Count == 0;

    /// <summary>Reads the change that a record makes.</summary>
    /// <exception cref="FormatException">A member has another form than the format describes. The message gives the reason as a clause with the subject "it".</exception>
    public static AssetChange Of(Record record)
    {
        var change = new AssetChange(Record.OptionalObject(record.Node["change"], "change") ?? throw new FormatException("it has no member 'change'"));
        // Each getter checks its member.
        _ = (change.Version is null ? default : change.Artifact, change.Metadata, change.Text, change.Origin, change.Producer, change.Moves.Count(), change.Why, change.Edit);
        return change;
    }

    /// <summary>Records where an alias was and where it is now; null for nowhere.</summary>
    public void MoveAlias(string alias, int? from, int? to)
    {
        Object("alias")[alias] = to;
        Object("from")[alias] = from;
    }

    /// <summary>Gets where an alias was and is, if this change moved it.</summary>
    public (int? From, int? To)? MoveOf(string alias)
    {
        foreach (var (moved, from, to) in Moves)
        {
            if (moved == alias)
                return (from, to);
        }
        return null;
    }

    /// <summary>Records the names after the change.</summary>
    public void SetNames(IReadOnlyList<string> names) => Node["names"] = new JsonArray([.. names.Select(n => JsonValue.Create(n))]);

    /// <summary>Records a property of the asset: its value after the change, null for a removed one.</summary>
    public void SetProperty(string member, JsonNode? value) => Object("set")[member] = value?.DeepClone();

    /// <summary>Records a deletion or restoration; null ranges are the asset.</summary>
    public void SetDeletion(string member, VersionRanges? ranges) => Node[member] = ranges?.ToString() ?? "*";

    public VersionEdit? Edit
    {
        get => Record.OptionalObject(Node["edit"], "edit") is { } edit ? VersionEdit.Of(edit) : null;
        set => SetOrRemove("edit", value?.ToJson());
    }

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
