using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using Cairn.Formats.Parquet.Reading;
using Parquet.Schema;
using Field = Parquet.Schema.Field;
using TimeUnit = Apache.Arrow.Types.TimeUnit;

namespace Cairn.Formats.Parquet.Arrow;

/// <summary>Makes Arrow batches from the columns of row groups.</summary>
internal sealed class ArrowBatches
{
    /// <summary>For some columns of a file.</summary>
    /// <exception cref="NotSupportedException">A column has no Arrow type.</exception>
    public ArrowBatches(IReadOnlyList<Field> fields)
    {
        Plans = [.. fields.Select(f => ColumnPlan.Of(f, f is DataField { MaxRepetitionLevel: 0 } data ? WantedOf(data) : null))];
        Schema = new([.. fields.Select(f => new global::Apache.Arrow.Field(f.Name, TypeOf(f), f.IsNullable))], null);
    }

    /// <summary>The columns.</summary>
    public IReadOnlyList<ColumnPlan> Plans { get; }

    /// <summary>The schema of the batches.</summary>
    public Schema Schema { get; }

    /// <summary>A batch.</summary>
    public RecordBatch Make(ColumnData[] columns, int rows) => new(Schema, columns.Select((c, i) => Array(Schema.FieldsList[i].DataType, c)), rows);

    /// <summary>A batch without rows.</summary>
    public RecordBatch MakeEmpty() => new(Schema, Schema.FieldsList.Select(f => Boxed(f.DataType, 0, _ => null)), 0);

    /// <summary>Points in time are read with their zone, and dates as such.</summary>
    private static Type? WantedOf(DataField field) => field is DateTimeDataField ? typeof(DateTime) : Conversions.Natural(field);

    private static IArrowType TypeOf(Field field) => field switch
    {
        ListField list => new ListType(new global::Apache.Arrow.Field("item", TypeOf(list.Item), list.Item.IsNullable)),
        StructField record => new StructType([.. record.Fields.Select(f => new global::Apache.Arrow.Field(f.Name, TypeOf(f), f.IsNullable))]),
        DateTimeDataField { DateTimeFormat: DateTimeFormat.Date } => Date32Type.Default,
        DateTimeDataField time => new TimestampType(UnitOf((int)time.Unit), time is { DateTimeFormat: DateTimeFormat.Timestamp, IsAdjustedToUTC: false } ? null : "UTC"),
        TimeDataField { ClrType: var type } when type == typeof(int) => new Time32Type(TimeUnit.Millisecond),
        TimeDataField time => new Time64Type(UnitOf((int)time.Precision)),
        DecimalDataField number => new Decimal128Type(number.Precision, number.Scale),
        DataField data => Conversions.Natural(data) is { } type && Plain.TryGetValue(type, out var plain) ? plain : throw Unread(),
        _ => throw Unread(),
    };

    private static readonly Dictionary<Type, IArrowType> Plain = new()
    {
        [typeof(bool)] = BooleanType.Default,
        [typeof(sbyte)] = Int8Type.Default,
        [typeof(short)] = Int16Type.Default,
        [typeof(int)] = Int32Type.Default,
        [typeof(long)] = Int64Type.Default,
        [typeof(byte)] = UInt8Type.Default,
        [typeof(ushort)] = UInt16Type.Default,
        [typeof(uint)] = UInt32Type.Default,
        [typeof(ulong)] = UInt64Type.Default,
        [typeof(float)] = FloatType.Default,
        [typeof(double)] = DoubleType.Default,
        [typeof(string)] = StringType.Default,
        [typeof(byte[])] = BinaryType.Default,
        [typeof(DateOnly)] = Date32Type.Default,
        [typeof(decimal)] = new Decimal128Type(38, 18),
        [typeof(Guid)] = new FixedSizeBinaryType(16),
    };

    private static TimeUnit UnitOf(int unit) => unit switch { 0 => TimeUnit.Millisecond, 1 => TimeUnit.Microsecond, _ => TimeUnit.Nanosecond };

    private static NotSupportedException Unread() => new("it has a column of a type that Arrow batches do not support here; name the columns to read");

    private static IArrowArray Array(IArrowType type, ColumnData column) => column switch
    {
        ColumnData<sbyte> c => Numbers(type, c.Values, c),
        ColumnData<short> c => Numbers(type, c.Values, c),
        ColumnData<int> c => Numbers(type, c.Values, c),
        ColumnData<long> c => Numbers(type, c.Values, c),
        ColumnData<byte> c => Numbers(type, c.Values, c),
        ColumnData<ushort> c => Numbers(type, c.Values, c),
        ColumnData<uint> c => Numbers(type, c.Values, c),
        ColumnData<ulong> c => Numbers(type, c.Values, c),
        ColumnData<float> c => Numbers(type, c.Values, c),
        ColumnData<double> c => Numbers(type, c.Values, c),
        _ => Boxed(type, column.Rows, column.Box),
    };

    private static IArrowArray Numbers<T>(IArrowType type, T[] values, ColumnData column)
        where T : unmanaged
    {
        var (bitmap, missing) = Bitmap(values.Length, column.IsMissing);
        return ArrowArrayFactory.BuildArray(new ArrayData(type, values.Length, missing, 0, [bitmap, new ArrowBuffer(MemoryMarshal.AsBytes(values.AsSpan()).ToArray())]));
    }

    private static IArrowArray Boxed(IArrowType type, int count, Func<int, object?> at)
    {
        switch (type)
        {
            case BooleanType:
                var bools = new BooleanArray.Builder();
                return Each<bool>(v => bools.Append(v), () => bools.AppendNull(), () => bools.Build(default));
            case StringType:
                var texts = new StringArray.Builder();
                return Each<string>(v => texts.Append(v), () => texts.AppendNull(), () => texts.Build(default));
            case BinaryType:
                var bytes = new BinaryArray.Builder();
                return Each<byte[]>(v => bytes.Append(v.AsSpan()), () => bytes.AppendNull(), () => bytes.Build(default));
            case Date32Type:
                var dates = new Date32Array.Builder();
                return Each<object>(v => dates.Append(v is DateOnly d ? d.ToDateTime(TimeOnly.MinValue) : (DateTime)v), () => dates.AppendNull(), () => dates.Build(default));
            case TimestampType time:
                var perTick = time.Unit switch { TimeUnit.Millisecond => -TimeSpan.TicksPerMillisecond, TimeUnit.Microsecond => -10, _ => 100 };
                return Longs<DateTime>(v => Scaled(v.Ticks - DateTime.UnixEpoch.Ticks, perTick));
            case Time64Type time:
                return Longs<TimeOnly>(v => Scaled(v.Ticks, time.Unit == TimeUnit.Microsecond ? -10 : 100));
            case Time32Type:
                var millis = new Time32Array.Builder((Time32Type)type);
                return Each<TimeOnly>(v => millis.Append((int)(v.Ticks / TimeSpan.TicksPerMillisecond)), () => millis.AppendNull(), () => millis.Build(default));
            case Decimal128Type number:
                var decimals = new Decimal128Array.Builder(number);
                return Each<decimal>(v => decimals.Append(v), () => decimals.AppendNull(), () => decimals.Build(default));
            case FixedSizeBinaryType:
                var ids = new ArrowBuffer.Builder<byte>(16 * count);
                return Each<Guid>(v => ids.Append(v.ToByteArray(bigEndian: true)), () => ids.Append(new byte[16]), () => Fixed(ids.Build()));
            case ListType list:
                return List(list);
            case StructType record:
                var (there, absent) = Bitmap(count, i => at(i) is null);
                var children = record.Fields.Select((f, n) => Boxed(f.DataType, count, i => at(i) is ParquetRow row ? row[n].Value : null));
                return new StructArray(record, count, children, there, absent);
            default:
                var (bitmap, missing) = Bitmap(count, i => at(i) is null);
                return Number(bitmap, missing);
        }

        IArrowArray Each<T>(Action<T> append, Action appendNull, Func<IArrowArray> build)
        {
            for (var i = 0; i < count; i++)
            {
                if (at(i) is { } value)
                    append((T)value);
                else
                    appendNull();
            }
            return build();
        }

        IArrowArray Longs<T>(Func<T, long> convert)
        {
            var (bitmap, missing) = Bitmap(count, i => at(i) is null);
            var values = new long[count];
            for (var i = 0; i < count; i++)
                values[i] = at(i) is T value ? convert(value) : 0;
            return ArrowArrayFactory.BuildArray(new ArrayData(type, count, missing, 0, [bitmap, new ArrowBuffer(MemoryMarshal.AsBytes(values.AsSpan()).ToArray())]));
        }

        IArrowArray Fixed(ArrowBuffer values)
        {
            var (bitmap, missing) = Bitmap(count, i => at(i) is null);
            return ArrowArrayFactory.BuildArray(new ArrayData(type, count, missing, 0, [bitmap, values]));
        }

        IArrowArray List(ListType list)
        {
            var (bitmap, missing) = Bitmap(count, i => at(i) is null);
            var offsets = new int[count + 1];
            var items = new List<object?>();
            for (var i = 0; i < count; i++)
            {
                if (at(i) is System.Collections.IEnumerable value)
                    items.AddRange(value.Cast<object?>());
                offsets[i + 1] = items.Count;
            }
            return new ListArray(list, count, new ArrowBuffer(MemoryMarshal.AsBytes(offsets.AsSpan()).ToArray()), Boxed(list.ValueDataType, items.Count, i => items[i]), bitmap, missing);
        }

        IArrowArray Number(ArrowBuffer bitmap, int missing)
        {
            var width = ((FixedWidthType)type).BitWidth / 8;
            var bytes = new byte[count * width];
            for (var i = 0; i < count; i++)
            {
                var slot = bytes.AsSpan(i * width, width);
                switch (at(i))
                {
                    case null: break;
                    case sbyte v: slot[0] = (byte)v; break;
                    case byte v: slot[0] = v; break;
                    case short v: MemoryMarshal.Write(slot, v); break;
                    case ushort v: MemoryMarshal.Write(slot, v); break;
                    case int v: MemoryMarshal.Write(slot, v); break;
                    case uint v: MemoryMarshal.Write(slot, v); break;
                    case long v: MemoryMarshal.Write(slot, v); break;
                    case ulong v: MemoryMarshal.Write(slot, v); break;
                    case float v: MemoryMarshal.Write(slot, v); break;
                    case double v: MemoryMarshal.Write(slot, v); break;
                    default: throw Unread();
                }
            }
            return ArrowArrayFactory.BuildArray(new ArrayData(type, count, missing, 0, [bitmap, new ArrowBuffer(bytes)]));
        }
    }

    /// <summary>Ticks in another unit: times the factor, or divided by it where it is negative.</summary>
    private static long Scaled(long ticks, long factor) => factor > 0 ? checked(ticks * factor) : Math.DivRem(ticks, -factor) is var (quotient, rest) && rest < 0 ? quotient - 1 : quotient;

    private static (ArrowBuffer Bitmap, int Missing) Bitmap(int count, Func<int, bool> isMissing)
    {
        var bits = new byte[(count + 7) / 8];
        var missing = 0;
        for (var i = 0; i < count; i++)
        {
            if (isMissing(i))
                missing++;
            else
                bits[i >> 3] |= (byte)(1 << (i & 7));
        }
        return missing == 0 ? (ArrowBuffer.Empty, 0) : (new(bits), missing);
    }
}
