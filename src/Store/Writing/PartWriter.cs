using System.Buffers;
using System.Runtime.ExceptionServices;
using Cairn.Engine;
using Cairn.Errors;
using Cairn.Integrity;
using Cairn.Providers;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Writing;

/// <summary>Sends the parts of one upload with bounded parallelism, computes their digest, and publishes the file.</summary>
/// <remarks>
/// A caller that fills the buffer of a part holds a slot, which is passed on with the part, so there are never more buffers than slots. The first failure
/// cancels the other parts.
/// </remarks>
internal sealed class PartWriter : IAsyncDisposable
{
    private readonly StoreCore _store;
    private readonly StorePath _path;
    private readonly StoreUpload _upload;
    private readonly OpenWriteOptions _options;
    private readonly OverlappedSha256? _digest;
    private readonly SemaphoreSlim _slots;
    private readonly CancellationTokenSource _abort = new();
    private readonly List<Task> _running = [];
    private readonly Stack<byte[]> _spare = [];
    private volatile ExceptionDispatchInfo? _failure;
    private int _number;

    public PartWriter(StoreCore store, StorePath path, StoreUpload upload, OpenWriteOptions options, int parallelism)
    {
        (_store, _path, _upload, _options) = (store, path, upload, options);
        _slots = new(Math.Min(parallelism, upload.MaxParallelParts));
        _digest = options.ComputeSha256 || options.ExpectedChecksum is not null ? new() : null;
        PartSize = upload.GetPartSize(0);
    }

    /// <summary>Gets the size of the next part, unless it is the last.</summary>
    public int PartSize { get; private set; }

    /// <summary>Gets the number of the next part.</summary>
    public int Number => _number;

    /// <summary>Gets the number of bytes in the parts so far.</summary>
    public long Sent { get; private set; }

    public bool AcceptsAnyPartSize => _upload.AcceptsAnyPartSize;

    public bool HasFailed => _failure is not null;

    /// <summary>Gets the digest of all bytes after completion, if it was requested.</summary>
    public Checksum? Sha256 { get; private set; }

    /// <summary>The guard under which the upload is called.</summary>
    private StoreGuard Writing => _store.Guard(StoreOperations.Write, _path);

    public void ThrowIfFailed() => _failure?.Throw();

    /// <summary>Takes note of a failure. What a store said is said again by every later call; a cancellation becomes a refusal.</summary>
    public void Fail(Exception exception) => _failure ??= ExceptionDispatchInfo.Capture(
        exception is OperationCanceledException ? new InvalidOperationException("This write was cancelled in the middle and cannot go on; open a new one.", exception) : exception);

    /// <summary>Waits for the right to fill a buffer or to send.</summary>
    public async ValueTask TakeSlotAsync(CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        ThrowIfFailed();
    }

    /// <summary>A buffer for a part, one that an earlier part has left where there is one.</summary>
    public byte[] Rent(int size)
    {
        lock (_spare)
        {
            while (_spare.TryPop(out var left))
            {
                if (left.Length >= size)
                    return left;
                // Parts have grown meanwhile.
                ArrayPool<byte>.Shared.Return(left);
            }
        }
        return ArrayPool<byte>.Shared.Rent(size);
    }

    /// <summary>Sends a part in the background; then the buffer is kept for another, and the slot is free.</summary>
    public void Send(byte[] pooled, int length)
    {
        var part = Next(pooled.AsMemory(0, length));
        _running.RemoveAll(static t => t.IsCompleted);
        _running.Add(SendPooledAsync(pooled, part));
    }

    /// <summary>Sends the caller's memory, whatever its size; on return it is the caller's again, and the slot is free.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        await SendAsync(Next(data), cancellationToken).ConfigureAwait(false);
        _slots.Release();
    }

    /// <summary>Has the store take a whole local file, where it can and nobody asks for a digest.</summary>
    public async ValueTask<bool> TryTakeFileAsync(SafeFileHandle file, long length, Action<long>? progress, CancellationToken cancellationToken)
    {
        if (_digest is not null || Sent > 0)
            return false;
        if (!await Writing.RunAsync(_upload, (file, length, progress), static (upload, s, stopping) => upload.TryTakeFileAsync(s.file, s.length, s.progress, stopping), cancellationToken)
            .ConfigureAwait(false))
            return false;
        (_number, Sent) = (1, length);
        return true;
    }

    /// <summary>Whether parts may be cut anywhere and sent in any order. A driver that takes one at a time takes them in order, and so does a digest.</summary>
    public bool TakesAnyOrder => _upload is { AcceptsAnyPartSize: true, MaxParallelParts: > 1 } && _digest is null;

    /// <summary>Writes the caller's memory as the part that begins at an offset; every part but the last has <paramref name="length"/> bytes.</summary>
    public async ValueTask WritePieceAsync(ReadOnlyMemory<byte> data, long offset, int length, CancellationToken cancellationToken)
    {
        await TakeSlotAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var number = (int)(offset / length);
            await SendAsync(new UploadPart(number, offset, data), cancellationToken).ConfigureAwait(false);
            lock (_spare)
                (_number, Sent) = (Math.Max(_number, number + 1), Sent + data.Length);
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>Waits for all parts, checks what was promised, and publishes with the last part.</summary>
    public async Task<StoreEntry> CompleteAsync(ReadOnlyMemory<byte> last, CancellationToken cancellationToken)
    {
        if (_running.Count > 0)
            await Task.WhenAll(_running).WaitAsync(cancellationToken).ConfigureAwait(false);
        ThrowIfFailed();
        var part = Next(last);
        if (_options.Length is { } promised && promised != Sent)
            throw Broken($"{promised} bytes were announced and {Sent} written");
        var hashing = _digest?.AppendAsync(last) ?? ValueTask.CompletedTask;
        if (_options.ExpectedChecksum is { } expected)
        {
            await hashing.ConfigureAwait(false);
            hashing = ValueTask.CompletedTask;
            Sha256 = await _digest!.FinishAsync().ConfigureAwait(false);
            if (Sha256 != expected)
                throw Broken($"the content is {Sha256} and {expected} was expected");
        }
        StoreEntry info;
        try
        {
            info = await Writing.RunAsync(_upload, part, static (upload, part, stopping) => upload.CompleteAsync(part, stopping), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await hashing.ConfigureAwait(false);
        }
        if (_digest is null)
            return info;
        Sha256 ??= await _digest.FinishAsync().ConfigureAwait(false);
        return info.Checksum is null ? info.WithChecksum(Sha256) : info;

        StoreException Broken(string reason) => _store.CreateException(StoreErrorCode.IntegrityFailure, reason + "; nothing is published", StoreOperations.Write, _path);
    }

    /// <summary>Before completion: aborts.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_running.Count > 0)
        {
            await _abort.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(_running).ConfigureAwait(false);
        }
        await new UploadScope(_store, _path, _upload).DisposeAsync().ConfigureAwait(false);
        if (_digest is not null)
            await _digest.DisposeAsync().ConfigureAwait(false);
        foreach (var buffer in _spare)
            ArrayPool<byte>.Shared.Return(buffer);
        _spare.Clear();
        _slots.Dispose();
        _abort.Dispose();
    }

    private UploadPart Next(ReadOnlyMemory<byte> data)
    {
        var part = new UploadPart(_number++, Sent, data);
        Sent += data.Length;
        PartSize = _upload.GetPartSize(_number);
        return part;
    }

    /// <summary>Never throws: a failure is kept for the next call.</summary>
    private async Task SendPooledAsync(byte[] pooled, UploadPart part)
    {
        try
        {
            await SendAsync(part, _abort.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // After the first failure, or an abort, what the others end with says nothing new.
            if (!_abort.IsCancellationRequested)
            {
                Fail(e);
                await _abort.CancelAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            // The shared pool keeps one for each thread that returns one, where no other thread finds it: with large parts that would be many more than there are slots.
            lock (_spare)
                _spare.Push(pooled);
            _slots.Release();
        }
    }

    private async ValueTask SendAsync(UploadPart part, CancellationToken cancellationToken)
    {
        var hashing = _digest?.AppendAsync(part.Data) ?? ValueTask.CompletedTask;
        try
        {
            await Writing.RunAsync(_upload, part, static (upload, part, stopping) => upload.WritePartAsync(part, stopping), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await hashing.ConfigureAwait(false);
        }
    }
}
