using System.Buffers.Binary;
using System.Numerics;

namespace Cairn.TestServers.Gcs;

/// <summary>The Castagnoli CRC as Cloud Storage writes it: base64 of four bytes, big-endian.</summary>
public static class Crc32C
{
    private const uint Polynomial = 0x82F63B78;

    /// <summary>Continues <paramref name="crc"/> (0 for the first call) over <paramref name="data"/>.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        uint state = ~crc;
        while (data.Length >= 8)
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[8..];
        }
        foreach (byte value in data) state = BitOperations.Crc32C(state, value);
        return ~state;
    }

    /// <summary>The CRC of a first part followed by a second part of <paramref name="secondLength"/> bytes.</summary>
    public static uint Combine(uint first, uint second, long secondLength)
    {
        // Appending a zero byte is a linear map over GF(2); its powers by squaring append any number of them.
        if (secondLength == 0) return first;
        Span<uint> even = stackalloc uint[32];
        Span<uint> odd = stackalloc uint[32];
        odd[0] = Polynomial;
        for (int bit = 1; bit < 32; bit++) odd[bit] = 1u << (bit - 1);
        Square(even, odd);
        Square(odd, even);
        do
        {
            Square(even, odd);
            if ((secondLength & 1) != 0) first = Times(even, first);
            secondLength >>= 1;
            if (secondLength == 0) break;
            Square(odd, even);
            if ((secondLength & 1) != 0) first = Times(odd, first);
            secondLength >>= 1;
        } while (secondLength != 0);
        return first ^ second;
    }

    /// <summary>The form in which the service writes it.</summary>
    public static string ToBase64(uint crc)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, crc);
        return Convert.ToBase64String(bytes);
    }

    private static uint Times(ReadOnlySpan<uint> matrix, uint vector)
    {
        uint sum = 0;
        for (int row = 0; vector != 0; vector >>= 1, row++)
            if ((vector & 1) != 0) sum ^= matrix[row];
        return sum;
    }

    private static void Square(Span<uint> square, ReadOnlySpan<uint> matrix)
    {
        for (int row = 0; row < 32; row++) square[row] = Times(matrix, matrix[row]);
    }
}
