using Cairn.Streams;

namespace Cairn.Artifacts;

/// <summary>A blob being read from first to last byte. Disposed early, it stays open below for <see cref="FinishAsync"/> to check the rest.</summary>
/// <param name="inner">The blob; its last read checks its digest. Owned.</param>
/// <param name="keepsForFinish">True when somebody calls <see cref="FinishAsync"/> after the reader is done.</param>
internal sealed class VerifiedStream(Stream inner, bool keepsForFinish) : ReadOnlyStream
{
    private bool _atEnd;
    private bool _closed;
    private bool _disposed;

    public override bool CanRead => !_disposed;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => throw new NotSupportedException("A file of an artifact is read from first to last byte.");
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _atEnd |= count == 0 && buffer.Length > 0;
        return count;
    }

    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var count = inner.Read(buffer);
        _atEnd |= count == 0 && buffer.Length > 0;
        return count;
    }

    /// <summary>Reads what has not been read, so that the whole is checked, and closes the blob.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        if (_closed)
            return;
        try
        {
            if (!_atEnd)
                await inner.CopyToAsync(Null, 128 << 10, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await CloseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Closes the blob, checked or not.</summary>
    public ValueTask CloseAsync()
    {
        _disposed = _closed = true;
        return inner.DisposeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        _disposed = true;
        if (!keepsForFinish || _atEnd)
            await CloseAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_closed)
        {
            _disposed = true;
            if (!keepsForFinish || _atEnd)
            {
                _closed = true;
                inner.Dispose();
            }
        }
        base.Dispose(disposing);
    }
}
