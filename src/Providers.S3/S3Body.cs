using Amazon.Runtime.Internal.Util;
using Amazon.S3.Model;
using Cairn.Streams;

namespace Cairn.Providers.S3;

/// <summary>The body of a response. An early end is an error, and disposal closes the connection without reading the rest.</summary>
/// <remarks>
/// It reads below the SDK's wrapper, which would compute the MD5 of single-part objects and has no option to disable that. The CRC-32C of the object is
/// verified by the façade at a sixth of the cost.
/// </remarks>
internal sealed class S3Body(GetObjectResponse response, long length) : ReadOnlyStream
{
    private readonly Stream _inner = response.ResponseStream is WrapperStream wrapper ? wrapper.GetNonWrapperBaseStream() : response.ResponseStream;
    private long _left = length;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left == 0 || buffer.IsEmpty)
            return 0;
        return Took(await _inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken).ConfigureAwait(false));
    }

    public override int Read(Span<byte> buffer) => _left == 0 || buffer.IsEmpty ? 0 : Took(_inner.Read(buffer[..(int)Math.Min(buffer.Length, _left)]));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            response.Dispose();
        }
        base.Dispose(disposing);
    }

    private int Took(int read)
    {
        if (read == 0)
            throw new EndOfStreamException($"The body ended {_left} bytes early.");
        _left -= read;
        return read;
    }
}
