using Cairn.Materializers;
using Cairn.Materializers.Records;
using Parquet.Schema;

namespace Cairn.Formats.Parquet.Reading;

/// <summary>The first rows of a file for a person. Of a wide table, its first columns.</summary>
internal static class TablePreview
{
    private const int MostColumns = 30;

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
                rows.Add([.. plans.Select(p => p is null ? "?" : TableCell.Of(read[next++].Box(row))), .. more > 0 ? [""] : Array.Empty<string>()]);
            }
        }
        return ArtifactPreview.OfTable([.. fields.Select(f => ShownText.Of(f.Name)), .. more > 0 ? [$"and {more} more"] : Array.Empty<string>()], rows);
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
}
