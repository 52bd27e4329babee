using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Cairn.Catalog.Records;

/// <summary>Makes ids of records: version 7 UUIDs that never go back within a process, whatever the clock does.</summary>
/// <remarks><see cref="Guid.CreateVersion7()"/> fills the bits below the millisecond at random, so that ids of one millisecond are not in order; here they count. Thread-safe.</remarks>
internal sealed class RecordId(TimeProvider time)
{
    private readonly Lock _lock = new();
    private long _last;

    /// <summary>Gets the next id.</summary>
    /// <param name="notBefore">The least time of the id; for clocks that are known to be slow.</param>
    public Guid Next(DateTimeOffset? notBefore = null)
    {
        var now = (notBefore ?? time.GetUtcNow()).ToUnixTimeMilliseconds() << 12;
        long value;
        lock (_lock)
            value = _last = Math.Max(now, _last + 1);
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes[8..]);
        // 48 bits of milliseconds, the version, 12 bits that count within the millisecond, the variant, 62 random bits (RFC 9562, section 5.7).
        BinaryPrimitives.WriteUInt64BigEndian(bytes, ((ulong)value >> 12 << 16) | 0x7000 | ((ulong)value & 0xFFF));
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new(bytes, bigEndian: true);
    }
}
