using Apache.Arrow;

namespace Cairn.Formats.Parquet.Arrow;

/// <summary>Arrow batches as they come: one, those of a table, or a sequence.</summary>
internal static class ArrowBatchSource
{
    /// <summary>Writes them.</summary>
    /// <returns>Their schema, and how many rows they have.</returns>
    /// <exception cref="NotSupportedException">There is none, so that nobody knows the columns; or a column is not written.</exception>
    public static async Task<(Schema Schema, long Rows)> WriteAsync(object value, Stream stream, ParquetMaterializerOptions options, CancellationToken cancellationToken)
    {
        (Schema Schema, ArrowColumns Columns)? begun = value switch
        {
            RecordBatch batch => Begin(batch.Schema),
            Table table => Begin(table.Schema),
            _ => null,
        };
        await foreach (var batch in BatchesAsync(value).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            begun ??= Begin(batch.Schema);
            await begun.Value.Columns.AddAsync(batch, cancellationToken).ConfigureAwait(false);
        }
        if (begun is not var (schema, columns))
            throw new NotSupportedException("a sequence without a batch has no schema, and a Parquet file needs one; pass one batch without rows");
        await columns.FinishAsync(cancellationToken).ConfigureAwait(false);
        return (schema, columns.Rows);

        (Schema, ArrowColumns) Begin(Schema first) => (first, new(first, stream, options));
    }

    /// <summary>All batches as one; there is at least one.</summary>
    public static RecordBatch Joined(IReadOnlyList<RecordBatch> batches) => batches.Count == 1
        ? batches[0]
        : new(batches[0].Schema, batches[0].Schema.FieldsList.Select((_, i) => ArrowArrayConcatenator.Concatenate([.. batches.Select(b => b.Column(i))])), batches.Sum(b => b.Length));

    private static IAsyncEnumerable<RecordBatch> BatchesAsync(object value) => value switch
    {
        RecordBatch batch => new[] { batch }.ToAsyncEnumerable(),
        Table table => ArrowTables.BatchesOf(table).ToAsyncEnumerable(),
        IEnumerable<RecordBatch> batches => batches.ToAsyncEnumerable(),
        _ => (IAsyncEnumerable<RecordBatch>)value,
    };
}
