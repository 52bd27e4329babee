using System.IO.Hashing;
using System.Security.Cryptography;
using Cairn.Errors;

namespace Cairn.Reading;

/// <summary>Verifies the checksum of bytes that are read sequentially, regardless of the sizes of the reads and of repeated reads.</summary>
/// <remarks>Skipping bytes ends the check: the result is then unknown, and <see cref="Observe"/> always succeeds.</remarks>
internal sealed class SequentialDigest : IDisposable
{
    private readonly IncrementalHash? _hash;
    private readonly Crc32? _crc;
    private readonly Checksum _expected;
    private readonly long _length;
    private long _next;
    private Checksum? _actual;

    /// <summary>Initializes a new instance.</summary>
    /// <exception cref="ArgumentException">The algorithm is not <c>sha256</c>, <c>sha512</c>, <c>sha1</c>, <c>md5</c> or <c>crc32c</c>.</exception>
    public SequentialDigest(Checksum expected, long length)
    {
        _expected = expected;
        _length = length;
        if (expected.Algorithm == Checksum.Crc32C)
            _crc = Crc32C.Begin();
        else
            _hash = IncrementalHash.CreateHash(NameOf(expected));
    }

    /// <summary>Gets the digest of all bytes after they have been read in order; otherwise, null.</summary>
    public Checksum? Actual => _actual;

    /// <summary>Refuses a checksum with an unsupported algorithm.</summary>
    public static void Validate(Checksum expected)
    {
        if (expected.Algorithm != Checksum.Crc32C)
            NameOf(expected);
    }

    /// <summary>Processes bytes that were read at an offset.</summary>
    /// <returns>false if the last byte has been read and the digest does not match.</returns>
    public bool Observe(long offset, ReadOnlySpan<byte> bytes)
    {
        if (_actual is null && offset <= _next && offset + bytes.Length is var end && (end > _next || end == _length))
        {
            Append(bytes[(int)Math.Min(_next - offset, bytes.Length)..]);
            _next = Math.Max(_next, end);
            if (_next == _length)
                _actual = _crc is not null ? Checksum.FromCrc32C(_crc.GetCurrentHashAsUInt32()) : Checksum.FromBytes(_expected.Algorithm, _hash!.GetHashAndReset());
        }
        return _actual is null || _actual == _expected || offset + bytes.Length < _length;
    }

    public void Dispose() => _hash?.Dispose();

    private void Append(ReadOnlySpan<byte> bytes)
    {
        _crc?.Append(bytes);
        _hash?.AppendData(bytes);
    }

    private static HashAlgorithmName NameOf(Checksum expected) => expected.Algorithm switch
    {
        Checksum.Sha256 => HashAlgorithmName.SHA256,
        "sha512" => HashAlgorithmName.SHA512,
        "sha1" => HashAlgorithmName.SHA1,
        "md5" => HashAlgorithmName.MD5,
        _ => throw new ArgumentException($"'{ErrorText.Escape(expected.Algorithm)}' cannot be checked while reading: sha256, sha512, sha1, md5 and crc32c can.", nameof(expected)),
    };
}
