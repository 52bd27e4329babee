using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Cairn.Catalog.Records;

/// <summary>Creates ids of records: version 7 UUIDs that always increase within a process, even if the clock is set back.</summary>
/// <param name="time">The clock.</param>
/// <param name="random">What the random bits are taken from, for tests that repeat a run; null for secure random numbers.</param>
/// <remarks><see cref="Guid.CreateVersion7()"/> fills the bits below the millisecond at random, so that ids of one millisecond are not in order; here they count. Thread-safe.</remarks>
internal sealed class RecordId(TimeProvider time, Random? random = null)
{
    private readonly Lock _lock = new();
    private long _last;

    /// <summary>Creates the next id, which is greater than another one too.</summary>
    public Guid NextAfter(Guid other)
    {
        Span<byte> bytes = stackalloc byte[16];
        other.TryWriteBytes(bytes, bigEndian: true, out _);
        var first = BinaryPrimitives.ReadInt64BigEndian(bytes);
        lock (_lock)
            _last = Math.Max(_last, (first >> 16 << 12) | (first & 0xFFF));
        return Next();
    }

    /// <summary>Creates the next id.</summary>
    public Guid Next()
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds() << 12;
        long value;
        lock (_lock)
            value = _last = Math.Max(now, _last + 1);
        Span<byte> bytes = stackalloc byte[16];
        if (random is null)
            RandomNumberGenerator.Fill(bytes[8..]);
        else
            random.NextBytes(bytes[8..]);
        // 48 bits of milliseconds, the version, 12 bits that count within the millisecond, the variant, 62 random bits (RFC 9562, section 5.7).
        BinaryPrimitives.WriteUInt64BigEndian(bytes, ((ulong)value >> 12 << 16) | 0x7000 | ((ulong)value & 0xFFF));
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new(bytes, bigEndian: true);
    }
}
