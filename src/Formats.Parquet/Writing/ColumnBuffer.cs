using Parquet;
using Parquet.Schema;

namespace Cairn.Formats.Parquet.Writing;

/// <summary>The values of one column of the row group that is being gathered.</summary>
internal abstract class ColumnBuffer
{
    /// <summary>Takes note of a missing value.</summary>
    public abstract void AddNull();

    /// <summary>Adds a value; <see langword="null"/> and <see cref="DBNull"/> are missing ones.</summary>
    public abstract void AddBoxed(object? value);

    /// <summary>About how many bytes the gathered values have.</summary>
    public abstract long Bytes { get; }

    /// <summary>The column in the schema, made when the first row group is complete.</summary>
    public abstract Field MakeField();

    /// <summary>Writes the gathered values.</summary>
    /// <param name="writer">The row group.</param>
    /// <param name="leaves">The columns of the schema, from which this one takes its own.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    public abstract Task WriteAsync(ParquetRowGroupWriter writer, Queue<DataField> leaves, CancellationToken cancellationToken);

    /// <summary>Forgets them.</summary>
    public abstract void Clear();
}

/// <summary>A column of values of one type.</summary>
/// <typeparam name="TValue">The type in programs.</typeparam>
/// <typeparam name="TStored">The type that the library writes.</typeparam>
internal class ColumnBuffer<TValue, TStored>(string name, bool nullable, ColumnKind<TValue, TStored> kind, ParquetMaterializerOptions options) : ColumnBuffer
    where TStored : struct
{
    private TStored[] _values = [];
    private int[] _present = [];
    private int _count;
    private int _rows;
    private long _heap;

    protected string Name => name;

    protected bool Nullable => nullable;

    protected ParquetMaterializerOptions Options => options;

    public override long Bytes => ((long)_count * System.Runtime.CompilerServices.Unsafe.SizeOf<TStored>()) + _heap;

    public sealed override void AddNull()
    {
        if (!nullable)
            throw new InvalidDataException($"column '{name}' does not allow missing values, and the value is missing in row {_rows} of a row group");
        Mark(0);
    }

    /// <summary>Adds a value, or takes note that it is missing.</summary>
    public void Add(TValue? value)
    {
        if (value is null)
        {
            AddNull();
            return;
        }
        var stored = Store(value);
        if (_count == _values.Length)
            Array.Resize(ref _values, Math.Max(256, _count * 2));
        _values[_count++] = stored;
        _heap += kind.HeapBytes?.Invoke(stored) ?? 0;
        if (nullable)
            Mark(1);
        else
            _rows++;
    }

    public sealed override void AddBoxed(object? value)
    {
        if (value is null or DBNull)
            AddNull();
        else
            Add((TValue)value);
    }

    public override Field MakeField() => kind.MakeField(name, nullable, options);

    public sealed override async Task WriteAsync(ParquetRowGroupWriter writer, Queue<DataField> leaves, CancellationToken cancellationToken) =>
        await writer.WriteAllPartsAsync<TStored>(leaves.Dequeue(), _values.AsMemory(0, _count), nullable
            ? _present.AsMemory(0, _rows) : default(ReadOnlyMemory<int>?), null, cancellationToken).ConfigureAwait(false);

    public sealed override void Clear()
    {
        // What the values refer to is let go of as well.
        _values.AsSpan(0, _count).Clear();
        (_count, _rows, _heap) = (0, 0, 0);
    }

    protected virtual TStored Store(TValue value) => kind.Store(name, value, options);

    private void Mark(int present)
    {
        if (_rows == _present.Length)
            Array.Resize(ref _present, Math.Max(256, _rows * 2));
        _present[_rows++] = present;
    }
}

/// <summary>A column of points in time: the first value says whether they are of a known or of an unknown zone, and all others must be alike.</summary>
internal sealed class DateTimeBuffer(string name, bool nullable, ColumnKind<DateTime, DateTime> kind, ParquetMaterializerOptions options)
    : ColumnBuffer<DateTime, DateTime>(name, nullable, kind, options)
{
    private bool? _isZoned;

    public override Field MakeField() => ColumnKinds.Timestamp(Name, _isZoned ??= false, Nullable, Options);

    protected override DateTime Store(DateTime value)
    {
        var isZoned = value.Kind != DateTimeKind.Unspecified;
        if ((_isZoned ??= isZoned) != isZoned)
        {
            throw new InvalidDataException(
                $"column '{Name}' has points in time with a zone and without one ({value:O} is {(isZoned ? "with" : "without")}), and a Parquet column has one or the other; convert all of them to DateTimeKind.Utc, or to DateTimeKind.Unspecified");
        }
        return base.Store(value.Kind == DateTimeKind.Local ? value.ToUniversalTime() : value);
    }
}
