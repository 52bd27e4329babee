using System.Runtime.CompilerServices;
using Apache.Arrow;

namespace Cairn.Formats.Parquet.Reading;

/// <summary>The rows of a file as a sequence that opens the file each time it is asked for, and reads it row group by row group.</summary>
internal abstract class LazyRows
{
    /// <summary>For a type of records, or for batches.</summary>
    /// <param name="row">The type.</param>
    /// <param name="isBatch">Whether that is <see cref="RecordBatch"/>.</param>
    /// <param name="open">Opens the file.</param>
    public static LazyRows Of(Type row, bool isBatch, Func<CancellationToken, ValueTask<ParquetFile>> open) =>
        isBatch ? new Batches(open) : (LazyRows)Activator.CreateInstance(typeof(Typed<>).MakeGenericType(row), open)!;

    /// <summary>All rows, as a list.</summary>
    public abstract Task<object> ToListAsync(CancellationToken cancellationToken);

    private sealed class Typed<T>(Func<CancellationToken, ValueTask<ParquetFile>> open) : LazyRows, IAsyncEnumerable<T>
    {
        public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) => ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

        public override async Task<object> ToListAsync(CancellationToken cancellationToken)
        {
            var rows = new List<T>();
            await foreach (var row in ReadAsync(cancellationToken).ConfigureAwait(false))
                rows.Add(row);
            return rows;
        }

        private async IAsyncEnumerable<T> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var file = await open(cancellationToken).ConfigureAwait(false);
            await using var closing = file.ConfigureAwait(false);
            await foreach (var row in file.ReadRowsAsync<T>(cancellationToken).ConfigureAwait(false))
                yield return row;
        }
    }

    private sealed class Batches(Func<CancellationToken, ValueTask<ParquetFile>> open) : LazyRows, IAsyncEnumerable<RecordBatch>
    {
        public async IAsyncEnumerator<RecordBatch> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        {
            var file = await open(cancellationToken).ConfigureAwait(false);
            await using var closing = file.ConfigureAwait(false);
            await foreach (var batch in file.ReadBatchesAsync(null, cancellationToken).ConfigureAwait(false))
                yield return batch;
        }

        public override Task<object> ToListAsync(CancellationToken cancellationToken) => throw new NotSupportedException("Batches are read by ParquetFile.");
    }
}
