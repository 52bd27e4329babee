namespace Cairn.Providers.Gcs;

/// <summary>
/// Converts user metadata to that of an object: names are unchanged, and values that are not valid in a header are percent-encoded UTF-8 with a prefix.
/// </summary>
internal static class GcsMetadata
{
    /// <summary>The metadata name for the id of a conditional write, which identifies the write after a lost response. Hidden from users.</summary>
    public const string WriteId = "cairn-write-id";

    /// <summary>The metadata name for the target file of a part.</summary>
    public const string PartOf = "cairn-part-of";

    private const string Mark = "utf8''";

    public static string Encode(string value) =>
        value.All(c => c is >= ' ' and <= '~') && !value.StartsWith(Mark, StringComparison.Ordinal) && value.Trim() == value ? value : Mark + Uri.EscapeDataString(value);

    public static string Decode(string value) => value.StartsWith(Mark, StringComparison.Ordinal) ? Uri.UnescapeDataString(value[Mark.Length..]) : value;

    /// <summary>Returns the metadata for the resource, or null if there is none.</summary>
    public static Dictionary<string, string>? ToResource(IReadOnlyDictionary<string, string> metadata, string? writeId)
    {
        if (metadata.Count == 0 && writeId is null)
            return null;
        var all = metadata.ToDictionary(m => m.Key, m => Encode(m.Value), StringComparer.Ordinal);
        if (writeId is not null)
            all[WriteId] = writeId;
        return all;
    }

    /// <summary>Returns the user metadata.</summary>
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
