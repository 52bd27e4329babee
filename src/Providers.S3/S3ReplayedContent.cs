using Cairn.Streams;

namespace Cairn.Providers.S3;

/// <summary>An answer's body of which the head has been read: the head again, then the rest.</summary>
internal sealed class S3ReplayedContent(HttpContent inner, byte[] head, Stream rest) : S3PassedContent(inner)
{
    private readonly Stream _body = new Replayed(head, rest);

    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult(_body);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _body.Dispose();
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
