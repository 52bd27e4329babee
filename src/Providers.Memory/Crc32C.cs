using System.Buffers.Binary;
using System.Numerics;

namespace Cairn.Providers.Memory;

/// <summary>CRC-32C of parts that come in any order: each is summed on its own, and the sums are joined.</summary>
internal static class Crc32C
{
    private const uint Polynomial = 0x82F63B78;

    public static uint Of(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        for (; data.Length >= 8; data = data[8..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
        foreach (var b in data)
            crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    /// <summary>The sum of two runs of bytes from the sum of each: <paramref name="first"/> moved over the zeros that stand for the second, plus the second.</summary>
    public static uint Join(uint first, uint second, long secondLength) => Multiply(PowerOfX(8 * (ulong)secondLength), first) ^ second;

    public static Checksum ToChecksum(uint crc)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, crc);
        return Checksum.FromBytes("crc32c", bytes);
    }

    /// <summary>x to the power of <paramref name="n"/>, modulo the polynomial; bit 31 is the coefficient of 1.</summary>
    private static uint PowerOfX(ulong n)
    {
        uint result = 1u << 31, square = 1u << 30;
        for (; n != 0; n >>= 1, square = Multiply(square, square))
        {
            if ((n & 1) != 0)
                result = Multiply(result, square);
        }
        return result;
    }

    private static uint Multiply(uint a, uint b)
    {
        uint product = 0;
        for (var bit = 1u << 31; bit != 0; bit >>= 1)
        {
            if ((a & bit) != 0)
                product ^= b;
            b = (b & 1) != 0 ? (b >> 1) ^ Polynomial : b >> 1;
        }
        return product;
    }
}
