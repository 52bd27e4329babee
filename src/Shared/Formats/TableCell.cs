using System.Collections;
using System.Globalization;

namespace Cairn.Materializers.Records;

/// <summary>Formats the values of a table for people: short, on one line, and independent of the culture.</summary>
/// <remarks>A source file shared by the packages of table formats.</remarks>
internal static class TableCell
{
    private const int Longest = 60;
    private const int MostItems = 8;

    /// <summary>Formats a text of a file.</summary>
    public static string Shown(string text) =>
        string.Concat((text.Length > Longest ? text[..Longest] + "…" : text).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));

    /// <summary>Formats a value.</summary>
    public static string Of(object? value) => value switch
    {
        null => "",
        string text => Shown(text),
        bool flag => flag ? "true" : "false",
        DateTime time => time.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture),
        DateOnly or TimeOnly => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
        byte[] bytes => Convert.ToHexStringLower(bytes.AsSpan(0, Math.Min(bytes.Length, MostItems))) + (bytes.Length > MostItems ? "…" : ""),
        IReadOnlyCollection<KeyValuePair<string, object?>> row => $"{{{string.Join(", ", row.Take(MostItems).Select(p => $"{Shown(p.Key)}: {Of(p.Value)}"))}{(row.Count > MostItems ? ", …" : "")}}}",
        IList items => $"[{string.Join(", ", items.Cast<object?>().Take(MostItems).Select(Of))}{(items.Count > MostItems ? ", …" : "")}]",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => Shown(value.ToString() ?? ""),
    };
}
