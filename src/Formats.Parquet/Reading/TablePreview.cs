using System.Collections;
using System.Globalization;
using Cairn.Materializers;
using Parquet.Schema;

namespace Cairn.Formats.Parquet.Reading;

/// <summary>The first rows of a file for a person. Of a wide table, its first columns.</summary>
internal static class TablePreview
{
    private const int MostColumns = 30;
    private const int MostItems = 8;

    public static async Task<ArtifactPreview> OfAsync(ParquetFile file, int most, CancellationToken cancellationToken)
    {
        var fields = file.Content.Fields.Take(MostColumns).ToList();
        var plans = fields.Select(PlanOf).ToList();
        var rows = new List<IReadOnlyList<string>>();
        var more = file.Columns.Count - fields.Count;
        for (var group = 0; group < file.RowGroups.Count && rows.Count < most; group++)
        {
            var read = await file.Content.ReadAsync(group, [.. plans.OfType<ColumnPlan>()], cancellationToken).ConfigureAwait(false);
            for (var row = 0; row < file.RowGroups[group].Rows && rows.Count < most; row++)
            {
                var next = 0;
                rows.Add([.. plans.Select(p => p is null ? "?" : Cell(read[next++].Box(row))), .. more > 0 ? [""] : Array.Empty<string>()]);
            }
        }
        return ArtifactPreview.OfTable([.. fields.Select(f => ArtifactText.Shown(f.Name)), .. more > 0 ? [$"and {more} more"] : Array.Empty<string>()], rows);
    }

    private static ColumnPlan? PlanOf(Field field)
    {
        try
        {
            return ColumnPlan.Of(field, null);
        }
        catch (NotSupportedException)
        {
            // A column that no program reads is shown as such, beside those that one does.
            return null;
        }
    }

    private static string Cell(object? value) => value switch
    {
        null => "",
        string text => ArtifactText.Shown(text),
        bool flag => flag ? "true" : "false",
        DateTime time => time.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture),
        DateOnly or TimeOnly => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
        byte[] bytes => Convert.ToHexStringLower(bytes.AsSpan(0, Math.Min(bytes.Length, MostItems))) + (bytes.Length > MostItems ? "…" : ""),
        ParquetRow row => $"{{{string.Join(", ", row.Take(MostItems).Select(p => $"{ArtifactText.Shown(p.Key)}: {Cell(p.Value)}"))}{(row.Count > MostItems ? ", …" : "")}}}",
        IList items => $"[{string.Join(", ", items.Cast<object?>().Take(MostItems).Select(Cell))}{(items.Count > MostItems ? ", …" : "")}]",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => ArtifactText.Shown(value.ToString() ?? ""),
    };
}
