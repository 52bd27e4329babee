using Cairn.Materializers;
using Cairn.Materializers.Records;
using Parquet.Data;
using Parquet.Schema;

namespace Cairn.Formats.Parquet.Reading;

/// <summary>A column that is to be read, and as what.</summary>
internal sealed class ColumnPlan
{
    private readonly ColumnDecoder? _flat;
    private readonly NestedReader? _nested;

    private ColumnPlan(Field field, ColumnDecoder? flat, NestedReader? nested)
    {
        (Field, _flat, _nested) = (field, flat, nested);
        Leaves = nested is null ? [(DataField)field] : [.. nested.Leaves.Select(l => l.Field)];
    }

    /// <summary>The column.</summary>
    public Field Field { get; }

    /// <summary>What is read of the file for it.</summary>
    public IReadOnlyList<DataField> Leaves { get; }

    /// <summary>Whether its values are lists or nested records, which come as objects.</summary>
    public bool IsNested => _nested is not null;

    /// <summary>A column as a type; null for its own.</summary>
    /// <exception cref="NotSupportedException">It is not read as this type.</exception>
    public static ColumnPlan Of(Field field, Type? type)
    {
        if (field is not DataField { MaxRepetitionLevel: 0 } data)
            return new(field, null, NestedReader.Of(field, type ?? typeof(object)));
        var value = type is null ? Conversions.Natural(data) : Nullable.GetUnderlyingType(type) ?? type;
        return value is not null && ColumnDecoder.Find(data, value) is { } decoder
            ? new(field, decoder, null)
            : throw new NotSupportedException($"column '{ShownText.Of(field.Name)}' ({ParquetColumn.Describe(field)}) is not read as {(type is null ? "any type" : TypeNames.Of(type))}");
    }

    /// <summary>The values of a row group.</summary>
    public ColumnData Decode(IReadOnlyList<RawColumnData> raw, int rows)
    {
        if (_nested is null)
            return _flat!.Decode(raw[0], Leaves[0], rows);
        for (var i = 0; i < raw.Count; i++)
            _nested.Leaves[i].Begin(raw[i]);
        var values = new object?[rows];
        for (var i = 0; i < rows; i++)
            values[i] = _nested.Read();
        return new ColumnData<object?>(Field.Name, values, Array.Exists(values, v => v is null) ? Array.ConvertAll(values, v => v is null) : null);
    }
}
