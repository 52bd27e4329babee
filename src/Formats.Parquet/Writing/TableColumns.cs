using System.Data;
using Cairn.Materializers;
using Microsoft.Data.Analysis;

namespace Cairn.Formats.Parquet.Writing;

/// <summary>Writes tables whose columns are known at run time only: data tables and data frames.</summary>
internal static class TableColumns
{
    public static async Task<long> WriteAsync(DataTable table, Stream stream, ParquetMaterializerOptions options, CancellationToken cancellationToken)
    {
        var columns = table.Columns.Cast<DataColumn>().Select(c => Buffer(c.ColumnName, c.DataType, options)).ToArray();
        var writer = Begin(stream, columns, options);
        foreach (DataRow row in table.Rows)
        {
            if (row.RowState == DataRowState.Deleted)
                continue;
            for (var i = 0; i < columns.Length; i++)
                columns[i].AddBoxed(row[i]);
            await writer.EndRowAsync(cancellationToken).ConfigureAwait(false);
        }
        await writer.FinishAsync(cancellationToken).ConfigureAwait(false);
        return writer.Rows;
    }

    public static async Task<long> WriteAsync(DataFrame frame, Stream stream, ParquetMaterializerOptions options, CancellationToken cancellationToken)
    {
        var columns = frame.Columns.Select(c => Buffer(c.Name, c.DataType, options)).ToArray();
        var writer = Begin(stream, columns, options);
        for (var row = 0L; row < frame.Rows.Count; row++)
        {
            for (var i = 0; i < columns.Length; i++)
                columns[i].AddBoxed(frame.Columns[i][row]);
            await writer.EndRowAsync(cancellationToken).ConfigureAwait(false);
        }
        await writer.FinishAsync(cancellationToken).ConfigureAwait(false);
        return writer.Rows;
    }

    private static TableWriter Begin(Stream stream, ColumnBuffer[] columns, ParquetMaterializerOptions options) =>
        columns.Length > 0 ? new(stream, columns, options) : throw new NotSupportedException("a table without columns cannot be a Parquet file");

    private static ColumnBuffer Buffer(string name, Type type, ParquetMaterializerOptions options) => ColumnKinds.Find(type) is { } kind
        ? kind.NewBuffer(name, nullable: true, options)
        : throw new NotSupportedException($"column '{name}' is of {TypeNames.Of(type)}, which no Parquet column holds; convert it first");
}
