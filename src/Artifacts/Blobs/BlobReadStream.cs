using System.Buffers;
using Cairn.Errors;
using Cairn.Integrity;
using Cairn.Streams;

namespace Cairn.Artifacts;

/// <summary>A blob, read from first to last byte and hashed meanwhile: the read that reaches its end fails when the bytes are not those of its digest.</summary>
/// <remarks>Of a large read, each piece is hashed while the next one is read. For one caller at a time.</remarks>
/// <param name="store">The store, which errors name.</param>
/// <param name="inner">The bytes; owned.</param>
/// <param name="digest">What they must be.</param>
/// <param name="length">How many they are.</param>
/// <param name="path">Where they are, for errors.</param>
internal sealed class BlobReadStream(ArtifactStore store, Stream inner, BlobDigest digest, long length, StorePath path) : ReadOnlyStream
{
    /// <summary>Small enough to stay near the processor until it is hashed.</summary>
    private const int Piece = 256 << 10;

    private readonly OverlappedSha256 _hash = new();
    private long _position;
    private bool _isChecked;
    private bool _disposed;

    /// <summary>Where the bytes are: the blob, or the recipe of its chunks.</summary>
    public StorePath Path => path;

    public override bool CanRead => !_disposed;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException("A blob is read from first to last byte.");
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (buffer.Length >= 2 * Piece)
            return await ReadOverlappedAsync(buffer, cancellationToken).ConfigureAwait(false);
        var count = await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, length - _position)], cancellationToken).ConfigureAwait(false);
        _hash.Append(buffer.Span[..count]);
        _position += count;
        await CheckEndAsync(count, buffer.Length).ConfigureAwait(false);
        return count;
    }

    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var count = inner.Read(buffer[..(int)Math.Min(buffer.Length, length - _position)]);
        _hash.Append(buffer[..count]);
        _position += count;
        Synchronously.Wait(CheckEndAsync(count, buffer.Length));
        return count;
    }

    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ObjectDisposedException.ThrowIf(_disposed, this);
        byte[][] buffers = [ArrayPool<byte>.Shared.Rent(Piece), ArrayPool<byte>.Shared.Rent(Piece)];
        var hashing = ValueTask.CompletedTask;
        try
        {
            for (var turn = 0; _position < length; turn ^= 1)
            {
                var count = await FillAsync(buffers[turn].AsMemory(0, Piece), cancellationToken).ConfigureAwait(false);
                await hashing.ConfigureAwait(false);
                hashing = _hash.AppendAsync(buffers[turn].AsMemory(0, count));
                await destination.WriteAsync(buffers[turn].AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            }
            await hashing.ConfigureAwait(false);
            await CheckEndAsync(0, 1).ConfigureAwait(false);
        }
        finally
        {
            await _hash.DrainAsync().ConfigureAwait(false);
            foreach (var buffer in buffers)
                ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await _hash.DisposeAsync().ConfigureAwait(false);
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
            Synchronously.Wait(DisposeAsync());
        base.Dispose(disposing);
    }

    /// <summary>Fills the whole buffer as far as there are bytes.</summary>
    private async ValueTask<int> ReadOverlappedAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var filled = 0;
        var hashing = ValueTask.CompletedTask;
        try
        {
            while (filled < buffer.Length && _position < length)
            {
                var piece = buffer.Slice(filled, Math.Min(Piece, buffer.Length - filled));
                var count = await FillAsync(piece, cancellationToken).ConfigureAwait(false);
                await hashing.ConfigureAwait(false);
                hashing = _hash.AppendAsync(piece[..count]);
                filled += count;
            }
            await hashing.ConfigureAwait(false);
        }
        finally
        {
            await _hash.DrainAsync().ConfigureAwait(false);
        }
        await CheckEndAsync(filled, buffer.Length).ConfigureAwait(false);
        return filled;
    }

    private async ValueTask<int> FillAsync(Memory<byte> piece, CancellationToken cancellationToken)
    {
        piece = piece[..(int)Math.Min(piece.Length, length - _position)];
        var count = 0;
        for (int read; count < piece.Length; count += read, _position += read)
        {
            read = await inner.ReadAsync(piece[count..], cancellationToken).ConfigureAwait(false);
            if (read == 0)
                throw Failure($"the blob ends after {_position} bytes and should have {length}");
        }
        return count;
    }

    private async ValueTask CheckEndAsync(int count, int room)
    {
        if (_position < length)
        {
            if (count == 0 && room > 0)
                throw Failure($"the blob ends after {_position} bytes and should have {length}");
            return;
        }
        if (_isChecked || room == 0)
            return;
        var actual = BlobDigest.From(await _hash.FinishAsync().ConfigureAwait(false));
        if (actual != digest)
            throw Failure($"the content is {actual} and not what was expected");
        _isChecked = true;
    }

    private StoreException Failure(string reason) =>
        store.CreateException(StoreErrorCode.IntegrityFailure, reason, StoreOperations.Read, Path, "Do not use the data that was read so far.");
}
