using Cairn.Streams;

namespace Cairn.Layers;

/// <summary>A read-only stream over an inner stream, which it owns. Layers use it to wrap the content of a driver.</summary>
/// <remarks>Every read calls <see cref="Stream.Read(Span{byte})"/> or <see cref="Stream.ReadAsync(Memory{byte}, CancellationToken)"/>.</remarks>
internal abstract class DelegatingReadStream(Stream inner) : ReadOnlyStream
{
    private int _disposed;

    protected Stream Inner { get; } = inner;

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
