using System.Globalization;
using Cairn.Catalog.Metadata;

namespace Cairn.Catalog.Index;

/// <summary>The values of metadata by which versions are found: numbers and texts, each with a key such as <c>model.layers</c>.</summary>
internal static class MetadataLeaves
{
    /// <summary>The most characters of a text that comparisons find; a longer one is found by its words.</summary>
    public const int MaxText = 256;

    /// <summary>A time as a text, whose order is that of the times.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Gets the values of metadata, also in nested objects and lists.</summary>
    /// <returns>Keys and values: a <see cref="long"/>, a <see cref="double"/>, or a <see cref="string"/>; a truth value is a text.</returns>
    public static IEnumerable<(string Key, object Value)> Of(IEnumerable<KeyValuePair<string, MetadataValue>> members, string prefix = "") =>
        members.SelectMany(m => Of(m.Value, prefix + m.Key));

    private static IEnumerable<(string Key, object Value)> Of(MetadataValue value, string key) => value.Kind switch
    {
        MetadataKind.Text => [(key, value.AsText())],
        MetadataKind.Boolean => [(key, value.AsBoolean() ? "true" : "false")],
        MetadataKind.Integer => [(key, value.AsInteger())],
        // NaN is equal to nothing, and greater and less than nothing.
        MetadataKind.Number => double.IsNaN(value.AsNumber()) ? [] : [(key, value.AsNumber())],
        MetadataKind.Time => [(key, Time(value.AsTime()))],
        MetadataKind.List => value.AsList().SelectMany(v => Of(v, key)),
        _ => Of(value.AsObject(), $"{key}."),
    };
}
