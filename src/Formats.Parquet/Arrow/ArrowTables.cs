using Apache.Arrow;

namespace Cairn.Formats.Parquet.Arrow;

/// <summary>The rows of an Arrow table as batches: its columns may be cut at different rows.</summary>
internal static class ArrowTables
{
    /// <summary>Batches that end where some column's chunk ends.</summary>
    public static IEnumerable<RecordBatch> BatchesOf(Table table)
    {
        var columns = Enumerable.Range(0, table.ColumnCount).Select(i => table.Column(i).Data).ToArray();
        var chunks = new int[columns.Length];
        var offsets = new int[columns.Length];
        for (var left = table.RowCount; left > 0;)
        {
            for (var i = 0; i < columns.Length; i++)
            {
                while (offsets[i] == columns[i].ArrowArray(chunks[i]).Length)
                    (chunks[i], offsets[i]) = (chunks[i] + 1, 0);
            }
            var rows = Enumerable.Range(0, columns.Length).Min(i => columns[i].ArrowArray(chunks[i]).Length - offsets[i]);
            yield return new(table.Schema, columns.Select((c, i) => ArrowArrayFactory.Slice(c.ArrowArray(chunks[i]), offsets[i], rows)), rows);
            for (var i = 0; i < columns.Length; i++)
                offsets[i] += rows;
            left -= rows;
        }
    }
}
