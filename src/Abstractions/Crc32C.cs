using System.Buffers.Binary;
using System.Numerics;

namespace Cairn;

/// <summary>CRC-32C (Castagnoli, RFC 3720), the checksum that object stores verify at the least cost: processors compute it in hardware.</summary>
public struct Crc32C
{
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
}
