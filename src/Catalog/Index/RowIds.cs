using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Cairn.Catalog.Index;

/// <summary>Ids of rows: 43 bits of milliseconds since 1970, and 20 bits that distinguish rows of one millisecond.</summary>
internal static class RowIds
{
    private const int TailBits = 20;

    /// <summary>The greatest id.</summary>
    public const long Max = long.MaxValue;

    /// <summary>The id to try first for a row: rows of one subject get the same on every machine, unless two share it.</summary>
    public static long Of(long microseconds, string subject) =>
        First(microseconds) | (long)(XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(subject)) & ((1 << TailBits) - 1));

    /// <summary>The id to try first for the row of a UUID of version 7: rows are in the order of their UUIDs, unless two share the first 74 bits.</summary>
    public static long Of(Guid uuid)
    {
        Span<byte> bytes = stackalloc byte[16];
        uuid.TryWriteBytes(bytes, bigEndian: true, out _);
        var (first, second) = (BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
        // Milliseconds; behind the version and the variant, the 20 bits that follow.
        return First((long)(first >> 16) * 1000) | (long)((first & 0xFFF) << 8 | (second >> 54 & 0xFF));
    }

    /// <summary>The low 40 bits of a UUID, which the short id of a run shows.</summary>
    public static long Tail(Guid uuid)
    {
        Span<byte> bytes = stackalloc byte[16];
        uuid.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadInt64BigEndian(bytes[8..]) & ((1L << 40) - 1);
    }

    /// <summary>The least id of a time.</summary>
    public static long First(long microseconds) => Math.Clamp(microseconds / 1000, 0, Max >> TailBits) << TailBits;
}
