using System.Globalization;
using System.Security.Cryptography;

namespace Cairn.Providers.Azure;

/// <summary>An answer's body: an early end is an error, a whole blob is checked against its checksum before its last bytes are handed out.</summary>
internal sealed class AzureBody : Stream
{
    private readonly Stream _content;
    private readonly Checksum? _expected;
    private readonly IncrementalHash? _md5;
    private Crc32C _crc;
    private long _left;

    /// <param name="content">The bytes.</param>
    /// <param name="length">How many there must be.</param>
    /// <param name="expected">Their checksum; null where it is not known.</param>
    public AzureBody(Stream content, long length, Checksum? expected)
    {
        (_content, _left) = (content, length);
        _expected = expected is { Algorithm: "crc32c" or "md5" } ? expected : null;
        if (_expected is { Algorithm: "md5" })
            _md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left == 0 || buffer.IsEmpty)
            return 0;
        var read = await _content.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken).ConfigureAwait(false);
        return Took(buffer.Span[..read]);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (_left == 0 || count == 0)
            return 0;
        var read = _content.Read(buffer, offset, (int)Math.Min(count, _left));
        return Took(buffer.AsSpan(offset, read));
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _md5?.Dispose();
            _content.Dispose();
        }
        base.Dispose(disposing);
    }

    private int Took(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            throw new EndOfStreamException($"The body ended {_left} bytes early.");
        _left -= bytes.Length;
        if (_expected is null)
            return bytes.Length;
        if (_md5 is null)
            _crc.Append(bytes);
        else
            _md5.AppendData(bytes);
        if (_left == 0)
            Check();
        return bytes.Length;
    }

    private void Check()
    {
        var found = _md5 is null ? new Checksum("crc32c", _crc.Value.ToString("x8", CultureInfo.InvariantCulture)) : Checksum.FromBytes("md5", _md5.GetCurrentHash());
        if (found != _expected)
            throw new ArtifactStoreException(StoreErrorCode.IntegrityFailure, $"the bytes that arrived are {found}, and {_expected} was written");
    }
}
