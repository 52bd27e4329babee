using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Cairn.Layers;

/// <summary>Content of the store that is kept while it is read, and published when its end was reached.</summary>
internal sealed class CacheFillStream(
    Stream inner, FileStream partial, CacheKey key, long length, CacheFolder folder, ILogger logger, Action done) : DelegatingReadStream(inner)
{
    private readonly byte[] _digests = new byte[(length + CacheEntryFormat.BlockSize - 1) / CacheEntryFormat.BlockSize * SHA256.HashSizeInBytes];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private FileStream? _partial = partial;
    private long _kept;

    public override long Position
    {
        get => base.Position;
        set => base.Position = Sought(value);
    }

    public override int Read(Span<byte> buffer)
    {
        int read;
        try
        {
            read = Inner.Read(buffer);
        }
        catch
        {
            GiveUp();
            throw;
        }
        if (!Digest(buffer[..read], buffer.Length))
            return read;
        try
        {
            RandomAccess.Write(_partial!.SafeFileHandle, buffer[..read], _kept);
            Advance(read);
        }
        catch (Exception e) when (CacheFolder.IsDiskTrouble(e))
        {
            logger.Trouble(e, "write");
            GiveUp();
        }
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read;
        try
        {
            read = await Inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            GiveUp();
            throw;
        }
        if (!Digest(buffer.Span[..read], buffer.Length))
            return read;
        try
        {
            // Without the caller's token: the bytes were read, and a cancelled write of the copy must not lose them.
            await RandomAccess.WriteAsync(_partial!.SafeFileHandle, buffer[..read], _kept, CancellationToken.None).ConfigureAwait(false);
            Advance(read);
        }
        catch (Exception e) when (CacheFolder.IsDiskTrouble(e))
        {
            logger.Trouble(e, "write");
            GiveUp();
        }
        return read;
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        var position = base.Seek(offset, origin);
        Sought(position);
        return position;
    }

    protected override void OnDisposing() => GiveUp();

    /// <summary>Adds what was read to the digests; false when there is nothing to keep.</summary>
    private bool Digest(ReadOnlySpan<byte> read, int room)
    {
        if (_partial is null)
            return false;
        if (read.IsEmpty && room > 0 && _kept < length)
            GiveUp();
        if (read.Length > length - _kept)
            GiveUp();
        if (_partial is null)
            return false;
        var at = _kept;
        while (!read.IsEmpty)
        {
            var count = (int)Math.Min(read.Length, CacheEntryFormat.BlockSize - (at % CacheEntryFormat.BlockSize));
            _hash.AppendData(read[..count]);
            at += count;
            read = read[count..];
            if (at % CacheEntryFormat.BlockSize == 0 || at == length)
                _hash.GetHashAndReset(_digests.AsSpan((int)((at - 1) / CacheEntryFormat.BlockSize) * SHA256.HashSizeInBytes));
        }
        return true;
    }

    private void Advance(int count)
    {
        _kept += count;
        if (_kept < length || _partial is not { } whole)
            return;
        RandomAccess.Write(whole.SafeFileHandle, CacheEntryFormat.Tail(length, _digests, key), length);
        _partial = null;
        folder.Publish(whole, key);
        Release();
    }

    private long Sought(long position)
    {
        if (position != _kept)
            GiveUp();
        return position;
    }

    private void GiveUp()
    {
        if (Interlocked.Exchange(ref _partial, null) is not { } unfinished)
            return;
        folder.Drop(unfinished);
        Release();
    }

    private void Release()
    {
        _hash.Dispose();
        done();
    }
}
