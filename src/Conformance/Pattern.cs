using System.Buffers.Binary;

namespace Cairn.Conformance;

/// <summary>
/// An unlimited sequence of bytes computed from a seed and a position, so that any section can be generated and checked without storing the rest.
/// </summary>
public static class Pattern
{
    /// <summary>Returns the first bytes of a pattern.</summary>
    public static byte[] Bytes(int length, int seed = 1, long offset = 0)
    {
        var bytes = new byte[length];
        Fill(bytes, seed, offset);
        return bytes;
    }

    /// <summary>Fills a buffer with the bytes of a pattern from an offset.</summary>
    public static void Fill(Span<byte> buffer, int seed, long offset)
    {
        Span<byte> word = stackalloc byte[8];
        while (!buffer.IsEmpty)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, Mix(((ulong)(uint)seed << 48) ^ (ulong)(offset / 8)));
            var part = word[(int)(offset % 8)..];
            if (part.Length > buffer.Length)
                part = part[..buffer.Length];
            part.CopyTo(buffer);
            buffer = buffer[part.Length..];
            offset += part.Length;
        }
    }

    /// <summary>Returns the first position at which a buffer differs from a pattern, or -1 if there is none.</summary>
    public static int FirstDifference(ReadOnlySpan<byte> buffer, int seed, long offset)
    {
        Span<byte> expected = stackalloc byte[512];
        for (var at = 0; at < buffer.Length; at += expected.Length)
        {
            var part = buffer[at..Math.Min(buffer.Length, at + expected.Length)];
            Fill(expected[..part.Length], seed, offset + at);
            if (part.CommonPrefixLength(expected) is var common && common < part.Length)
                return at + common;
        }
        return -1;
    }

    /// <summary>The final step of SplitMix64.</summary>
    private static ulong Mix(ulong n)
    {
        n += 0x9E3779B97F4A7C15;
        n = (n ^ (n >> 30)) * 0xBF58476D1CE4E5B9;
        n = (n ^ (n >> 27)) * 0x94D049BB133111EB;
        return n ^ (n >> 31);
    }
}
