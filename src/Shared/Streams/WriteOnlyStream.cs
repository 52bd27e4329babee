using System.Buffers;

namespace Cairn.Streams;

/// <summary>
/// The base class of streams that are written sequentially: a derived class writes memory, and all other members call that method or are not supported.
/// </summary>
/// <remarks>A synchronous write waits for <see cref="WriteAsync(ReadOnlyMemory{byte}, CancellationToken)"/> unless it is overridden.</remarks>
internal abstract class WriteOnlyStream : Stream
{
    private const string Sequential = "This stream can only be written sequentially.";

    public sealed override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => Position;

    public override long Position
    {
        get => throw new NotSupportedException(Sequential);
        set => throw new NotSupportedException(Sequential);
    }

    public abstract override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default);

    public sealed override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        var rented = ArrayPool<byte>.Shared.Rent(buffer.Length);
        try
        {
            buffer.CopyTo(rented);
            Synchronously.Wait(WriteAsync(rented.AsMemory(0, buffer.Length)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    public sealed override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        Write(buffer.AsSpan(offset, count));
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : Task.CompletedTask;

    public sealed override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("This stream is write-only.");

    public sealed override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException(Sequential);

    public sealed override void SetLength(long value) => throw new NotSupportedException(Sequential);
}
