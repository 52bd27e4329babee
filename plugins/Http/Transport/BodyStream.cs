using Cairn.Streams;

namespace Cairn.Plugins.Http;

/// <summary>
/// The body of a response: only the bytes of the range, with an error for an early end and for a time without data longer than the timeout.
/// </summary>
internal sealed class BodyStream(Stream body, HttpResponseMessage response, long length, TimeSpan timeout) : ReadOnlyStream
{
    private long _left = length;

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

    public override int Read(Span<byte> buffer)
    {
        if (_left == 0 || buffer.IsEmpty)
            return 0;
        var read = body.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
        if (read == 0)
            throw new EndOfStreamException($"The body ended {_left} bytes early.");
        _left -= read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            response.Dispose();
        base.Dispose(disposing);
    }
}
