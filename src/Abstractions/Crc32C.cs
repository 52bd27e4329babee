using System.Buffers.Binary;
using System.Numerics;

namespace Cairn;

/// <summary>CRC-32C (Castagnoli, RFC 3720), the checksum that object stores verify at the least cost: processors compute it in hardware.</summary>
public struct Crc32C
{
    /// <summary>How many bytes of each of three runs are taken at a time: the processor begins one step in each cycle, and ends it after three.</summary>
    private const int Run = 4096;

    private uint _state;

    /// <summary>The checksum of what has been appended; 0 for nothing.</summary>
    public readonly uint Value => _state;

    /// <summary>The checksum of some bytes.</summary>
    public static uint Compute(ReadOnlySpan<byte> data)
    {
        var crc = default(Crc32C);
        crc.Append(data);
        return crc.Value;
    }

    /// <summary>The checksum of <c>A</c> followed by <c>B</c>, from theirs and the length of <c>B</c>, in time that grows with the logarithm of the length.</summary>
    /// <remarks>Appending zero bytes is a linear map over GF(2); its powers are made by squaring (the method of zlib's crc32_combine, by Mark Adler).</remarks>
    public static uint Combine(uint a, uint b, long lengthOfB)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lengthOfB);
        if (a == 0)
            return b;
        Span<uint> odd = stackalloc uint[32], even = stackalloc uint[32];
        // The operator for one zero bit.
        odd[0] = 0x82F63B78;
        for (var i = 1; i < 32; i++)
            odd[i] = 1u << (i - 1);
        Square(even, odd);
        Square(odd, even);
        for (var n = lengthOfB; n > 0; n >>= 1)
        {
            Square(even, odd);
            if ((n & 1) != 0)
                a = Times(even, a);
            even.CopyTo(odd);
        }
        return a ^ b;
    }

    /// <summary>Adds bytes.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        var crc = ~_state;
        while (data.Length >= 3 * Run)
        {
            crc = OfThree(crc, data[..Run], data.Slice(Run, Run), data.Slice(2 * Run, Run));
            data = data[(3 * Run)..];
        }
        while (data.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[sizeof(ulong)..];
        }
        foreach (var value in data)
            crc = BitOperations.Crc32C(crc, value);
        _state = ~crc;
    }

    /// <summary>A value in the form in which HTTP services write it: its four bytes, most significant first, in Base64.</summary>
    public static string ToBase64(uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return Convert.ToBase64String(bytes);
    }

    private static uint OfThree(uint crc, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third)
    {
        uint b = 0, c = 0;
        for (var i = 0; i <= Run - sizeof(ulong); i += sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(first[i..]));
            b = BitOperations.Crc32C(b, BinaryPrimitives.ReadUInt64LittleEndian(second[i..]));
            c = BitOperations.Crc32C(c, BinaryPrimitives.ReadUInt64LittleEndian(third[i..]));
        }
        return Past(Past(crc) ^ b) ^ c;
    }

    /// <summary>A state after <see cref="Run"/> more bytes of zero, by its four bytes.</summary>
    private static uint Past(uint state)
    {
        var table = Zeros.Table;
        return table[state & 0xFF] ^ table[256 + (state >> 8 & 0xFF)] ^ table[512 + (state >> 16 & 0xFF)] ^ table[768 + (state >> 24)];
    }

    private static uint Times(ReadOnlySpan<uint> matrix, uint vector)
    {
        var sum = 0u;
        for (var i = 0; vector != 0; vector >>= 1, i++)
        {
            if ((vector & 1) != 0)
                sum ^= matrix[i];
        }
        return sum;
    }

    private static void Square(Span<uint> square, ReadOnlySpan<uint> matrix)
    {
        for (var i = 0; i < 32; i++)
            square[i] = Times(matrix, matrix[i]);
    }

    /// <summary>Made when the first large run comes.</summary>
    private static class Zeros
    {
        public static readonly uint[] Table = Make();

        private static uint[] Make()
        {
            var table = new uint[4 * 256];
            for (var at = 0; at < 4; at++)
            {
                for (var bit = 0; bit < 8; bit++)
                    table[at * 256 + (1 << bit)] = Combine(1u << 8 * at + bit, 0, Run);
                for (var value = 1; value < 256; value++)
                    table[at * 256 + value] = table[at * 256 + (value & (value - 1))] ^ table[at * 256 + (value & -value)];
            }
            return table;
        }
    }
}
