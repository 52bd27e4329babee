using System.Diagnostics.CodeAnalysis;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Cairn.Formats.MachineLearning;

/// <summary>Data that is read row by row from a local copy, which is deleted when the object is disposed or collected. A fault of the file
/// is a <see cref="MaterializationException"/>.</summary>
internal sealed class StoredDataView(IDataView inner, FileStream file, string materializer) : IDataView, IDisposable
{
    public bool CanShuffle => inner.CanShuffle;

    public DataViewSchema Schema => inner.Schema;

    public long? GetRowCount() => inner.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        Guard(() => new Cursor(this, inner.GetRowCursor(columnsNeeded, rand)));

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        Guard(() => Array.ConvertAll(inner.GetRowCursorSet(columnsNeeded, n, rand), c => (DataViewRowCursor)new Cursor(this, c)));

    public void Dispose()
    {
        (inner as IDisposable)?.Dispose();
        file.Dispose();
    }

    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (IsOfFile(e))
        {
            throw Wrapped(e);
        }
    }

    private static bool IsOfFile(Exception e) => e is not (MaterializationException or OperationCanceledException or OutOfMemoryException or ObjectDisposedException or ArgumentException);

    private MaterializationException Wrapped(Exception e) => new(materializer, $"its rows cannot be read: {e.Message}".TrimEnd('.'), e);

    private sealed class Cursor(StoredDataView owner, DataViewRowCursor inner) : DataViewRowCursor
    {
        public override long Position => inner.Position;

        public override long Batch => inner.Batch;

        public override DataViewSchema Schema => inner.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => inner.IsColumnActive(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => inner.GetIdGetter();

        public override bool MoveNext()
        {
            try
            {
                return inner.MoveNext();
            }
            catch (Exception e) when (IsOfFile(e))
            {
                throw owner.Wrapped(e);
            }
        }

        [SuppressMessage("Design", "CA1031", Justification = "The filter omits types that are not part of the file.")]
        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            var get = inner.GetGetter<TValue>(column);
            return (ref value) =>
            {
                try
                {
                    get(ref value);
                }
                catch (Exception e) when (IsOfFile(e))
                {
                    throw owner.Wrapped(e);
                }
            };
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
