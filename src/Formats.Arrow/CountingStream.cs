namespace Cairn.Formats.Arrow;

/// <summary>Passes on what is written, and tells how much that is: the library asks for the position and never changes it.</summary>
/// <param name="inner">Where to; not owned.</param>
internal sealed class CountingStream(Stream inner) : Stream
{
    private long _position;

    public override bool CanRead => false;

    /// <summary>The library writes only to streams that say so.</summary>
    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => _position;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException("A file of an artifact is written from first to last byte.");
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        _position += buffer.Length;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        Write(buffer.AsSpan(offset, count));
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        inner.Write(buffer);
        _position += buffer.Length;
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("This stream is written.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A file of an artifact is written from first to last byte.");

    public override void SetLength(long value) => throw new NotSupportedException("A file of an artifact is written from first to last byte.");
}
