namespace Cairn.Providers.Gcs;

/// <summary>How the user's metadata stands in an object's: names as they are, values that a header could not carry as percent-encoded UTF-8 with a mark in front.</summary>
internal static class GcsMetadata
{
    /// <summary>Metadata of Cairn's own that names one conditional write, so that a lost answer is recognised. Hidden from users.</summary>
    public const string WriteId = "cairn-write-id";

    /// <summary>Metadata of a part: the file that it is for.</summary>
    public const string PartOf = "cairn-part-of";

    private const string Mark = "utf8''";

    public static string Encode(string value) =>
        value.All(c => c is >= ' ' and <= '~') && !value.StartsWith(Mark, StringComparison.Ordinal) && value.Trim() == value ? value : Mark + Uri.EscapeDataString(value);

    public static string Decode(string value) => value.StartsWith(Mark, StringComparison.Ordinal) ? Uri.UnescapeDataString(value[Mark.Length..]) : value;

    /// <summary>What goes into the resource; null for none.</summary>
    public static Dictionary<string, string>? ToResource(IReadOnlyDictionary<string, string> metadata, string? writeId)
    {
        if (metadata.Count == 0 && writeId is null)
            return null;
        var all = metadata.ToDictionary(m => m.Key, m => Encode(m.Value), StringComparer.Ordinal);
        if (writeId is not null)
            all[WriteId] = writeId;
        return all;
    }

    /// <summary>What the user sees.</summary>
    public static IReadOnlyDictionary<string, string> FromResource(IEnumerable<KeyValuePair<string, string>>? metadata)
    {
        Dictionary<string, string>? own = null;
        if (metadata is null)
            return System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;
        foreach (var (name, value) in metadata)
        {
            if (name != WriteId)
                (own ??= new(StringComparer.Ordinal))[name] = Decode(value);
        }
        return own ?? (IReadOnlyDictionary<string, string>)System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;
    }
}
