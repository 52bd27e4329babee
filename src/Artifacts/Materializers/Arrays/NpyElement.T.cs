using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cairn.Materializers.Arrays;

internal sealed class NpyElement<T>(string code) : NpyElement
    where T : unmanaged
{
    public override string Code => code;

    public override int Size => Unsafe.SizeOf<T>();

    // Flat bytes are served as bytes.
    public override IReadOnlyList<Type> Types { get; } = typeof(T) == typeof(byte)
        ? [typeof(T[,]), typeof(T[,,]), typeof(NdArray<T>)]
        : [typeof(T[]), typeof(T[,]), typeof(T[,,]), typeof(Memory<T>), typeof(ReadOnlyMemory<T>), typeof(NdArray<T>)];

    public override IReadOnlyList<int> ShapeOf(object value) => value switch
    {
        NdArray array => array.Shape,
        Memory<T> memory => [memory.Length],
        ReadOnlyMemory<T> memory => [memory.Length],
        Array array => [.. Enumerable.Range(0, array.Rank).Select(array.GetLength)],
        _ => throw new ArgumentException($"{TypeNames.Of(value.GetType())} is not an array of numbers.", nameof(value)),
    };

    public override async ValueTask WriteAsync(object value, Stream stream, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(NpyHeader.Write(code, Unsafe.SizeOf<T>(), ShapeOf(value)), cancellationToken).ConfigureAwait(false);
        foreach (var window in ElementBytes<T>.Of(ElementsOf(value)))
            await stream.WriteAsync(window, cancellationToken).ConfigureAwait(false);
    }

    public override long LengthOf(object value) => NpyHeader.Write(code, Unsafe.SizeOf<T>(), ShapeOf(value)).Length + ((long)ElementsOf(value).Length * Unsafe.SizeOf<T>());

    public override async ValueTask<NdArray> ReadAsync(NpyHeader header, long bytes, Stream stream, CancellationToken cancellationToken)
    {
        // Before anything is allocated: the bytes are there.
        var expected = (long)header.Count * Unsafe.SizeOf<T>();
        if (expected != bytes)
            throw new InvalidDataException($"its header announces {expected} bytes of elements, but the file has {bytes}");
        var data = GC.AllocateUninitializedArray<T>(header.Count);
        foreach (var window in ElementBytes<T>.Of(data))
            await stream.ReadExactlyAsync(window, cancellationToken).ConfigureAwait(false);
        if (header.IsBigEndian == BitConverter.IsLittleEndian)
            Reverse(data);
        return new NdArray<T>(header.IsFortranOrder ? ToCOrder(data, header.Shape) : data, header.Shape);
    }

    public override object As(NdArray array, Type type)
    {
        var data = ((NdArray<T>)array).Data;
        var shape = array.Shape;
        if (type == typeof(NdArray<T>) || type == typeof(NdArray))
            return array;
        if (type == typeof(T[,]))
            return Fill(new T[Rank(2)[0], shape[1]], data);
        if (type == typeof(T[,,]))
            return Fill(new T[Rank(3)[0], shape[1], shape[2]], data);
        Rank(1);
        if (type == typeof(Memory<T>))
            return new Memory<T>(data);
        return type == typeof(ReadOnlyMemory<T>) ? (object)new ReadOnlyMemory<T>(data) : data;

        IReadOnlyList<int> Rank(int rank) => shape.Count == rank ? shape
            : throw new InvalidDataException($"it has the shape ({string.Join(", ", shape)}), which is not of rank {rank}; load it as {TypeNames.Of(typeof(NdArray<T>))}");
    }

    private static Array Fill(Array target, T[] data)
    {
        data.CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(target)), data.Length));
        return target;
    }

    private static Memory<T> ElementsOf(object value) => value switch
    {
        T[] array => array,
        NdArray<T> array => array.Data,
        Memory<T> memory => memory,
        ReadOnlyMemory<T> memory => MemoryMarshal.AsMemory(memory),
        _ => new ArrayElements<T>((Array)value).Memory,
    };

    private static void Reverse(T[] data)
    {
        var bytes = MemoryMarshal.AsBytes(data.AsSpan());
        switch (Unsafe.SizeOf<T>())
        {
            case 2:
                var shorts = MemoryMarshal.Cast<byte, ushort>(bytes);
                BinaryPrimitives.ReverseEndianness(shorts, shorts);
                break;
            case 4:
                var ints = MemoryMarshal.Cast<byte, uint>(bytes);
                BinaryPrimitives.ReverseEndianness(ints, ints);
                break;
            case 8 or 16:
                var longs = MemoryMarshal.Cast<byte, ulong>(bytes);
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
        }
    }

    /// <summary>From the first index running fastest to the last.</summary>
    private static T[] ToCOrder(T[] data, int[] shape)
    {
        var result = GC.AllocateUninitializedArray<T>(data.Length);
        var index = new int[shape.Length];
        var strides = new int[shape.Length];
        for (int i = 0, stride = 1; i < shape.Length; stride *= shape[i++])
            strides[i] = stride;
        for (int at = 0, from = 0; at < result.Length; at++)
        {
            result[at] = data[from];
            for (var i = shape.Length - 1; i >= 0; i--)
            {
                from += strides[i];
                if (++index[i] < shape[i])
                    break;
                from -= strides[i] * shape[i];
                index[i] = 0;
            }
        }
        return result;
    }
}
