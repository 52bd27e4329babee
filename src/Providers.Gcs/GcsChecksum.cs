using System.Buffers.Binary;
using System.Globalization;

namespace Cairn.Providers.Gcs;

/// <summary>CRC-32C between the forms of the service (Base64) and of Cairn (hexadecimal).</summary>
internal static class GcsChecksum
{
    private const string Algorithm = "crc32c";

    public static Checksum Of(uint crc) => new(Algorithm, crc.ToString("x8", CultureInfo.InvariantCulture));

    public static Checksum? FromBase64(string? text) => Read(text) is { } crc ? Of(crc) : null;

    /// <summary>Reads the service's form; null when there is none.</summary>
    public static uint? Read(string? text)
    {
        Span<byte> bytes = stackalloc byte[6];
        return text is { Length: 8 } && Convert.TryFromBase64String(text, bytes, out var count) && count == sizeof(uint) ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : null;
    }

    /// <summary>Reads it from the values of <c>x-goog-hash</c>: <c>crc32c=…,md5=…</c>, also in several headers.</summary>
    public static uint? FromHashHeader(IEnumerable<string> values)
    {
        foreach (var pair in values.SelectMany(v => v.Split(',', StringSplitOptions.TrimEntries)))
        {
            if (pair.StartsWith("crc32c=", StringComparison.Ordinal))
                return Read(pair[7..]);
        }
        return null;
    }
}
