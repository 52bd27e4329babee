namespace Cairn.Catalog.Index;

/// <summary>A move of an alias: from a version, or none, to a version, or none.</summary>
internal sealed record AliasMoveItem(int Sequence, int? From, int? To, DateTimeOffset At, string By, string? Why)
{
    public static AliasMoveItem Of(IndexRow row) => new(
        row.Number(0), row.OptionalNumber(1), row.OptionalNumber(2), ColumnValues.ToTime(row.Integer(3)), row.Text(4), row.OptionalText(5));
}
