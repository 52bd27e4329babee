using System.Globalization;

namespace Cairn;

/// <summary>A checksum of an object's whole content.</summary>
/// <param name="Algorithm">The algorithm's usual name in lower case: <c>sha256</c>, <c>md5</c>, <c>crc32c</c>, <c>crc64nvme</c>.</param>
/// <param name="Hex">The value in lower-case hexadecimal, most significant byte first.</param>
public sealed record Checksum(string Algorithm, string Hex)
{
    /// <summary>The name of SHA-256, the algorithm of Cairn's own digests.</summary>
    public const string Sha256 = "sha256";

    /// <summary>The name of CRC-32C (Castagnoli, RFC 3720), which readers check by themselves where a store keeps it: it costs them next to nothing.</summary>
    public const string Crc32C = "crc32c";

    /// <summary>Makes a checksum of a CRC-32C value.</summary>
    public static Checksum FromCrc32C(uint value) => new(Crc32C, value.ToString("x8", CultureInfo.InvariantCulture));

    /// <summary>Makes a checksum from its bytes.</summary>
    public static Checksum FromBytes(string algorithm, ReadOnlySpan<byte> value) => new(algorithm, Convert.ToHexStringLower(value));

    /// <summary><c>algorithm:hex</c>, as OCI digests are written.</summary>
    public override string ToString() => $"{Algorithm}:{Hex}";
}
