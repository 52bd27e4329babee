using Cairn.Materializers;
using Parquet;
using Parquet.Schema;

namespace Cairn.Formats.Parquet.Writing;

/// <summary>Writes a table row group by row group: rows gather in the buffers until there are enough.</summary>
/// <remarks>The library's writer holds nothing but the stream. It is disposed by <see cref="FinishAsync"/> alone, since that writes the end of the file, which
/// one that failed is not to have.</remarks>
internal sealed class TableWriter(Stream stream, IReadOnlyList<ColumnBuffer> columns, ParquetMaterializerOptions options)
{
    private const int CheckEvery = 16;
    private ParquetWriter? _writer;
    private DataField[] _leaves = [];
    private int _gathered;

    /// <summary>How many rows there were.</summary>
    public long Rows { get; private set; }

    /// <summary>Takes note that each buffer has one row more; writes the row group when it is full.</summary>
    public ValueTask EndRowAsync(CancellationToken cancellationToken) =>
        (_gathered + 1) % CheckEvery == 0 || _gathered + 1 >= options.RowGroupRows ? EndRowsAsync(1, cancellationToken) : Count();

    /// <summary>Takes note that each buffer has some rows more; writes the row group when it is full.</summary>
    public ValueTask EndRowsAsync(int rows, CancellationToken cancellationToken)
    {
        _gathered += rows;
        return _gathered >= options.RowGroupRows || columns.Sum(c => c.Bytes) >= options.RowGroupBytes ? new(WriteGroupAsync(cancellationToken)) : ValueTask.CompletedTask;
    }

    /// <summary>Writes what is gathered, and the end of the file.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        if (_gathered > 0 || _writer is null)
            await WriteGroupAsync(cancellationToken).ConfigureAwait(false);
        await _writer!.DisposeAsync().ConfigureAwait(false);
        _writer = null;
    }

    private ValueTask Count()
    {
        _gathered++;
        return ValueTask.CompletedTask;
    }

    private async Task WriteGroupAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_writer is null)
        {
            var schema = new ParquetSchema(columns.Select(c => c.MakeField()));
            _leaves = schema.GetDataFields();
            _writer = await ParquetWriter.CreateAsync(schema, stream, LibraryOptions, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        if (_gathered == 0)
            return;
        using var group = _writer.CreateRowGroup();
        var leaves = new Queue<DataField>(_leaves);
        foreach (var column in columns)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await column.WriteAsync(group, leaves, cancellationToken).ConfigureAwait(false);
            column.Clear();
        }
        group.CompleteValidate();
        Rows += _gathered;
        _gathered = 0;
    }

    private ParquetOptions LibraryOptions => new()
    {
        CompressionMethod = options.Compression switch
        {
            ParquetCompression.None => CompressionMethod.None,
            ParquetCompression.Snappy => CompressionMethod.Snappy,
            ParquetCompression.Zstd => CompressionMethod.Zstd,
            ParquetCompression.Gzip => CompressionMethod.Gzip,
            _ => throw new MaterializationException(ParquetMaterializer.ParquetId, $"there is no compression {(int)options.Compression}"),
        },
    };
}
