using System.Text.Json.Nodes;
using Cairn.Catalog.Metadata;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.States;

/// <summary>Changes to the properties of a version that may change: its description, its tags and members of its metadata.</summary>
internal sealed class VersionEdit(int number)
{
    public int Number { get; } = number;

    public bool HasText { get; private set; }

    public string? Text { get; private set; }

    /// <summary>The tags after the edit; null if it does not change them.</summary>
    public IReadOnlyList<string>? Tags { get; private set; }

    /// <summary>The changed members of the metadata; null for a removed one.</summary>
    public SortedDictionary<string, MetadataValue?> Metadata { get; } = new(Utf8Order.Comparer);

    public bool IsEmpty => !HasText && Tags is null && Metadata.Count == 0;

    public static VersionEdit Of(JsonObject node)
    {
        var edit = new VersionEdit(Record.Number(node["n"], "n") ?? throw new FormatException("its edit has no member 'n'"));
        if (node.TryGetPropertyValue("text", out var text))
            edit.SetText(Record.OptionalText(text, "text"));
        if (node.TryGetPropertyValue("tags", out var tags))
            edit.SetTags(tags is null ? [] : (tags as JsonArray ?? throw Record.Wrong("tags")).Select(t => Record.Text(t) ?? throw Record.Wrong("tags")));
        foreach (var (name, value) in Record.OptionalObject(node["meta"], "meta") ?? [])
            edit.Metadata[name] = value is null ? null : MetadataJson.Read(value);
        return edit;
    }

    public void SetText(string? text) => (HasText, Text) = (true, text);

    public void SetTags(IEnumerable<string> tags) => Tags = [.. tags.Distinct(StringComparer.Ordinal).Order(Utf8Order.Comparer)];

    /// <summary>Takes over what an earlier edit changed and this one did not.</summary>
    public void AddEarlier(VersionEdit earlier)
    {
        if (!HasText && earlier.HasText)
            SetText(earlier.Text);
        Tags ??= earlier.Tags;
        foreach (var (name, value) in earlier.Metadata)
            Metadata.TryAdd(name, value);
    }

    /// <summary>The metadata after the edit.</summary>
    public IReadOnlyDictionary<string, MetadataValue> Apply(IReadOnlyDictionary<string, MetadataValue> before)
    {
        var result = before.ToDictionary(StringComparer.Ordinal);
        foreach (var (name, value) in Metadata)
        {
            if (value is null)
                result.Remove(name);
            else
                result[name] = value;
        }
        return result.AsReadOnly();
    }

    public JsonObject ToJson()
    {
        var node = new JsonObject { ["n"] = Number };
        if (HasText)
            node["text"] = Text;
        if (Tags is not null)
            node["tags"] = Tags.Count == 0 ? null : new JsonArray([.. Tags.Select(t => JsonValue.Create(t))]);
        if (Metadata.Count > 0)
        {
            var meta = new JsonObject();
            foreach (var (name, value) in Metadata)
                meta[name] = value is null ? null : MetadataJson.Write(value);
            node["meta"] = meta;
        }
        return node;
    }
}
