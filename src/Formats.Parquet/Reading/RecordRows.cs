using System.Linq.Expressions;
using Cairn.Materializers;
using Cairn.Materializers.Records;
using Parquet.Schema;

namespace Cairn.Formats.Parquet.Reading;

/// <summary>Makes records from the columns of a row group.</summary>
internal sealed class RecordRows<T>
{
    private readonly Func<ColumnData[], int, T> _make;

    private RecordRows(IReadOnlyList<ColumnPlan> plans, Func<ColumnData[], int, T> make) => (Plans, _make) = (plans, make);

    /// <summary>The columns that the records have.</summary>
    public IReadOnlyList<ColumnPlan> Plans { get; }

    /// <summary>For the columns of a file.</summary>
    /// <exception cref="NotSupportedException">A column is missing, or of another type.</exception>
    public static RecordRows<T> Of(IReadOnlyList<Field> fields)
    {
        var shape = RecordShape.Of(typeof(T));
        var plans = shape.Members.Select(m => ColumnPlan.Of(Find(m.Name), m.PropertyType)).ToList();
        var columns = Expression.Parameter(typeof(ColumnData[]));
        var row = Expression.Parameter(typeof(int));
        var values = shape.Members.Select((m, i) => Value(Expression.ArrayIndex(columns, Expression.Constant(i)), row, m.PropertyType, plans[i].IsNested));
        return new(plans, Expression.Lambda<Func<ColumnData[], int, T>>(shape.New([.. values]), columns, row).Compile());

        Field Find(string name) => fields.FirstOrDefault(f => f.Name == name)
            ?? (fields.Where(f => string.Equals(f.Name, name, StringComparison.OrdinalIgnoreCase)).ToList() is [var only] ? only
            : throw new NotSupportedException($"there is no column '{name}', which {TypeNames.Of(typeof(T))} needs; available: {string.Join(", ", fields.Take(50).Select(f => ShownText.Of(f.Name)))}"));
    }

    /// <summary>A record.</summary>
    public T Make(ColumnData[] columns, int row)
    {
        try
        {
            return _make(columns, row);
        }
        catch (InvalidDataException e)
        {
            throw new MaterializationException(ParquetMaterializer.ParquetId, e.Message, e);
        }
    }

    private static Expression Value(Expression column, Expression row, Type type, bool isNested)
    {
        if (isNested)
            return Expression.Call(typeof(NestedReader), nameof(NestedReader.As), [type], Expression.Call(column, nameof(ColumnData.Box), null, row),
                Expression.Property(column, nameof(ColumnData.Name)));
        var value = Nullable.GetUnderlyingType(type) ?? type;
        var typed = Expression.Convert(column, typeof(ColumnData<>).MakeGenericType(value));
        if (value != type)
        {
            return Expression.Condition(
                Expression.Call(column, nameof(ColumnData.IsMissing), null, row), Expression.Default(type), Expression.Convert(Expression.Call(typed, "OrDefault", null, row), type));
        }
        return Expression.Call(typed, type.IsValueType ? "Required" : "OrDefault", null, row);
    }
}
