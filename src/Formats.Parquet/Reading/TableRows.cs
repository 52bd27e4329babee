using System.Data;
using System.Globalization;
using Cairn.Materializers;
using Cairn.Materializers.Records;
using Microsoft.Data.Analysis;
using Parquet.Schema;

namespace Cairn.Formats.Parquet.Reading;

/// <summary>Reads whole files as tables whose columns are known at run time only: data tables and data frames.</summary>
internal static class TableRows
{
    /// <summary>Types of columns of a <see cref="DataTable"/> that a file has as another type, by the names under which they are noted.</summary>
    public static readonly IReadOnlyDictionary<string, Type> Noted = new Dictionary<string, Type>(StringComparer.Ordinal)
    {
        ["char"] = typeof(char),
        ["timespan"] = typeof(TimeSpan),
        ["datetimeoffset"] = typeof(DateTimeOffset),
    };

    public static async Task<DataTable> ReadTableAsync(ParquetContent content, string name, IReadOnlyDictionary<int, Type> types, CancellationToken cancellationToken)
    {
        var plans = content.Fields.Select((f, i) => ColumnPlan.Of(Flat(f), types.GetValueOrDefault(i))).ToList();
        var table = new DataTable(name) { Locale = CultureInfo.InvariantCulture };
        foreach (var plan in plans)
            table.Columns.Add(plan.Field.Name, types.GetValueOrDefault(table.Columns.Count) ?? Conversions.Natural((DataField)plan.Field)!);
        table.BeginLoadData();
        var values = new object?[plans.Count];
        for (var group = 0; group < content.Groups.Count; group++)
        {
            var columns = await content.ReadAsync(group, plans, cancellationToken).ConfigureAwait(false);
            for (var row = 0; row < content.Groups[group].NumRows; row++)
            {
                for (var i = 0; i < values.Length; i++)
                    values[i] = columns[i].Box(row) ?? DBNull.Value;
                table.Rows.Add(values);
            }
        }
        table.EndLoadData();
        table.AcceptChanges();
        return table;
    }

    public static async Task<DataFrame> ReadFrameAsync(ParquetContent content, CancellationToken cancellationToken)
    {
        var types = content.Fields.Select(f => FrameType(Flat(f))).ToList();
        var plans = content.Fields.Select((f, i) => ColumnPlan.Of(f, types[i])).ToList();
        var frame = plans.Select((p, i) => NewColumn(p.Field.Name, types[i])).ToArray();
        for (var group = 0; group < content.Groups.Count; group++)
        {
            var columns = await content.ReadAsync(group, plans, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < frame.Length; i++)
                Append(frame[i], columns[i]);
        }
        return new(frame);
    }

    private static DataField Flat(Field field) => field as DataField is { MaxRepetitionLevel: 0 } data && Conversions.Natural(data) is not null
        ? data
        : throw new NotSupportedException($"column '{ShownText.Of(field.Name)}' ({ParquetColumn.Describe(field)}) is not a column of a table; load it as ParquetFile, as records or as Arrow batches");

    private static Type FrameType(DataField field)
    {
        var type = Conversions.Natural(field)!;
        return type == typeof(DateOnly) ? typeof(DateTime)
            : type == typeof(byte[]) || type == typeof(Guid) || type == typeof(TimeOnly) ? throw new NotSupportedException(
                $"column '{ShownText.Of(field.Name)}' ({ParquetColumn.Describe(field)}) is not a column of a DataFrame; load it as ParquetFile, as a DataTable or as Arrow batches")
            : type;
    }

    private static DataFrameColumn NewColumn(string name, Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Boolean => new BooleanDataFrameColumn(name),
        TypeCode.SByte => new SByteDataFrameColumn(name),
        TypeCode.Int16 => new Int16DataFrameColumn(name),
        TypeCode.Int32 => new Int32DataFrameColumn(name),
        TypeCode.Int64 => new Int64DataFrameColumn(name),
        TypeCode.Byte => new ByteDataFrameColumn(name),
        TypeCode.UInt16 => new UInt16DataFrameColumn(name),
        TypeCode.UInt32 => new UInt32DataFrameColumn(name),
        TypeCode.UInt64 => new UInt64DataFrameColumn(name),
        TypeCode.Single => new SingleDataFrameColumn(name),
        TypeCode.Double => new DoubleDataFrameColumn(name),
        TypeCode.Decimal => new DecimalDataFrameColumn(name),
        TypeCode.DateTime => new DateTimeDataFrameColumn(name),
        _ => new StringDataFrameColumn(name),
    };

    private static void Append(DataFrameColumn column, ColumnData data)
    {
        switch (column)
        {
            case BooleanDataFrameColumn c: Values(c, data); break;
            case SByteDataFrameColumn c: Values(c, data); break;
            case Int16DataFrameColumn c: Values(c, data); break;
            case Int32DataFrameColumn c: Values(c, data); break;
            case Int64DataFrameColumn c: Values(c, data); break;
            case ByteDataFrameColumn c: Values(c, data); break;
            case UInt16DataFrameColumn c: Values(c, data); break;
            case UInt32DataFrameColumn c: Values(c, data); break;
            case UInt64DataFrameColumn c: Values(c, data); break;
            case SingleDataFrameColumn c: Values(c, data); break;
            case DoubleDataFrameColumn c: Values(c, data); break;
            case DecimalDataFrameColumn c: Values(c, data); break;
            case DateTimeDataFrameColumn c: Values(c, data); break;
            case StringDataFrameColumn c:
                for (var row = 0; row < data.Rows; row++)
                    c.Append((string?)data.Box(row));
                break;
            default:
                throw new NotSupportedException($"{TypeNames.Of(column.GetType())} cannot be created from a Parquet column");
        }
    }

    private static void Values<T>(PrimitiveDataFrameColumn<T> column, ColumnData data)
        where T : unmanaged
    {
        var values = (ColumnData<T>)data;
        for (var row = 0; row < values.Rows; row++)
            column.Append(values.IsMissing(row) ? null : values.Values[row]);
    }
}
