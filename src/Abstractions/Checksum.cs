using System.Globalization;

namespace Cairn;

/// <summary>A checksum of the whole content of an object.</summary>
/// <param name="Algorithm">The usual name of the algorithm in lower case: <c>sha256</c>, <c>md5</c>, <c>crc32c</c>, <c>crc64nvme</c>.</param>
/// <param name="Hex">The value in lower-case hexadecimal, most significant byte first.</param>
public sealed record Checksum(string Algorithm, string Hex)
{
    /// <summary>The name of SHA-256, the algorithm of Cairn's digests.</summary>
    public const string Sha256 = "sha256";

    /// <summary>The name of CRC-32C (Castagnoli, RFC 3720). If a store keeps this checksum, readers verify it automatically, at negligible cost.</summary>
    public const string Crc32C = "crc32c";

    /// <summary>Creates a checksum from a CRC-32C value.</summary>
    public static Checksum FromCrc32C(uint value) => new(Crc32C, value.ToString("x8", CultureInfo.InvariantCulture));

    /// <summary>Creates a checksum from its bytes.</summary>
    public static Checksum FromBytes(string algorithm, ReadOnlySpan<byte> value) => new(algorithm, Convert.ToHexStringLower(value));

    /// <summary>Returns the form of OCI digests: <c>algorithm:hex</c>.</summary>
    public override string ToString() => $"{Algorithm}:{Hex}";
}
