using System.Runtime.CompilerServices;
using Apache.Arrow;
using Cairn.Formats.Parquet.Arrow;
using Cairn.Formats.Parquet.Reading;
using Cairn.Materializers;
using Cairn.Materializers.Records;
using Field = Parquet.Schema.Field;

namespace Cairn.Formats.Parquet;

/// <summary>A Parquet file of a store, of which the footer has been read, and of the rest only what is asked for: row groups, and columns of them.</summary>
/// <remarks>
/// <para>What is read is compared with digests of the file's blocks of 64 KiB before it is looked at, and these belong to the artifact: nothing is handed out that nobody checked. What is not read is not checked.</para>
/// <para>It reads from the store as long as it is used, so the store must be open. Safe to use from many threads, which wait for each other. The caller disposes it. A file that was opened by <c>cairn save</c> is
/// a local one.</para>
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

    /// <summary>The columns, in their order.</summary>
    public IReadOnlyList<ParquetColumn> Columns { get; }

    /// <summary>The row groups, in their order.</summary>
    public IReadOnlyList<ParquetRowGroup> RowGroups { get; }

    /// <summary>How many rows there are.</summary>
    public long RowCount => RowGroups.Sum(g => g.Rows);

    /// <summary>How many bytes the file has.</summary>
    public long Length => _content.Length;

    internal ParquetContent Content => _content;

    /// <summary>Reads a column of all rows; no other one is read.</summary>
    /// <typeparam name="T">The type of its values, nullable where some are missing. Numbers are widened; texts are read as <see cref="string"/>, <see cref="char"/> or an enum; lists as arrays and lists.</typeparam>
    /// <param name="column">Its name.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>A value for each row.</returns>
    /// <exception cref="MaterializationException">There is no such column, it is not read as this type, a value is missing, or the file does not hold what it should.</exception>
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
    /// <param name="rowGroup">The row group, from 0.</param>
    /// <param name="column">The column's name.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>A value for each row.</returns>
    public async Task<T?[]> ReadColumnAsync<T>(int rowGroup, string column, CancellationToken cancellationToken = default)
    {
        CheckGroup(rowGroup);
        ArgumentNullException.ThrowIfNull(column);
        var plan = Served(() => ColumnPlan.Of(Find(column), typeof(T)));
        var data = (await _content.ReadAsync(rowGroup, [plan], cancellationToken).ConfigureAwait(false))[0];
        if (data.FirstMissing is { } row && default(T) is not null)
            throw new MaterializationException(ParquetMaterializer.ParquetId, $"column '{column}' has no value in row {row} of row group {rowGroup}, and {TypeNames.Of(typeof(T))} cannot be null; read it as a type that can");
        if (data is ColumnData<T> { FirstMissing: null } typed)
            return typed.Values;
        var values = new T?[data.Rows];
        for (var i = 0; i < values.Length; i++)
            values[i] = (T?)data.Box(i);
        return values;
    }

    /// <summary>Reads rows as records, row group by row group; only the columns that the records have are read.</summary>
    /// <typeparam name="T">The type of the records.</typeparam>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The rows, as they are asked for.</returns>
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
    /// <param name="rowGroup">The row group, from 0.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The rows, as they are asked for.</returns>
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
    /// <param name="columns">The columns; null for all.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>A batch for each row group, as they are asked for, or one without rows that tells the columns; the caller disposes them.</returns>
    public async IAsyncEnumerable<RecordBatch> ReadBatchesAsync(IReadOnlyList<string>? columns = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var fields = columns is null ? _content.Fields : [.. columns.Select(Find)];
        var batches = Served(() => new ArrowBatches(fields));
        for (var group = 0; group < RowGroups.Count; group++)
            yield return batches.Make(await _content.ReadAsync(group, batches.Plans, cancellationToken).ConfigureAwait(false), (int)RowGroups[group].Rows);
        if (RowGroups.Count == 0)
            yield return batches.MakeEmpty();
    }

    /// <summary>Closes it. Nothing can be read then.</summary>
    public ValueTask DisposeAsync() => _content.DisposeAsync();

    /// <summary>What a type of the caller's does not fit is an error of the format, also where nobody is there to wrap it.</summary>
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
        ?? throw new MaterializationException(ParquetMaterializer.ParquetId, $"there is no column '{TableCell.Shown(column)}'; available: {string.Join(", ", Columns.Take(50).Select(c => c.Name))}{(Columns.Count > 50 ? "…" : "")}");

    private void CheckGroup(int rowGroup)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rowGroup);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rowGroup, RowGroups.Count);
    }
}
