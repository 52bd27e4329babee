namespace Cairn.Providers.Gcs;

/// <summary>Parses the CRC-32C that the service keeps, in Base64.</summary>
internal static class GcsChecksum
{
    public static Checksum? FromBase64(string? text)
    {
        Span<byte> bytes = stackalloc byte[6];
        return text is { Length: 8 } && Convert.TryFromBase64String(text, bytes, out var count) && count == sizeof(uint) ? Checksum.FromBytes(Checksum.Crc32C, bytes[..count]) : null;
    }

    /// <summary>Parses the values of <c>x-goog-hash</c>: <c>crc32c=…,md5=…</c>, also in several headers.</summary>
    public static Checksum? FromHashHeader(IEnumerable<string> values)
    {
        foreach (var pair in values.SelectMany(v => v.Split(',', StringSplitOptions.TrimEntries)))
        {
            if (pair.StartsWith("crc32c=", StringComparison.Ordinal))
                return FromBase64(pair[7..]);
        }
        return null;
    }
}
