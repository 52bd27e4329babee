using Cairn.Materializers;
using Cairn.Materializers.Records;
using Parquet;
using Parquet.Data;
using Parquet.Meta;
using Parquet.Schema;

namespace Cairn.Formats.Parquet.Reading;

/// <summary>A Parquet file that is open: its footer, and its columns one by one.</summary>
/// <remarks>Safe to use from many threads: they wait for each other.</remarks>
internal sealed class ParquetContent : IAsyncDisposable
{
    private const int Tail = 8;
    private const int FreeValues = 1 << 20;
    private const int ValuesPerByte = 1024;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Stream _stream;
    private readonly ParquetReader _reader;

    private ParquetContent(Stream stream, ParquetReader reader) => (_stream, _reader, Fields) = (stream, reader, reader.Schema.Fields);

    /// <summary>The columns.</summary>
    public IReadOnlyList<Field> Fields { get; }

    /// <summary>The row groups.</summary>
    public IReadOnlyList<RowGroup> Groups => _reader.Metadata!.RowGroups;

    /// <summary>How many bytes the file has.</summary>
    public long Length => _stream.Length;

    /// <summary>Opens a file.</summary>
    /// <param name="stream">It, at any position; seekable; owned by the result.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    public static async ValueTask<ParquetContent> OpenAsync(Stream stream, CancellationToken cancellationToken)
    {
        try
        {
            await FetchFooterAsync(stream, cancellationToken).ConfigureAwait(false);
            stream.Position = 0;
            var reader = await ParquetReader.CreateAsync(stream, new() { UseDateOnlyTypeForDates = true }, leaveStreamOpen: true, cancellationToken).ConfigureAwait(false);
            foreach (var group in reader.Metadata!.RowGroups)
                Check(group, stream.Length);
            return new(stream, reader);
        }
        catch (Exception e)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            if (IsOfLibrary(e))
                throw new MaterializationException(ParquetMaterializer.ParquetId, $"it is not a complete Parquet file: {e.Message.TrimEnd('.')}", e);
            throw;
        }
    }

    /// <summary>Reads columns of a row group.</summary>
    public async Task<ColumnData[]> ReadAsync(int group, IReadOnlyList<ColumnPlan> plans, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var reader = _reader.OpenRowGroupReader(group);
            var rows = checked((int)Groups[group].NumRows);
            if (_stream is BlockStream blocks)
                await blocks.FetchAsync(plans.SelectMany(p => p.Leaves).Select(l => Extent(reader.GetMetadata(l)!.MetaData!)), cancellationToken).ConfigureAwait(false);
            var columns = new ColumnData[plans.Count];
            for (var i = 0; i < columns.Length; i++)
                columns[i] = await ReadAsync(reader, group, plans[i], rows, cancellationToken).ConfigureAwait(false);
            return columns;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Copies the file as it is.</summary>
    public async Task CopyToAsync(Stream target, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            const int Window = 64 * BlockDigests.BlockLength;
            for (var at = 0L; at < _stream.Length; at += Window)
            {
                var length = Math.Min(Window, _stream.Length - at);
                if (_stream is BlockStream blocks)
                    await blocks.FetchAsync([(at, length)], cancellationToken).ConfigureAwait(false);
                var part = new byte[length];
                _stream.Position = at;
                await _stream.ReadExactlyAsync(part, cancellationToken).ConfigureAwait(false);
                await target.WriteAsync(part, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            await _reader.DisposeAsync().ConfigureAwait(false);
            await _stream.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    private static async Task<ColumnData> ReadAsync(ParquetRowGroupReader reader, int group, ColumnPlan plan, int rows, CancellationToken cancellationToken)
    {
        var raw = new List<RawColumnData>(plan.Leaves.Count);
        try
        {
            foreach (var leaf in plan.Leaves)
                raw.Add(await reader.ReadRawColumnDataBaseAsync(leaf, cancellationToken).ConfigureAwait(false));
            return plan.Decode(raw, rows);
        }
        catch (Exception e) when (IsOfLibrary(e))
        {
            throw new MaterializationException(ParquetMaterializer.ParquetId, $"column '{ShownText.Of(plan.Field.Name)}' of row group {group} cannot be read: {e.Message.TrimEnd('.')}", e);
        }
        finally
        {
            raw.ForEach(r => r.Dispose());
        }
    }

    /// <summary>The footer is at the end, and its length follows it.</summary>
    private static async ValueTask FetchFooterAsync(Stream stream, CancellationToken cancellationToken)
    {
        if (stream.Length < Tail + 4)
            throw new InvalidDataException($"it has {stream.Length} bytes");
        var tail = new byte[Tail];
        stream.Position = stream.Length - Tail;
        await stream.ReadExactlyAsync(tail, cancellationToken).ConfigureAwait(false);
        var length = BitConverter.ToInt32(tail);
        if (!tail.AsSpan(4).SequenceEqual("PAR1"u8))
            throw new InvalidDataException(tail.AsSpan(4).SequenceEqual("PARE"u8) ? "its footer is encrypted, which is not served" : "it does not end with the mark of one");
        if (length < 0 || length > stream.Length - Tail - 4)
            throw new InvalidDataException($"its footer announces {length} bytes, and the file has {stream.Length}");
        if (stream is BlockStream blocks)
            await blocks.FetchAsync([(0, 4), (stream.Length - Tail - length, length + Tail)], cancellationToken).ConfigureAwait(false);
        var footer = new byte[length];
        stream.Position = stream.Length - Tail - length;
        await stream.ReadExactlyAsync(footer, cancellationToken).ConfigureAwait(false);
        FooterShape.Check(footer);
    }

    /// <summary>What is not there must not decide how much memory is taken: each column lies within the file, and has no more values than its bytes can tell.</summary>
    private static void Check(RowGroup group, long fileLength)
    {
        if (group.NumRows is < 0 or > int.MaxValue)
            throw new InvalidDataException($"a row group announces {group.NumRows} rows");
        foreach (var chunk in group.Columns)
        {
            if (chunk.MetaData is not { } column || chunk.FilePath is { Length: > 0 })
                throw new InvalidDataException("a column of it is encrypted or in another file, which is not served");
            var (offset, length) = Extent(column);
            if (offset < 0 || length < 0 || length > fileLength - offset)
                throw new InvalidDataException($"a column announces {length} bytes from {offset} on, and the file has {fileLength}");
            var most = FreeValues + (length * ValuesPerByte);
            if (column.NumValues < 0 || column.NumValues > most || group.NumRows > most)
                throw new InvalidDataException($"a column announces {Math.Max(column.NumValues, group.NumRows)} values in {length} bytes");
        }
    }

    private static (long Offset, long Length) Extent(ColumnMetaData column) =>
        (column.DictionaryPageOffset is { } dictionary and > 0 ? Math.Min(dictionary, column.DataPageOffset) : column.DataPageOffset, column.TotalCompressedSize);

    /// <summary>Whether an exception is the library's word on the content: neither the store's, nor the caller's, nor the machine's.</summary>
    private static bool IsOfLibrary(Exception e) => e is not (StoreException or OperationCanceledException or OutOfMemoryException or MaterializationException or ObjectDisposedException);
}
