using System.Buffers;

namespace Cairn.Streams;

/// <summary>The base class of read-only streams: a derived class reads into memory, and all other members call that method or are not supported.</summary>
/// <remarks>Sequential unless a derived class overrides <see cref="CanSeek"/>, <see cref="Length"/> and <see cref="Position"/>. A synchronous read waits for
/// <see cref="ReadAsync(Memory{byte}, CancellationToken)"/> unless it is overridden.</remarks>
internal abstract class ReadOnlyStream : Stream
{
    private const string Sequential = "This stream can only be read sequentially.";

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public sealed override bool CanWrite => false;

    public override long Length => throw new NotSupportedException(Sequential);

    public override long Position
    {
        get => throw new NotSupportedException(Sequential);
        set => throw new NotSupportedException(Sequential);
    }

    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    public sealed override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override int Read(Span<byte> buffer)
    {
        var rented = ArrayPool<byte>.Shared.Rent(Math.Max(buffer.Length, 1));
        try
        {
            var read = Synchronously.Wait(ReadAsync(rented.AsMemory(0, buffer.Length)));
            rented.AsSpan(0, read).CopyTo(buffer);
            return read;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    public sealed override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    public sealed override int ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        return Read(one) == 0 ? -1 : one[0];
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        if (!CanSeek)
            throw new NotSupportedException(Sequential);
        var target = checked(offset + origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => Position,
            SeekOrigin.End => Length,
            _ => throw new ArgumentOutOfRangeException(nameof(origin)),
        });
        return target >= 0 ? Position = target : throw new IOException("The position must not be before the first byte.");
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public sealed override void SetLength(long value) => throw new NotSupportedException("This stream is read-only.");

    public sealed override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("This stream is read-only.");
}
