using Microsoft.Data.Sqlite;

namespace Cairn.Catalog.Index;

/// <summary>A move of an alias: from a version, or none, to a version, or none.</summary>
internal sealed record AliasMoveItem(int Sequence, int? From, int? To, DateTimeOffset At, string By, string? Why)
{
    public static AliasMoveItem Of(SqliteDataReader row) => new(
        row.GetInt32(0), row.IsDBNull(1) ? null : row.GetInt32(1), row.IsDBNull(2) ? null : row.GetInt32(2), ColumnValues.ToTime(row.GetInt64(3)), row.GetString(4), row.TextOrNull(5));
}
