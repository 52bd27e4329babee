using System.Buffers;
using System.Security.Cryptography;

namespace Cairn.Layers;

/// <summary>Content from an entry, each block verified before a byte of it is given.</summary>
internal sealed class CachedReadStream(FileStream file, long length, byte[] digests, Action<FileStream> damaged) : Stream
{
    private byte[]? _block;
    private long _number = -1;
    private long _position;
    private bool _disposed;

    public override bool CanRead => !_disposed;

    public override bool CanSeek => !_disposed;

    public override bool CanWrite => false;

    public override long Length => length;

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
        if (buffer.IsEmpty || _position >= length)
            return 0;
        var (number, size) = Block();
        if (IsWholeBlock(buffer.Length, size))
        {
            Load(buffer[..size], number);
            _position += size;
            return size;
        }
        if (_number != number)
        {
            _number = -1;
            _block ??= ArrayPool<byte>.Shared.Rent(CacheEntryFormat.BlockSize);
            Load(_block.AsSpan(0, size), number);
            _number = number;
        }
        return Take(buffer, size);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (buffer.IsEmpty || _position >= length)
            return 0;
        var (number, size) = Block();
        if (IsWholeBlock(buffer.Length, size))
        {
            await LoadAsync(buffer[..size], number, cancellationToken).ConfigureAwait(false);
            _position += size;
            return size;
        }
        if (_number != number)
        {
            _number = -1;
            _block ??= ArrayPool<byte>.Shared.Rent(CacheEntryFormat.BlockSize);
            await LoadAsync(_block.AsMemory(0, size), number, cancellationToken).ConfigureAwait(false);
            _number = number;
        }
        return Take(buffer.Span, size);
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        SeekOrigin.End => length + offset,
        _ => throw new ArgumentOutOfRangeException(nameof(origin)),
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("This stream is for reading.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("This stream is for reading.");

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            file.Dispose();
            if (_block is not null)
                ArrayPool<byte>.Shared.Return(_block);
            _block = null;
        }
        base.Dispose(disposing);
    }

    private (long Number, int Size) Block()
    {
        var number = _position / CacheEntryFormat.BlockSize;
        return (number, (int)Math.Min(CacheEntryFormat.BlockSize, length - (number * CacheEntryFormat.BlockSize)));
    }

    private bool IsWholeBlock(int room, int size) => room >= size && _position % CacheEntryFormat.BlockSize == 0;

    private int Take(Span<byte> buffer, int size)
    {
        var at = (int)(_position % CacheEntryFormat.BlockSize);
        var count = Math.Min(buffer.Length, size - at);
        _block.AsSpan(at, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    private void Load(Span<byte> block, long number)
    {
        try
        {
            var read = RandomAccess.Read(file.SafeFileHandle, block, number * CacheEntryFormat.BlockSize);
            if (read == block.Length && IsIntact(block, number))
                return;
        }
        catch (Exception e) when (CacheFolder.IsDiskTrouble(e))
        {
            throw Broken(block, e);
        }
        throw Broken(block, null);
    }

    private async ValueTask LoadAsync(Memory<byte> block, long number, CancellationToken cancellationToken)
    {
        try
        {
            var read = await RandomAccess.ReadAsync(file.SafeFileHandle, block, number * CacheEntryFormat.BlockSize, cancellationToken).ConfigureAwait(false);
            if (read == block.Length && IsIntact(block.Span, number))
                return;
        }
        catch (Exception e) when (CacheFolder.IsDiskTrouble(e))
        {
            throw Broken(block.Span, e);
        }
        throw Broken(block.Span, null);
    }

    private bool IsIntact(ReadOnlySpan<byte> block, long number)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(block, digest);
        return digest.SequenceEqual(digests.AsSpan((int)number * SHA256.HashSizeInBytes, SHA256.HashSizeInBytes));
    }

    private ArtifactStoreException Broken(Span<byte> block, Exception? cause)
    {
        block.Clear();
        damaged(file);
        return new(StoreErrorCode.Unavailable, "the entry of the read cache is damaged and was removed; a new read goes to the store", cause);
    }
}
