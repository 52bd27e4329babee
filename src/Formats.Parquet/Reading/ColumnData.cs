namespace Cairn.Formats.Parquet.Reading;

/// <summary>The values of one column of one row group.</summary>
internal abstract class ColumnData(string name, bool[]? missing)
{
    /// <summary>The column.</summary>
    public string Name => name;

    /// <summary>The type of the values.</summary>
    public abstract Type Type { get; }

    /// <summary>How many rows it has.</summary>
    public abstract int Rows { get; }

    /// <summary>Whether a row has no value.</summary>
    public bool IsMissing(int row) => missing is not null && missing[row];

    /// <summary>The first row without a value; null when all have one.</summary>
    public int? FirstMissing => missing is not null && Array.IndexOf(missing, true) is var at and >= 0 ? at : null;

    /// <summary>A value, or null.</summary>
    public abstract object? Box(int row);
}

/// <typeparam name="T">The type of the values.</typeparam>
/// <param name="name">The column.</param>
/// <param name="values">One for each row; anything where it is missing.</param>
/// <param name="missing">Which rows have none; null when all have one.</param>
internal sealed class ColumnData<T>(string name, T[] values, bool[]? missing) : ColumnData(name, missing)
{
    public override Type Type => typeof(T);

    public override int Rows => values.Length;

    public T[] Values => values;

    public override object? Box(int row) => IsMissing(row) ? null : values[row];

    /// <summary>A value of a row that must have one.</summary>
    public T Required(int row) => !IsMissing(row) ? values[row] : throw new InvalidDataException(
        $"column '{Name}' has no value in row {row} of a row group, and {Materializers.TypeNames.Of(typeof(T))} cannot be null; read it as a type that can");

    /// <summary>A value, or that of null.</summary>
    public T? OrDefault(int row) => IsMissing(row) ? default : values[row];
}
