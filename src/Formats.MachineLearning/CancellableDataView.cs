using Microsoft.ML;
using Microsoft.ML.Data;

namespace Cairn.Formats.MachineLearning;

/// <summary>Data whose rows end with the token: ML.NET takes none when it saves.</summary>
internal sealed class CancellableDataView(IDataView inner, CancellationToken cancellationToken) : IDataView
{
    public bool CanShuffle => inner.CanShuffle;

    public DataViewSchema Schema => inner.Schema;

    public long? GetRowCount() => inner.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) => new Cursor(inner.GetRowCursor(columnsNeeded, rand), cancellationToken);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        Array.ConvertAll(inner.GetRowCursorSet(columnsNeeded, n, rand), c => (DataViewRowCursor)new Cursor(c, cancellationToken));

    private sealed class Cursor(DataViewRowCursor inner, CancellationToken cancellationToken) : DataViewRowCursor
    {
        public override long Position => inner.Position;

        public override long Batch => inner.Batch;

        public override DataViewSchema Schema => inner.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => inner.IsColumnActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => inner.GetGetter<TValue>(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => inner.GetIdGetter();

        public override bool MoveNext()
        {
            cancellationToken.ThrowIfCancellationRequested();
            return inner.MoveNext();
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
