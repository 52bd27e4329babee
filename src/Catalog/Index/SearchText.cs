namespace Cairn.Catalog.Index;

/// <summary>Makes queries of the full-text search from what people type.</summary>
internal static class SearchText
{
    /// <summary>A query for texts that contain each word; the last word may be the beginning of one. Null if there is no word.</summary>
    public static string? ToQuery(string text)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Where(w => w.Any(char.IsLetterOrDigit))
            .Select(w => $"\"{w.Replace("\"", "\"\"", StringComparison.Ordinal).Replace("\0", "", StringComparison.Ordinal)}\"").ToList();
        return words.Count == 0 ? null : string.Join(' ', words) + (char.IsWhiteSpace(text[^1]) ? "" : "*");
    }
}
