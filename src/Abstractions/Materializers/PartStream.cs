using System.Buffers;
using Cairn.Streams;

namespace Cairn.Materializers;

/// <summary>A part of a stream that can only be read from its first byte on.</summary>
internal sealed class PartStream : ReadOnlyStream
{
    private readonly Stream _inner;
    private long _left;

    private PartStream(Stream inner, long left) => (_inner, _left) = (inner, left);

    /// <summary>Skips to the part.</summary>
    /// <param name="inner">The whole stream, at its first byte. The result owns it.</param>
    /// <param name="range">The range of the part.</param>
    /// <param name="cancellationToken">Cancels the skipping.</param>
    public static async ValueTask<Stream> FromAsync(Stream inner, ByteRange range, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
        try
        {
            for (var skip = range.Offset; skip > 0;)
            {
                var count = await inner.ReadAsync(buffer.AsMemory(0, (int)Math.Min(skip, buffer.Length)), cancellationToken).ConfigureAwait(false);
                skip -= count > 0 ? count : throw new EndOfStreamException($"The file ends before byte {range.Offset}.");
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        return new PartStream(inner, range.Length ?? long.MaxValue);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left == 0)
            return 0;
        var count = await _inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken).ConfigureAwait(false);
        _left -= count;
        return count;
    }

    public override int Read(Span<byte> buffer)
    {
        if (_left == 0)
            return 0;
        var count = _inner.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
        _left -= count;
        return count;
    }

    public override async ValueTask DisposeAsync()
    {
        await _inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _inner.Dispose();
        base.Dispose(disposing);
    }
}
