using Apache.Arrow;
using Apache.Arrow.Arrays;
using Apache.Arrow.Types;

namespace Cairn.Formats.Parquet.Arrow;

/// <summary>Single values of Arrow arrays, as the types that columns are written from: lists as arrays of objects, and structs too.</summary>
internal static class ArrowValues
{
    /// <summary>A value, or null.</summary>
    /// <exception cref="InvalidDataException">It is a time with digits below 100 ns, which no .NET value has.</exception>
    public static object? At(IArrowArray array, int i) => array.IsNull(i) ? null : array switch
    {
        BooleanArray a => a.GetValue(i),
        Int8Array a => a.Values[i],
        Int16Array a => a.Values[i],
        Int32Array a => a.Values[i],
        Int64Array a => a.Values[i],
        UInt8Array a => a.Values[i],
        UInt16Array a => a.Values[i],
        UInt32Array a => a.Values[i],
        UInt64Array a => a.Values[i],
        FloatArray a => a.Values[i],
        DoubleArray a => a.Values[i],
        StringArray a => a.GetString(i),
        LargeStringArray a => a.GetString(i),
        StringViewArray a => a.GetString(i),
        Decimal128Array a => a.GetValue(i),
        FixedSizeBinaryArray a => a.GetBytes(i).ToArray(),
        BinaryArray a => a.GetBytes(i).ToArray(),
        LargeBinaryArray a => a.GetBytes(i).ToArray(),
        BinaryViewArray a => a.GetBytes(i).ToArray(),
        Date32Array a => a.GetDateOnly(i),
        Date64Array a => a.GetDateOnly(i),
        Time32Array a => new TimeOnly(a.Values[i] * (((Time32Type)a.Data.DataType).Unit == TimeUnit.Second ? TimeSpan.TicksPerSecond : TimeSpan.TicksPerMillisecond)),
        Time64Array a => new TimeOnly(((Time64Type)a.Data.DataType).Unit == TimeUnit.Microsecond ? a.Values[i] * 10 : Ticks(a.Values[i])),
        TimestampArray a => Instant((TimestampType)a.Data.DataType, a.Values[i]),
        DictionaryArray a => At(a.Dictionary, Index(a.Indices, i)),
        ListArray a => Slice(a.Values, a.ValueOffsets[i], a.ValueOffsets[i + 1]),
        FixedSizeListArray a => Slice(a.Values, i * ((FixedSizeListType)a.Data.DataType).ListSize, (i + 1) * ((FixedSizeListType)a.Data.DataType).ListSize),
        StructArray a => a.Fields.Select(f => At(f, i)).ToArray(),
        _ => throw new NotSupportedException($"values of the Arrow type {array.Data.DataType.Name} are not written to a Parquet column"),
    };

    private static object?[] Slice(IArrowArray values, int from, int to)
    {
        var items = new object?[to - from];
        for (var i = 0; i < items.Length; i++)
            items[i] = At(values, from + i);
        return items;
    }

    private static int Index(IArrowArray indices, int i) => indices switch
    {
        Int8Array a => a.Values[i],
        Int16Array a => a.Values[i],
        Int32Array a => a.Values[i],
        Int64Array a => checked((int)a.Values[i]),
        UInt8Array a => a.Values[i],
        UInt16Array a => a.Values[i],
        UInt32Array a => checked((int)a.Values[i]),
        _ => throw new NotSupportedException($"dictionaries with indices of the Arrow type {indices.Data.DataType.Name} are not read"),
    };

    private static object Instant(TimestampType type, long value)
    {
        var ticks = type.Unit switch
        {
            TimeUnit.Second => checked(value * TimeSpan.TicksPerSecond),
            TimeUnit.Millisecond => checked(value * TimeSpan.TicksPerMillisecond),
            TimeUnit.Microsecond => checked(value * 10),
            _ => Ticks(value),
        };
        var instant = DateTime.UnixEpoch.AddTicks(ticks);
        return string.IsNullOrEmpty(type.Timezone) ? DateTime.SpecifyKind(instant, DateTimeKind.Unspecified) : new DateTimeOffset(instant);
    }

    private static long Ticks(long nanoseconds) => nanoseconds % 100 == 0
        ? nanoseconds / 100
        : throw new InvalidDataException($"a time of {nanoseconds} nanoseconds has digits below 100 ns, which would be lost; cut them off first");
}
