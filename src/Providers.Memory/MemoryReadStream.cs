using Cairn.Streams;

namespace Cairn.Providers.Memory;

/// <summary>A seekable stream over one version's content; other versions come and go beside it.</summary>
internal sealed class MemoryReadStream(MemoryContent content, long position) : ReadOnlyStream
{
    private long _position = position;
    private bool _disposed;

    public override bool CanRead => !_disposed;

    public override bool CanSeek => !_disposed;

    public override long Length => content.Length;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var done = 0;
        while (done < buffer.Length && content.RunAt(_position) is { Length: > 0 } run)
        {
            var take = Math.Min(run.Length, buffer.Length - done);
            run.Span[..take].CopyTo(buffer[done..]);
            done += take;
            _position += take;
        }
        return done;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : new(Read(buffer.Span));

    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        ValidateCopyToArguments(destination, bufferSize);
        while (content.RunAt(_position) is { Length: > 0 } run)
        {
            await destination.WriteAsync(run, cancellationToken).ConfigureAwait(false);
            _position += run.Length;
        }
    }

    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        base.Dispose(disposing);
    }
}
