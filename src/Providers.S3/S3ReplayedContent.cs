using System.Net;
using Cairn.Streams;

namespace Cairn.Providers.S3;

/// <summary>An answer's body of which the head has been read: the head again, then the rest.</summary>
internal sealed class S3ReplayedContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly Stream _body;

    public S3ReplayedContent(HttpContent inner, byte[] head, Stream rest)
    {
        (_inner, _body) = (inner, new Replayed(head, rest));
        foreach (var (name, values) in inner.Headers.NonValidated)
            Headers.TryAddWithoutValidation(name, values);
    }

    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult(_body);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => _body.CopyToAsync(stream);

    protected override bool TryComputeLength(out long length)
    {
        length = _inner.Headers.ContentLength ?? 0;
        return _inner.Headers.ContentLength is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _body.Dispose();
            _inner.Dispose();
        }
        base.Dispose(disposing);
    }

    private sealed class Replayed(byte[] head, Stream rest) : ReadOnlyStream
    {
        private int _taken;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_taken == head.Length)
                return rest.ReadAsync(buffer, cancellationToken);
            var count = Math.Min(buffer.Length, head.Length - _taken);
            head.AsSpan(_taken, count).CopyTo(buffer.Span);
            _taken += count;
            return new(count);
        }

        public override int Read(Span<byte> buffer)
        {
            if (_taken == head.Length)
                return rest.Read(buffer);
            var taken = Math.Min(buffer.Length, head.Length - _taken);
            head.AsSpan(_taken, taken).CopyTo(buffer);
            _taken += taken;
            return taken;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                rest.Dispose();
            base.Dispose(disposing);
        }
    }
}
