using System.Buffers;
using Cairn.Artifacts.Chunking;
using Cairn.Integrity;
using Cairn.LocalFiles;
using Cairn.Streams;
using Cairn.Transfers;

namespace Cairn.Artifacts;

/// <summary>A file of an artifact while it is written: in memory while small, then where it will be moved from (a store that can move), uploaded from (one that cannot), or in chunks.</summary>
internal sealed class SpoolStream(BlobStore blobs, TemporaryFolder.Lazily temporary, Func<CancellationToken, Task>? takeBuffers, long? length, Func<SpoolStream, ValueTask> ended) : WriteOnlyStream
{
    /// <summary>Up to this size a file stays in memory and is written in one step.</summary>
    internal const int MemoryLimit = 256 << 10;

    /// <summary>Up to this size a file is stored whole even where chunks are asked for.</summary>
    internal const int ChunkedLimit = 1 << 20;

    private readonly ArrayBufferWriter<byte> _memory = new();
    private readonly int _memoryLimit = takeBuffers is not null ? ChunkedLimit : MemoryLimit;
    private ChunkWriter? _chunks;
    private StoreWriteStream? _staging;
    private FileStream? _local;
    private OverlappedSha256? _hash;
    private long _length;

    /// <summary>The content, where it stayed in memory.</summary>
    public ReadOnlyMemory<byte>? Content { get; private set; }

    /// <summary>Where it is staged in the store; null unless it is.</summary>
    public StorePath? Staged { get; private set; }

    /// <summary>The local file that holds it; null unless one does.</summary>
    public string? LocalFile { get; private set; }

    /// <summary>Its digest, once it has ended.</summary>
    public BlobDigest Digest { get; private set; }

    public bool HasEnded { get; private set; }

    public override bool CanWrite => !HasEnded;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException("A file of an artifact is written from first to last byte.");
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(HasEnded, this);
        cancellationToken.ThrowIfCancellationRequested();
        if (!await TakeInMemoryAsync(buffer, cancellationToken).ConfigureAwait(false))
            await SinkAsync(buffer, cancellationToken).ConfigureAwait(false);
        _length += buffer.Length;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(HasEnded, this);
        if (_length + buffer.Length <= _memoryLimit)
        {
            _memory.Write(buffer);
            _length += buffer.Length;
            return;
        }
        base.Write(buffer);
    }

    /// <summary>Ends the file.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (HasEnded)
            return;
        HasEnded = true;
        if (_chunks is not null)
        {
            await using var closing = _chunks.ConfigureAwait(false);
            Digest = await _chunks.CompleteAsync(CancellationToken.None).ConfigureAwait(false);
        }
        else if (_staging is not null)
        {
            await using var closing = _staging.ConfigureAwait(false);
            await _staging.CompleteAsync().ConfigureAwait(false);
            Digest = BlobDigest.From(_staging.Sha256!);
        }
        else if (_local is not null)
        {
            await _local.DisposeAsync().ConfigureAwait(false);
            Digest = BlobDigest.From(await _hash!.FinishAsync().ConfigureAwait(false));
            await _hash.DisposeAsync().ConfigureAwait(false);
        }
        else
        {
            Content = _memory.WrittenMemory;
            Digest = BlobDigest.Of(_memory.WrittenSpan);
        }
        await ended(this).ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Gives up a file that has not ended.</summary>
    public async ValueTask AbandonAsync()
    {
        if (HasEnded)
            return;
        HasEnded = true;
        if (_chunks is not null)
            await _chunks.DisposeAsync().ConfigureAwait(false);
        if (_staging is not null)
            await _staging.DisposeAsync().ConfigureAwait(false);
        if (_local is not null)
            await _local.DisposeAsync().ConfigureAwait(false);
        if (_hash is not null)
            await _hash.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !HasEnded)
            Synchronously.Wait(DisposeAsync());
        base.Dispose(disposing);
    }

    private async ValueTask<bool> TakeInMemoryAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_staging is not null || _local is not null || _chunks is not null)
            return false;
        if (_length + buffer.Length <= _memoryLimit)
        {
            _memory.Write(buffer.Span);
            return true;
        }
        if (takeBuffers is not null)
        {
            await takeBuffers(cancellationToken).ConfigureAwait(false);
            _chunks = new(blobs);
        }
        else if (blobs.CanMove)
        {
            var path = BlobStore.NewStagingPath();
            _staging = await blobs.Store.OpenWriteAsync(path, WriteMode.CreateNew, new() { ComputeSha256 = true, Length = length }, cancellationToken).ConfigureAwait(false);
            Staged = path;
        }
        else
        {
            LocalFile = temporary.NewFile();
            _local = new(LocalFile, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
            _hash = new();
        }
        if (_memory.WrittenCount > 0)
            await SinkAsync(_memory.WrittenMemory, cancellationToken).ConfigureAwait(false);
        _memory.ResetWrittenCount();
        return false;
    }

    private async ValueTask SinkAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        if (_chunks is not null)
        {
            await _chunks.WriteAsync(data, cancellationToken).ConfigureAwait(false);
            return;
        }
        if (_staging is not null)
        {
            await _staging.WriteAsync(data, cancellationToken).ConfigureAwait(false);
            return;
        }
        var hashing = _hash!.AppendAsync(data);
        try
        {
            await _local!.WriteAsync(data, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await hashing.ConfigureAwait(false);
        }
    }
}
