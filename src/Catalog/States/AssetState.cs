using System.Collections.ObjectModel;
using System.Text.Json.Nodes;
using Cairn.Catalog.Chains;
using Cairn.Catalog.Names;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.States;

/// <summary>The state of an asset after a record: a typed view of the JSON tree. An edit begins with <see cref="Clone"/>, so that members which this software does not know are carried on.</summary>
internal sealed class AssetState
{
    private static readonly string[] _protectedByDefault = ["production"];

    /// <summary>Initializes a view of a tree, which its setters change.</summary>
    public AssetState(JsonObject node) => Node = node;

    public JsonObject Node { get; }

    /// <summary>The newest version number, 0 before the first version.</summary>
    public int Newest
    {
        get => Count("n");
        set => Node["n"] = value;
    }

    /// <summary>The number of the record that created the newest version.</summary>
    public int NewestAt
    {
        get => Count("at");
        set => Node["at"] = value;
    }

    /// <summary>The current name first, then former names that still lead to the asset.</summary>
    public IReadOnlyList<string> Names
    {
        get => Texts("names") ?? [];
        set => SetTexts("names", value);
    }

    public string? Type
    {
        get => Record.OptionalText(Node["type"], "type");
        set => Set("type", value);
    }

    public string? Display
    {
        get => Record.OptionalText(Node["display"], "display");
        set => Set("display", value);
    }

    public string? Description
    {
        get => Record.OptionalText(Node["description"], "description");
        set => Set("description", value);
    }

    public IReadOnlyList<string> Tags
    {
        get => Texts("tags") ?? [];
        set => SetTexts("tags", [.. value.Distinct(StringComparer.Ordinal).Order(Utf8Order.Comparer)]);
    }

    public IReadOnlyDictionary<string, int> Aliases => Integers("aliases");

    public IReadOnlyList<string> Fixed
    {
        get => Texts("fixed") ?? [];
        set => SetTexts("fixed", value);
    }

    /// <summary>The aliases that move only with a reason. An empty list is not the default, which is <c>production</c>.</summary>
    public IReadOnlyList<string> Protected
    {
        get => Texts("protected") ?? _protectedByDefault;
        set => Set("protected", value.SequenceEqual(_protectedByDefault) ? null : Array(value));
    }

    public VersionRanges Deleted
    {
        get => VersionRanges.Parse(Record.OptionalText(Node["deleted"], "deleted"));
        set => Set("deleted", value.IsEmpty ? null : value.ToString());
    }

    /// <summary>The versions that an <c>edit</c> has changed.</summary>
    public VersionRanges Edited
    {
        get => VersionRanges.Parse(Record.OptionalText(Node["edited"], "edited"));
        set => Set("edited", value.IsEmpty ? null : value.ToString());
    }

    public IReadOnlyList<int> Pinned
    {
        get => Node["pinned"] is { } pinned ? [.. ArrayOf(pinned, "pinned").Select(n => Record.Number(n, "pinned") ?? throw Record.Wrong("pinned"))] : [];
        set => Set("pinned", value.Count == 0 ? null : new JsonArray([.. value.Select(n => JsonValue.Create(n))]));
    }

    public bool IsGone
    {
        get => Node["gone"] is { } gone && (gone is JsonValue flag && flag.TryGetValue(out bool value) ? value : throw Record.Wrong("gone"));
        set => Set("gone", value ? JsonValue.Create(true) : null);
    }

    /// <summary>The greatest version number that is not deleted; 0 if there is none.</summary>
    public int Latest => IsGone ? 0 : Deleted.GreatestAbsent(Newest);

    /// <summary>Reads the state at the head of a chain.</summary>
    /// <exception cref="FormatException">The state is not one. The message gives the reason as a clause with the subject "it".</exception>
    public static AssetState Of(ChainHead? head) => head?.Record is { } record ? After(record) : Check(head?.State ?? [], head?.Sequence ?? 0);

    /// <summary>Reads the state after a record.</summary>
    /// <exception cref="FormatException">The state is not one. The message gives the reason as a clause with the subject "it".</exception>
    public static AssetState After(Record record) => Check(Record.OptionalObject(record.Node["state"], "state") ?? throw new FormatException("it has no member 'state'"), record.Sequence);

    public AssetState Clone() => new(Node.DeepClone().AsObject());

    /// <summary>Whether a version exists that is not deleted.</summary>
    public bool Has(int number) => !IsGone && number >= 1 && number <= Newest && !Deleted.Contains(number);

    /// <summary>Whether the state lists a name, as the current one or a former one.</summary>
    public bool Lists(CatalogName name) => Names.Any(n => UnicodeTable.Fold(n) == name.Key);

    /// <summary>Whether a claim of a name was given up: the state says up to which record of the name's chain the asset's claims are void.</summary>
    public bool HasReleased(CatalogName name, int sequence) => Integers("released").TryGetValue(name.Key, out var last) && sequence <= last;

    /// <summary>Takes a name off the list and makes its claims void.</summary>
    public void Release(CatalogName name, int sequence)
    {
        Names = [.. Names.Where(n => UnicodeTable.Fold(n) != name.Key)];
        Member("released")[name.Key] = sequence;
    }

    /// <summary>Makes a name the current one.</summary>
    public void PutFirst(CatalogName name)
    {
        Names = [name.Text, .. Names.Where(n => UnicodeTable.Fold(n) != name.Key)];
        Remove("released", name.Key);
    }

    /// <summary>The spelling under which the state has an alias: two aliases with one fold key are one.</summary>
    public string Spelling(string alias)
    {
        var key = UnicodeTable.Fold(alias);
        return Aliases.Keys.Concat(Fixed).Concat(Protected).FirstOrDefault(a => UnicodeTable.Fold(a) == key) ?? alias;
    }

    public int? TargetOf(string alias) => Aliases.TryGetValue(alias, out var target) ? target : null;

    /// <summary>Points an alias to a version, or removes it.</summary>
    public void SetAlias(string alias, int? target)
    {
        if (target is { } number)
            Member("aliases")[alias] = number;
        else
            Remove("aliases", alias);
    }

    private static AssetState Check(JsonObject node, int sequence)
    {
        var state = new AssetState(node);
        // Each getter checks its member.
        _ = (state.Type, state.Display, state.Description, state.Tags, state.Fixed, state.Protected, state.IsGone, state.Integers("released"));
        state.CheckVersions(sequence);
        CheckNames(state.Names, "names", n => CatalogName.OfAsset(n).Text);
        CheckNames(state.Aliases.Keys, "aliases", CatalogName.OfAlias);
        return state;
    }

    private void CheckVersions(int sequence)
    {
        // A record creates one version at most.
        if (Newest < 0 || Newest > sequence || NewestAt < 0 || NewestAt > sequence)
            throw new FormatException($"its state says that record {NewestAt} created version {Newest}, and there are {sequence} records");
        var (deleted, newest) = (Deleted, Newest);
        if (deleted.Ranges.Concat(Edited.Ranges).Any(r => r.Last > newest))
            throw new FormatException("its state has deleted or edited versions that do not exist");
        if (Aliases.Values.Concat(Pinned).Any(n => n < 1 || n > newest || deleted.Contains(n)))
            throw new FormatException("its state has aliases or pins of versions that are deleted or do not exist");
    }

    private static void CheckNames(IEnumerable<string> texts, string member, Func<string, string> check)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            try
            {
                if (check(text) != text || !keys.Add(UnicodeTable.Fold(text)))
                    throw new FormatException($"the member '{member}' of its state has a text that is not in Normalization Form C, or one twice");
            }
            catch (Exception e) when (e is ArgumentException or StoreException { Code: StoreErrorCode.PathConflict })
            {
                throw new FormatException($"the member '{member}' of its state is wrong: {(e as StoreException)?.Reason ?? e.Message}", e);
            }
        }
    }

    private int Count(string member) => Node[member] is not { } value ? 0 : Record.Integer(value, member) is var count and >= 0 ? count : throw Record.Wrong(member);

    private string[]? Texts(string member) => Node[member] is { } value ? [.. ArrayOf(value, member).Select(t => Record.Text(t) ?? throw Record.Wrong(member))] : null;

    private IReadOnlyDictionary<string, int> Integers(string member)
    {
        if (Node[member] is null)
            return ReadOnlyDictionary<string, int>.Empty;
        var result = new SortedDictionary<string, int>(Utf8Order.Comparer);
        foreach (var (key, value) in Record.OptionalObject(Node[member], member) ?? [])
            result[key] = Record.Number(value, member) ?? throw Record.Wrong(member);
        return result;
    }

    private void SetTexts(string member, IReadOnlyList<string> texts) => Set(member, texts.Count == 0 ? null : Array(texts));

    private void Set(string member, JsonNode? value)
    {
        if (value is null)
            Node.Remove(member);
        else
            Node[member] = value;
    }

    private JsonObject Member(string member)
    {
        if (Node[member] is not JsonObject existing)
            Node[member] = existing = [];
        return existing;
    }

    private void Remove(string member, string key)
    {
        if (Node[member] is JsonObject existing && existing.Remove(key) && existing.Count == 0)
            Node.Remove(member);
    }

    private static JsonArray Array(IEnumerable<string> texts) => new([.. texts.Select(t => JsonValue.Create(t))]);

    private static JsonArray ArrayOf(JsonNode node, string member) => node as JsonArray ?? throw Record.Wrong(member);
}
