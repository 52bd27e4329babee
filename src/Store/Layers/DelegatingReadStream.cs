namespace Cairn.Layers;

/// <summary>A stream for reading over another, which it owns: what a layer puts around a driver's content.</summary>
/// <remarks>Every way of reading ends in <see cref="Read(Span{byte})"/> or <see cref="ReadAsync(Memory{byte}, CancellationToken)"/>.</remarks>
internal abstract class DelegatingReadStream(Stream inner) : Stream
{
    private int _disposed;

    protected Stream Inner { get; } = inner;

    public override bool CanRead => true;

    public override bool CanWrite => false;

    public override bool CanSeek => Inner.CanSeek;

    public override bool CanTimeout => Inner.CanTimeout;

    public override long Length => Inner.Length;

    public override long Position
    {
        get => Inner.Position;
        set => Inner.Position = value;
    }

    public override int ReadTimeout
    {
        get => Inner.ReadTimeout;
        set => Inner.ReadTimeout = value;
    }

    public abstract override int Read(Span<byte> buffer);

    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    public sealed override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    public sealed override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public sealed override int ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        return Read(one) == 0 ? -1 : one[0];
    }

    public override long Seek(long offset, SeekOrigin origin) => Inner.Seek(offset, origin);

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void SetLength(long value) => throw new NotSupportedException("This stream is for reading.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("This stream is for reading.");

    /// <summary>Called once, before the inner stream is disposed.</summary>
    protected virtual void OnDisposing()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !Disposed())
            Inner.Dispose();
        base.Dispose(disposing);
    }

    public override async ValueTask DisposeAsync()
    {
        if (!Disposed())
            await Inner.DisposeAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    private bool Disposed()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return true;
        OnDisposing();
        return false;
    }
}
