using Apache.Arrow;
using Apache.Arrow.Arrays;

namespace Cairn.Formats.Tests;

/// <summary>The values of Arrow arrays as text, to be compared.</summary>
internal static class ArrowText
{
    public static string Of(IArrowArray array) => string.Concat(Enumerable.Range(0, array.Length).Select(i => At(array, i) + "|"));

    private static string At(IArrowArray array, int i) => array.IsNull(i) ? "null" : array switch
    {
        ListArray a => $"[{Of(a.GetSlicedValues(i))}]",
        StructArray a => $"{{{string.Concat(a.Fields.Select(f => At(f, i) + ","))}}}",
        StringArray a => a.GetString(i),
        BinaryArray a => Convert.ToHexString(a.GetBytes(i)),
        BooleanArray a => $"{a.GetValue(i)}",
        Int32Array a => $"{a.GetValue(i)}",
        Int64Array a => $"{a.GetValue(i)}",
        DoubleArray a => $"{a.GetValue(i)}",
        TimestampArray a => $"{a.Values[i]}",
        Decimal128Array a => $"{a.GetValue(i)}",
        Date32Array a => $"{a.GetValue(i)}",
        Time64Array a => $"{a.GetValue(i)}",
        FixedSizeBinaryArray a => Convert.ToHexString(a.GetBytes(i)),
        _ => array.GetType().GetMethod("GetValue", [typeof(int)])!.Invoke(array, [i])!.ToString()!,
    };
}
