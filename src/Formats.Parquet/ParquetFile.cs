using System.Runtime.CompilerServices;
using Apache.Arrow;
using Cairn.Formats.Parquet.Arrow;
using Cairn.Formats.Parquet.Reading;
using Cairn.Materializers;
using Cairn.Materializers.Records;
using Field = Parquet.Schema.Field;

namespace Cairn.Formats.Parquet;

/// <summary>A Parquet file in a store. Its footer has been read; row groups and columns are read on demand.</summary>
/// <remarks>
/// <para>
/// <para>Data is compared with digests of 64 KiB blocks, which are part of the artifact, before it is used: no unverified data is returned. Data that is not
/// read is not verified.</para>
/// </para>
/// <para>
/// <para>It reads from the store while it is used, so the store must remain open. Thread-safe; concurrent calls wait for each other. The caller disposes it.
/// A file that was opened by <c>cairn save</c> is a local one.</para>
/// </para>
/// </remarks>
public sealed class ParquetFile : IAsyncDisposable
{
    private readonly ParquetContent _content;

    internal ParquetFile(ParquetContent content)
    {
        _content = content;
        Columns = [.. content.Fields.Select(f => new ParquetColumn(f.Name, ParquetColumn.Describe(f), f.IsNullable))];
        RowGroups = [.. content.Groups.Select(g => new ParquetRowGroup(g.NumRows, g.Columns.Sum(c => c.MetaData!.TotalCompressedSize)))];
    }

    /// <summary>Gets the columns in order.</summary>
    public IReadOnlyList<ParquetColumn> Columns { get; }

    /// <summary>Gets the row groups in order.</summary>
    public IReadOnlyList<ParquetRowGroup> RowGroups { get; }

    /// <summary>Gets the number of rows.</summary>
    public long RowCount => RowGroups.Sum(g => g.Rows);

    /// <summary>Gets the length of the file in bytes.</summary>
    public long Length => _content.Length;

    internal ParquetContent Content => _content;

    /// <summary>Reads one column of all rows, without reading other columns.</summary>
    /// <typeparam name="T">The type of its values, which must be nullable if values are missing. Numbers are widened; texts are read as <see
    /// cref="string"/>, <see cref="char"/> or an enum, and lists as arrays and lists.</typeparam>
    /// <param name="column">The name of the column.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>One value per row.</returns>
    /// <exception cref="MaterializationException">The column does not exist or cannot be read as this type, a value is missing, or the file is not
    /// valid.</exception>
    public async Task<T?[]> ReadColumnAsync<T>(string column, CancellationToken cancellationToken = default)
    {
        var all = new T?[checked((int)RowCount)];
        var at = 0;
        for (var group = 0; group < RowGroups.Count; group++)
        {
            var part = await ReadColumnAsync<T>(group, column, cancellationToken).ConfigureAwait(false);
            part.CopyTo(all, at);
            at += part.Length;
        }
        return all;
    }

    /// <summary>Reads a column of one row group.</summary>
    /// <typeparam name="T">The type of its values.</typeparam>
    /// <param name="rowGroup">The index of the row group, starting at 0.</param>
    /// <param name="column">The name of the column.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>One value per row.</returns>
    public async Task<T?[]> ReadColumnAsync<T>(int rowGroup, string column, CancellationToken cancellationToken = default)
    {
        CheckGroup(rowGroup);
        ArgumentNullException.ThrowIfNull(column);
        var plan = Served(() => ColumnPlan.Of(Find(column), typeof(T)));
        var data = (await _content.ReadAsync(rowGroup, [plan], cancellationToken).ConfigureAwait(false))[0];
        if (data.FirstMissing is { } row && default(T) is not null)
            throw new MaterializationException(ParquetMaterializer.ParquetId,
                $"column '{column}' has no value in row {row} of row group {rowGroup}, and {TypeNames.Of(typeof(T))} cannot be null; read it as a type that can");
        if (data is ColumnData<T> { FirstMissing: null } typed)
            return typed.Values;
        var values = new T?[data.Rows];
        for (var i = 0; i < values.Length; i++)
            values[i] = (T?)data.Box(i);
        return values;
    }

    /// <summary>Reads rows as records, one row group at a time. Only the columns of the records are read.</summary>
    /// <typeparam name="T">The type of the records.</typeparam>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The rows, which are read on demand.</returns>
    public async IAsyncEnumerable<T> ReadRowsAsync<T>([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var group = 0; group < RowGroups.Count; group++)
        {
            await foreach (var row in ReadRowsAsync<T>(group, cancellationToken).ConfigureAwait(false))
                yield return row;
        }
    }

    /// <summary>Reads the rows of one row group as records.</summary>
    /// <typeparam name="T">The type of the records.</typeparam>
    /// <param name="rowGroup">The index of the row group, starting at 0.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The rows, which are read on demand.</returns>
    public async IAsyncEnumerable<T> ReadRowsAsync<T>(int rowGroup, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        CheckGroup(rowGroup);
        var records = Served(() => RecordRows<T>.Of(_content.Fields));
        var columns = await _content.ReadAsync(rowGroup, records.Plans, cancellationToken).ConfigureAwait(false);
        var rows = RowGroups[rowGroup].Rows;
        for (var row = 0; row < rows; row++)
            yield return records.Make(columns, row);
    }

    /// <summary>Reads row groups as Arrow batches.</summary>
    /// <param name="columns">The names of the columns. Default: all.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>One batch per row group, read on demand, or one batch without rows that contains the columns. The caller disposes them.</returns>
    public async IAsyncEnumerable<RecordBatch> ReadBatchesAsync(IReadOnlyList<string>? columns = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var fields = columns is null ? _content.Fields : [.. columns.Select(Find)];
        var batches = Served(() => new ArrowBatches(fields));
        for (var group = 0; group < RowGroups.Count; group++)
            yield return batches.Make(await _content.ReadAsync(group, batches.Plans, cancellationToken).ConfigureAwait(false), (int)RowGroups[group].Rows);
        if (RowGroups.Count == 0)
            yield return batches.MakeEmpty();
    }

    /// <summary>Closes the file. It cannot be read afterwards.</summary>
    public ValueTask DisposeAsync() => _content.DisposeAsync();

    /// <summary>A mismatch with a type of the caller is an error of the format, also if no caller wraps it.</summary>
    internal static T Served<T>(Func<T> plan)
    {
        try
        {
            return plan();
        }
        catch (NotSupportedException e)
        {
            throw new MaterializationException(ParquetMaterializer.ParquetId, e.Message, e);
        }
    }

    private Field Find(string column) => _content.Fields.FirstOrDefault(f => f.Name == column)
        ?? throw new MaterializationException(ParquetMaterializer.ParquetId,
            $"there is no column '{ShownText.Of(column)}'; available: {string.Join(", ", Columns.Take(50).Select(c => c.Name))}{(Columns.Count > 50 ? "…" : "")}");

    private void CheckGroup(int rowGroup)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rowGroup);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rowGroup, RowGroups.Count);
    }
}
