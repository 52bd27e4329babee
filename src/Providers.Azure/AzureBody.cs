using System.Security.Cryptography;
using Cairn.Providers;
using Cairn.Streams;

namespace Cairn.Providers.Azure;

/// <summary>
/// The body of a response. An early end is an error. A whole blob is checked against its MD5, if only that is known, before its last bytes are returned. A
/// CRC-32C is verified by the façade.
/// </summary>
internal sealed class AzureBody : ReadOnlyStream
{
    private readonly Stream _content;
    private readonly Checksum? _expected;
    private readonly IncrementalHash? _md5;
    private long _left;

    /// <param name="content">The content.</param>
    /// <param name="length">The expected number of bytes.</param>
    /// <param name="expected">The expected checksum, or null if it is unknown.</param>
    public AzureBody(Stream content, long length, Checksum? expected)
    {
        (_content, _left, _expected) = (content, length, expected);
        if (expected is { Algorithm: "md5" })
            _md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left == 0 || buffer.IsEmpty)
            return 0;
        var read = await _content.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken).ConfigureAwait(false);
        return Took(buffer.Span[..read]);
    }

    public override int Read(Span<byte> buffer)
    {
        if (_left == 0 || buffer.IsEmpty)
            return 0;
        var read = _content.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
        return Took(buffer[..read]);
    }

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
        _md5?.AppendData(bytes);
        if (_left == 0 && _md5 is not null && Checksum.FromBytes("md5", _md5.GetCurrentHash()) is var found && found != _expected)
            throw new StoreException(StoreErrorCode.IntegrityFailure, $"the received content has the checksum {found}, but {_expected} was written");
        return bytes.Length;
    }
}
