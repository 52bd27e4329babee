namespace Cairn.Plugins.Http;

/// <summary>An answer's body: the bytes of the range alone, an early end as an error, and no longer silence than the timeout.</summary>
internal sealed class BodyStream(Stream body, HttpResponseMessage response, long length, TimeSpan timeout) : Stream
{
    private long _left = length;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left == 0 || buffer.IsEmpty)
            return 0;
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(timeout);
        int read;
        try
        {
            read = await body.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], limited.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The server sent nothing for {timeout.TotalSeconds} s.", e);
        }
        if (read == 0)
            throw new EndOfStreamException($"The body ended {_left} bytes early.");
        _left -= read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (_left == 0 || count == 0)
            return 0;
        var read = body.Read(buffer, offset, (int)Math.Min(count, _left));
        if (read == 0)
            throw new EndOfStreamException($"The body ended {_left} bytes early.");
        _left -= read;
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            response.Dispose();
        base.Dispose(disposing);
    }
}
