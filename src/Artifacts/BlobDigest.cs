using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Cairn.Errors;
using Cairn.TextConverters;

namespace Cairn.Artifacts;

/// <summary>The SHA-256 of a blob, which is its address, or of a manifest, which is the identity of its artifact. The text is <c>sha256:</c> and 64 digits.</summary>
[TypeConverter(typeof(TextTypeConverter<BlobDigest>)), JsonConverter(typeof(TextJsonConverter<BlobDigest>))]
public readonly record struct BlobDigest : IComparable<BlobDigest>, IParsable<BlobDigest>
{
    private const string Prefix = "sha256:";
    private readonly ulong _a, _b, _c, _d;

    private BlobDigest(ReadOnlySpan<byte> bytes) => (_a, _b, _c, _d) = (
        BinaryPrimitives.ReadUInt64BigEndian(bytes),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]));

    /// <summary>Gets the 64 digits.</summary>
    public string Hex => $"{_a:x16}{_b:x16}{_c:x16}{_d:x16}";

    /// <summary>Gets the digest as a checksum.</summary>
    public Checksum Checksum => new(Checksum.Sha256, Hex);

    /// <summary>Computes the digest of data.</summary>
    public static BlobDigest Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return new(hash);
    }

    /// <summary>Creates a digest from its 32 bytes.</summary>
    internal static BlobDigest FromBytes(ReadOnlySpan<byte> bytes) => new(bytes);

    /// <summary>Creates a digest from a SHA-256 checksum.</summary>
    /// <exception cref="FormatException">The checksum is not a SHA-256.</exception>
    public static BlobDigest From(Checksum checksum)
    {
        ArgumentNullException.ThrowIfNull(checksum);
        return Parse(checksum.ToString());
    }

    /// <summary>Parses <c>sha256:…</c>.</summary>
    /// <exception cref="FormatException">The text is not a digest.</exception>
    public static BlobDigest Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var digest) ? digest : throw new FormatException($"'{ErrorText.Escape(text)}' is not a digest: sha256: and 64 lower-case hexadecimal digits.");
    }

    /// <summary>Tries to parse <c>sha256:…</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out BlobDigest digest)
    {
        digest = default;
        return text is not null && text.StartsWith(Prefix, StringComparison.Ordinal) && TryParseHex(text.AsSpan(Prefix.Length), out digest);
    }

    static BlobDigest IParsable<BlobDigest>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<BlobDigest>.TryParse(string? s, IFormatProvider? provider, out BlobDigest result) => TryParse(s, out result);

    /// <inheritdoc/>
    public int CompareTo(BlobDigest other) => (_a, _b, _c, _d).CompareTo((other._a, other._b, other._c, other._d));

    /// <summary>Compares two digests by value.</summary>
    public static bool operator <(BlobDigest left, BlobDigest right) => left.CompareTo(right) < 0;

    /// <summary>Compares two digests by value.</summary>
    public static bool operator >(BlobDigest left, BlobDigest right) => left.CompareTo(right) > 0;

    /// <summary>Compares two digests by value.</summary>
    public static bool operator <=(BlobDigest left, BlobDigest right) => left.CompareTo(right) <= 0;

    /// <summary>Compares two digests by value.</summary>
    public static bool operator >=(BlobDigest left, BlobDigest right) => left.CompareTo(right) >= 0;

    /// <summary>Returns <c>sha256:</c> followed by the digits.</summary>
    public override string ToString() => Prefix + Hex;

    /// <summary>Writes the 32 bytes of the digest.</summary>
    internal void CopyTo(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt64BigEndian(target, _a);
        BinaryPrimitives.WriteUInt64BigEndian(target[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(target[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(target[24..], _d);
    }

    internal static bool TryParseHex(ReadOnlySpan<char> hex, out BlobDigest digest)
    {
        digest = default;
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        if (hex.Length != 64 || hex.ContainsAnyExcept("0123456789abcdef") || Convert.FromHexString(hex, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
            return false;
        digest = new(bytes);
        return true;
    }
}
