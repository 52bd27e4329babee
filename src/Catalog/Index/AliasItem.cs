namespace Cairn.Catalog.Index;

/// <summary>An alias, and its last move.</summary>
internal sealed record AliasItem(string Name, int Number, bool IsFixed, int Sequence, DateTimeOffset MovedAt, string MovedBy)
{
    public static AliasItem Of(IndexRow row) => new(row.Text(0), row.Number(1), row.Number(2) == 1, row.Number(3), ColumnValues.ToTime(row.Integer(4)), row.Text(5));
}
