using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace Cairn.Formats.Arrow;

/// <summary>
/// Checks that the buffers of a batch match its arrays: the library does not validate lengths and offsets, and reading the values would fail later.
/// </summary>
internal static class ArrowCheck
{
    /// <summary>Checks a batch.</summary>
    /// <exception cref="InvalidDataException">A buffer is too short, or an offset is outside it.</exception>
    public static RecordBatch Checked(RecordBatch batch)
    {
        for (var i = 0; i < batch.ColumnCount; i++)
        {
            if (batch.Column(i).Length != batch.Length)
                throw Wrong(batch.Schema.FieldsList[i].Name, $"it has {batch.Column(i).Length} values for {batch.Length} rows");
            Check(batch.Schema.FieldsList[i].Name, batch.Column(i).Data);
        }
        return batch;
    }

    private static void Check(string name, ArrayData data)
    {
        var end = (long)data.Offset + data.Length;
        if (data.Length < 0 || data.Offset < 0)
            throw Wrong(name, $"it announces {data.Length} values");
        if (data.Length == 0)
            return;
        if (data.Buffers.Length > 0 && data.Buffers[0].Length > 0)
            Need(data.Buffers[0].Length * 8L, end);
        switch (data.DataType)
        {
            case StringType or BinaryType:
                Offsets<int>(data.Buffers[2].Length);
                break;
            case LargeStringType or LargeBinaryType:
                Offsets<long>(data.Buffers[2].Length);
                break;
            case ListType or MapType:
                Offsets<int>(data.Children[0].Length);
                break;
            case LargeListType:
                Offsets<long>(data.Children[0].Length);
                break;
            case FixedSizeListType list:
                Need(data.Children[0].Length, end * list.ListSize);
                break;
            case StructType:
                foreach (var child in data.Children)
                    Need(child.Length, end);
                break;
            case FixedWidthType type:
                Need(data.Buffers[1].Length * 8L, end * type.BitWidth);
                break;
        }
        foreach (var child in data.Children ?? [])
            Check(name, child);
        if (data.Dictionary is { } dictionary)
            Check(name, dictionary);

        void Need(long there, long needed)
        {
            if (there < needed)
                throw Wrong(name, "a buffer of it is too short");
        }

        void Offsets<T>(long limit)
            where T : unmanaged, System.Numerics.IBinaryInteger<T>
        {
            var offsets = MemoryMarshal.Cast<byte, T>(data.Buffers[1].Span);
            Need(offsets.Length, end + 1);
            offsets = offsets.Slice(data.Offset, data.Length + 1);
            var last = T.Zero;
            foreach (var offset in offsets)
            {
                if (offset < last)
                    throw Wrong(name, "its offsets go back");
                last = offset;
            }
            if (long.CreateChecked(last) > limit)
                throw Wrong(name, $"its offsets lead to {last}, beyond the limit of {limit}");
        }
    }

    private static InvalidDataException Wrong(string name, string reason) => new($"column '{ShownText.Of(name)}': {reason}");
}
