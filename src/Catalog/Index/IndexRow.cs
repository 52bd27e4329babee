using static SQLitePCL.raw;

namespace Cairn.Catalog.Index;

/// <summary>The current row of a query. A value of another type than the column has shows that the database is damaged.</summary>
internal readonly struct IndexRow(SQLitePCL.sqlite3_stmt statement)
{
    public bool IsNull(int column) => sqlite3_column_type(statement, column) == SQLITE_NULL;

    public long Integer(int column) => sqlite3_column_int64(Checked(column, SQLITE_INTEGER), column);

    public int Number(int column) => checked((int)Integer(column));

    public string Text(int column) => sqlite3_column_text(Checked(column, SQLITE_TEXT), column).utf8_to_string();

    public byte[] Bytes(int column) => sqlite3_column_blob(Checked(column, SQLITE_BLOB), column).ToArray();

    public string? OptionalText(int column) => IsNull(column) ? null : Text(column);

    public int? OptionalNumber(int column) => IsNull(column) ? null : Number(column);

    public double? OptionalDouble(int column) => IsNull(column) ? null : sqlite3_column_double(Checked(column, SQLITE_FLOAT), column);

    public DateTimeOffset? OptionalTime(int column) => IsNull(column) ? null : ColumnValues.ToTime(Integer(column));

    public Guid? OptionalGuid(int column) => IsNull(column) ? null : ColumnValues.ToGuid(Bytes(column));

    /// <summary>The value in its own type: a <see cref="long"/>, a <see cref="double"/>, a <see cref="string"/>, or null.</summary>
    public object? Value(int column) => sqlite3_column_type(statement, column) switch
    {
        SQLITE_INTEGER => Integer(column),
        SQLITE_FLOAT => sqlite3_column_double(statement, column),
        SQLITE_TEXT => Text(column),
        _ => null,
    };

    private SQLitePCL.sqlite3_stmt Checked(int column, int type) => sqlite3_column_type(statement, column) == type
        ? statement
        : throw new FormatException($"The column {sqlite3_column_name(statement, column).utf8_to_string()} of the index has a value of another type.");
}
