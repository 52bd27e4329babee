using System.Buffers;
using System.Security.Cryptography;
using Cairn.Integrity;
using Cairn.Streams;

namespace Cairn.Artifacts;

/// <summary>Content that can be read repeatedly: an array or a file.</summary>
/// <param name="length">The length in bytes.</param>
/// <param name="isExact">false if the length may be different when the content is read, as for a file.</param>
/// <param name="write">Writes the whole content.</param>
internal sealed class RepeatableContent(long length, bool isExact, Func<Stream, CancellationToken, ValueTask> write)
{
    private const int CopyBuffer = 1 << 20;

    public long Length => length;

    public bool IsExact => isExact;

    /// <summary>Creates an instance for the rest of a seekable stream.</summary>
    public static RepeatableContent Of(Stream source)
    {
        var start = source.Position;
        return new(source.Length - start, isExact: false, async (target, cancellationToken) =>
        {
            source.Position = start;
            await source.CopyToAsync(target, CopyBuffer, cancellationToken).ConfigureAwait(false);
        });
    }

    public ValueTask WriteAsync(Stream target, CancellationToken cancellationToken) => write(target, cancellationToken);

    /// <summary>Computes the digest of the whole content.</summary>
    public async ValueTask<BlobDigest> HashAsync(CancellationToken cancellationToken)
    {
        var sink = new HashSink();
        await using var closing = sink.ConfigureAwait(false);
        await write(sink, cancellationToken).ConfigureAwait(false);
        return await sink.FinishAsync().ConfigureAwait(false);
    }

    /// <summary>Hashes what is written to it: large pieces where they are, small ones gathered and hashed meanwhile.</summary>
    private sealed class HashSink : WriteOnlyStream
    {
        private const int Gathered = 256 << 10;
        private const int InPlace = 4 << 20;
        private readonly OverlappedSha256 _hash = new();
        private readonly byte[][] _buffers = [ArrayPool<byte>.Shared.Rent(Gathered), ArrayPool<byte>.Shared.Rent(Gathered)];
        private ValueTask _hashing = ValueTask.CompletedTask;
        private int _current, _filled;
        private long _length;

        public override long Position { get => _length; set => throw new NotSupportedException(); }

        public async ValueTask<BlobDigest> FinishAsync()
        {
            await HandOverAsync().ConfigureAwait(false);
            await _hashing.ConfigureAwait(false);
            _hashing = ValueTask.CompletedTask;
            return BlobDigest.From(await _hash.FinishAsync().ConfigureAwait(false));
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _length += buffer.Length;
            if (buffer.Length > InPlace)
            {
                await HandOverAsync().ConfigureAwait(false);
                await _hash.AppendAsync(buffer).ConfigureAwait(false);
                return;
            }
            while (buffer.Length > 0)
            {
                var count = Math.Min(buffer.Length, Gathered - _filled);
                buffer.Span[..count].CopyTo(_buffers[_current].AsSpan(_filled));
                _filled += count;
                buffer = buffer[count..];
                if (_filled == Gathered)
                    await HandOverAsync().ConfigureAwait(false);
            }
        }

        public override async ValueTask DisposeAsync()
        {
            await _hash.DisposeAsync().ConfigureAwait(false);
            foreach (var buffer in _buffers)
                ArrayPool<byte>.Shared.Return(buffer);
            await base.DisposeAsync().ConfigureAwait(false);
        }

        /// <summary>Hashes the filled buffer while the other one is filled.</summary>
        private async ValueTask HandOverAsync()
        {
            await _hashing.ConfigureAwait(false);
            _hashing = _hash.AppendAsync(_buffers[_current].AsMemory(0, _filled));
            _current ^= 1;
            _filled = 0;
        }
    }
}
