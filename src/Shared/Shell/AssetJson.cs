using System.Text.Json;
using Cairn.Catalog;

namespace Cairn.Shell;

/// <summary>Writes assets, versions and metadata as JSON.</summary>
internal static class AssetJson
{
    public static void Write(Utf8JsonWriter writer, Asset asset)
    {
        writer.WriteString("name", asset.Name);
        writer.WriteString("id", asset.Id);
        Text(writer, "type", asset.Type);
        writer.WriteString("display", asset.Display);
        Text(writer, "description", asset.Description);
        if (asset.Latest is { } latest)
            writer.WriteNumber("latest", latest);
        writer.WriteNumber("newest", asset.Newest);
        writer.WriteNumber("versions", asset.Count);
        writer.WriteStartObject("aliases");
        foreach (var (alias, number) in asset.Aliases.OrderBy(a => a.Key, Utf8Order.Comparer))
            writer.WriteNumber(alias, number);
        writer.WriteEndObject();
        Texts(writer, "fixed", asset.FixedAliases);
        Texts(writer, "protected", asset.ProtectedAliases);
        Texts(writer, "tags", asset.Tags);
        Texts(writer, "formerNames", asset.FormerNames);
        writer.WriteStartArray("pinned");
        foreach (var number in asset.Pinned)
            writer.WriteNumberValue(number);
        writer.WriteEndArray();
        writer.WriteBoolean("deleted", asset.IsDeleted);
    }

    public static void Write(Utf8JsonWriter writer, AssetVersion version)
    {
        writer.WriteString("reference", version.Reference.ToString());
        writer.WriteString("name", version.Name);
        writer.WriteString("id", version.AssetId);
        writer.WriteNumber("version", version.Number);
        writer.WriteString("artifact", version.Artifact.ToString());
        writer.WriteString("createdAt", Timestamp.Format(version.CreatedAt));
        writer.WriteString("createdBy", version.CreatedBy);
        if (version.RunId is { } run)
            writer.WriteString("run", run);
        if (version.TaskId is { } task)
            writer.WriteString("task", task);
        Text(writer, "description", version.Description);
        Texts(writer, "aliases", version.Aliases);
        Texts(writer, "tags", version.Tags);
        Metadata(writer, "metadata", version.Metadata);
        writer.WriteBoolean("pinned", version.IsPinned);
        writer.WriteBoolean("deleted", version.IsDeleted);
    }

    public static void Write(Utf8JsonWriter writer, AliasMove move)
    {
        writer.WriteString("alias", move.Alias);
        Number(writer, "from", move.From);
        Number(writer, "to", move.To);
        writer.WriteString("at", Timestamp.Format(move.At));
        writer.WriteString("by", move.By);
        Text(writer, "why", move.Why);
    }

    public static void Metadata(Utf8JsonWriter writer, string name, IEnumerable<KeyValuePair<string, MetadataValue>> members)
    {
        writer.WritePropertyName(name);
        Members(writer, members);
    }

    /// <summary>Writes a value. NaN, the infinities and times are objects with the member <c>$</c>, as in the records.</summary>
    public static void Value(Utf8JsonWriter writer, MetadataValue value)
    {
        switch (value.Kind)
        {
            case MetadataKind.Text:
                writer.WriteStringValue(value.AsText());
                break;
            case MetadataKind.Boolean:
                writer.WriteBooleanValue(value.AsBoolean());
                break;
            case MetadataKind.Integer:
                writer.WriteNumberValue(value.AsInteger());
                break;
            case MetadataKind.Number when double.IsFinite(value.AsNumber()):
                // A double keeps the form of one: 1.0 and 1 are different values.
                var text = value.ToString();
                writer.WriteRawValue(text.AsSpan().IndexOfAny(".eE") < 0 ? text + ".0" : text);
                break;
            case MetadataKind.List:
                writer.WriteStartArray();
                foreach (var item in value.AsList())
                    Value(writer, item);
                writer.WriteEndArray();
                break;
            case MetadataKind.Object:
                Members(writer, value.AsObject());
                break;
            default:
                writer.WriteStartObject();
                writer.WriteString("$", value.Kind == MetadataKind.Time ? $"time:{value}" : value.ToString());
                writer.WriteEndObject();
                break;
        }
    }

    public static void Texts(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
            writer.WriteStringValue(text);
        writer.WriteEndArray();
    }

    public static void Text(Utf8JsonWriter writer, string name, string? text)
    {
        if (text is not null)
            writer.WriteString(name, text);
    }

    public static void Number(Utf8JsonWriter writer, string name, int? number)
    {
        if (number is { } value)
            writer.WriteNumber(name, value);
    }

    private static void Members(Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, MetadataValue>> members)
    {
        writer.WriteStartObject();
        foreach (var (key, value) in members.OrderBy(m => m.Key, Utf8Order.Comparer))
        {
            writer.WritePropertyName(key);
            Value(writer, value);
        }
        writer.WriteEndObject();
    }
}
