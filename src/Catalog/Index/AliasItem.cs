using Microsoft.Data.Sqlite;

namespace Cairn.Catalog.Index;

/// <summary>An alias, and its last move.</summary>
internal sealed record AliasItem(string Name, int Number, bool IsFixed, int Sequence, DateTimeOffset MovedAt, string MovedBy)
{
    public static AliasItem Of(SqliteDataReader row) => new(row.GetString(0), row.GetInt32(1), row.GetInt32(2) == 1, row.GetInt32(3), ColumnValues.ToTime(row.GetInt64(4)), row.GetString(5));
}
