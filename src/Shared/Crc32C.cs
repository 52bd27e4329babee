using System.Buffers.Binary;
using System.IO.Hashing;

namespace Cairn;

/// <summary>
/// CRC-32C (Castagnoli, RFC 3720), the checksum that object stores verify at the lowest cost. <see cref="Crc32"/> computes it; this class combines the
/// checksums of parts.
/// </summary>
internal static class Crc32C
{
    private const uint Polynomial = 0x82F63B78;

    /// <summary>Computes the checksum of data.</summary>
    public static uint Compute(ReadOnlySpan<byte> data) => Crc32.HashToUInt32(Crc32ParameterSet.Crc32C, data);

    /// <summary>Begins the incremental computation of a checksum.</summary>
    public static Crc32 Begin() => new(Crc32ParameterSet.Crc32C);

    /// <summary>Computes the checksum of <c>A</c> followed by <c>B</c> from their checksums and the length of <c>B</c>, in logarithmic time.</summary>
    /// <remarks>Appending <c>n</c> zero bytes multiplies by x to the power of <c>8n</c>.</remarks>
    public static uint Combine(uint a, uint b, long lengthOfB)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lengthOfB);
        // Bit 31 is the coefficient of 1.
        uint zeros = 1u << 31, square = 1u << (31 - 8);
        for (; lengthOfB != 0; lengthOfB >>= 1, square = Multiply(square, square))
        {
            if ((lengthOfB & 1) != 0)
                zeros = Multiply(zeros, square);
        }
        return Multiply(zeros, a) ^ b;
    }

    /// <summary>Returns a value in the form used by HTTP services: its four bytes, most significant first, in Base64.</summary>
    public static string ToBase64(uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return Convert.ToBase64String(bytes);
    }

    private static uint Multiply(uint a, uint b)
    {
        uint product = 0;
        for (; a != 0; a <<= 1)
        {
            if ((a & 1u << 31) != 0)
                product ^= b;
            b = (b & 1) != 0 ? (b >> 1) ^ Polynomial : b >> 1;
        }
        return product;
    }
}
