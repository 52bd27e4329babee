using System.Buffers;
using System.Security.Cryptography;
using Cairn.Providers;
using Cairn.Streams;

namespace Cairn.Layers;

/// <summary>Content from an entry, each block verified before a byte of it is given; from the store when the entry turns out to be damaged.</summary>
/// <param name="file">The entry; owned.</param>
/// <param name="length">The content's length.</param>
/// <param name="digests">The digests of the blocks.</param>
/// <param name="damaged">Removes the entry; called at most once.</param>
/// <param name="reopen">Opens the same version of the file at the store, from an offset on.</param>
internal sealed class CachedReadStream(
    FileStream file, long length, byte[] digests, Action<FileStream> damaged, Func<long, CancellationToken, ValueTask<StoreRead>> reopen) : ReadOnlyStream
{
    private byte[]? _block;
    private bool _isDamaged;
    private StoreRead? _store;
    private long _storePosition;
    private long _number = -1;
    private long _position;
    private bool _disposed;

    public override bool CanRead => !_disposed;

    public override bool CanSeek => !_disposed;

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
        if (!_isDamaged)
        {
            var (number, size) = Block();
            var isHeld = _number == number;
            var isDirect = !isHeld && IsWholeBlock(buffer.Length, size);
            var block = isDirect ? buffer : isHeld ? _block! : Spare();
            if (isHeld || TryLoad(block[..size], number))
                return Take(buffer, size, number, isDirect);
        }
        return base.Read(buffer[..Math.Min(buffer.Length, CacheEntryFormat.BlockSize)]);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (buffer.IsEmpty || _position >= length)
            return 0;
        if (!_isDamaged)
        {
            var (number, size) = Block();
            var isHeld = _number == number;
            var isDirect = !isHeld && IsWholeBlock(buffer.Length, size);
            var block = isDirect ? buffer : isHeld ? _block! : Spare();
            if (isHeld || await TryLoadAsync(block[..size], number, cancellationToken).ConfigureAwait(false))
                return Take(buffer.Span, size, number, isDirect);
        }
        return await ReadStoreAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_store is { } store)
            await store.DisposeAsync().ConfigureAwait(false);
        _store = null;
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            file.Dispose();
            if (_store is { } store)
                Synchronously.Wait(store.DisposeAsync());
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

    /// <summary>The buffer for a block; it holds none until one is taken from it.</summary>
    private byte[] Spare()
    {
        _number = -1;
        return _block ??= ArrayPool<byte>.Shared.Rent(CacheEntryFormat.BlockSize);
    }

    private bool IsWholeBlock(int room, int size) => room >= size && _position % CacheEntryFormat.BlockSize == 0;

    /// <summary>Gives what was loaded: nothing is left to do when it went into the caller's buffer directly.</summary>
    private int Take(Span<byte> buffer, int size, long number, bool isDirect)
    {
        var at = (int)(_position % CacheEntryFormat.BlockSize);
        var count = isDirect ? size : Math.Min(buffer.Length, size - at);
        if (!isDirect)
        {
            _number = number;
            _block.AsSpan(at, count).CopyTo(buffer);
        }
        _position += count;
        return count;
    }

    private bool TryLoad(Span<byte> block, long number)
    {
        try
        {
            return RandomAccess.Read(file.SafeFileHandle, block, number * CacheEntryFormat.BlockSize) == block.Length && IsIntact(block, number) || Damaged(block);
        }
        catch (Exception e) when (CacheFolder.IsDiskTrouble(e))
        {
            return Damaged(block);
        }
    }

    private async ValueTask<bool> TryLoadAsync(Memory<byte> block, long number, CancellationToken cancellationToken)
    {
        try
        {
            var read = await RandomAccess.ReadAsync(file.SafeFileHandle, block, number * CacheEntryFormat.BlockSize, cancellationToken).ConfigureAwait(false);
            return (read == block.Length && IsIntact(block.Span, number)) || Damaged(block.Span);
        }
        catch (Exception e) when (CacheFolder.IsDiskTrouble(e))
        {
            return Damaged(block.Span);
        }
    }

    private bool IsIntact(ReadOnlySpan<byte> block, long number)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(block, digest);
        return digest.SequenceEqual(digests.AsSpan((int)number * SHA256.HashSizeInBytes, SHA256.HashSizeInBytes));
    }

    private bool Damaged(Span<byte> block)
    {
        block.Clear();
        _isDamaged = true;
        damaged(file);
        return false;
    }

    private async ValueTask<int> ReadStoreAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_store is null || _storePosition != _position)
        {
            if (_store is { } other)
                await other.DisposeAsync().ConfigureAwait(false);
            _store = null;
            _store = await reopen(_position, cancellationToken).ConfigureAwait(false);
            _storePosition = _position;
        }
        var read = await _store.Content.ReadAsync(buffer[..(int)Math.Min(buffer.Length, length - _position)], cancellationToken).ConfigureAwait(false);
        _storePosition = _position += read;
        return read;
    }
}
