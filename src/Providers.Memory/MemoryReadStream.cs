namespace Cairn.Providers.Memory;

/// <summary>A seekable stream over one version's content; other versions come and go beside it.</summary>
internal sealed class MemoryReadStream(MemoryContent content, long position) : Stream
{
    private long _position = position;
    private bool _disposed;

    public override bool CanRead => !_disposed;

    public override bool CanSeek => !_disposed;

    public override bool CanWrite => false;

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

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : new(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        ValidateCopyToArguments(destination, bufferSize);
        while (content.RunAt(_position) is { Length: > 0 } run)
        {
            await destination.WriteAsync(run, cancellationToken).ConfigureAwait(false);
            _position += run.Length;
        }
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => checked(_position + offset),
        SeekOrigin.End => checked(Length + offset),
        _ => throw new ArgumentOutOfRangeException(nameof(origin)),
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("A read stream has no other length.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A read stream cannot be written.");

    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        base.Dispose(disposing);
    }
}
