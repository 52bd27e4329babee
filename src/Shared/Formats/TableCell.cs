using System.Collections;
using System.Globalization;
using Cairn.Formats;

namespace Cairn.Materializers.Records;

/// <summary>Formats the values of a table for people: short, on one line, and independent of the culture.</summary>
/// <remarks>A source file shared by the packages of table formats.</remarks>
internal static class TableCell
{
    private const int MostItems = 8;

    /// <summary>Formats a value.</summary>
    public static string Of(object? value) => value switch
    {
        null => "",
        string text => ShownText.Of(text),
        bool flag => flag ? "true" : "false",
        DateTime time => time.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture),
        DateOnly or TimeOnly => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
        byte[] bytes => Convert.ToHexStringLower(bytes.AsSpan(0, Math.Min(bytes.Length, MostItems))) + (bytes.Length > MostItems ? "…" : ""),
        IReadOnlyCollection<KeyValuePair<string, object?>> row =>
            $"{{{string.Join(", ", row.Take(MostItems).Select(p => $"{ShownText.Of(p.Key)}: {Of(p.Value)}"))}{(row.Count > MostItems ? ", …" : "")}}}",
        IList items => $"[{string.Join(", ", items.Cast<object?>().Take(MostItems).Select(Of))}{(items.Count > MostItems ? ", …" : "")}]",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => ShownText.Of(value.ToString() ?? ""),
    };
}
