using System.Buffers;
using System.Runtime.ExceptionServices;
using Cairn.Errors;
using Cairn.Integrity;
using Cairn.Providers;
using Cairn.Writing;

namespace Cairn;

/// <summary>A file being written. It is published by <see cref="CompleteAsync"/> and by nothing else.</summary>
/// <remarks>
/// <para>Disposed before completion, the write aborts: what was there stays, and nothing remains staged. After any failure or a cancelled write the stream is spent:
/// <see cref="CompleteAsync"/> refuses.</para>
/// <para>Memory is bounded by part size × parallelism. Flushing does nothing: bytes leave when a part is full. For one caller at a time.</para>
/// </remarks>
public sealed class ArtifactWriteStream : Stream
{
    private const int FirstBuffer = 16 << 10;

    private readonly ArtifactStore _store;
    private readonly ArtifactPath _path;
    private readonly StoreUpload _upload;
    private readonly OpenWriteOptions _options;
    private readonly OverlappedSha256? _digest;
    private readonly SemaphoreSlim _slots;
    private readonly CancellationTokenSource _abort = new();
    private readonly List<Task> _running = [];
    private byte[] _buffer = [];
    private int _filled;
    private bool _hasSlot;
    private int _part;
    private int _partSize;
    private long _sent;
    private volatile ExceptionDispatchInfo? _failure;
    private State _state;

    internal ArtifactWriteStream(ArtifactStore store, ArtifactPath path, StoreUpload upload, OpenWriteOptions options, int parallelism)
    {
        (_store, _path, _upload, _options) = (store, path, upload, options);
        _slots = new(Math.Min(parallelism, upload.MaxParallelParts));
        _partSize = upload.GetPartSize(0);
        _digest = options.ComputeSha256 || options.ExpectedChecksum is not null ? new() : null;
    }

    private enum State
    {
        Open,
        Completed,
        Disposed,
    }

    /// <summary>The file's address.</summary>
    public ArtifactUri Uri => _store.UriOf(_path);

    /// <summary>The content's SHA-256: after completion, when <see cref="OpenWriteOptions.ComputeSha256"/> or an expected checksum asked for it; otherwise null.</summary>
    public Checksum? Sha256 { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => _state == State.Open && _failure is null;

    /// <summary>How many bytes have been written so far.</summary>
    public override long Length => _sent + _filled;

    /// <summary>How many bytes have been written so far; it cannot be set.</summary>
    public override long Position
    {
        get => Length;
        set => throw new NotSupportedException("A write goes from first to last byte.");
    }

    /// <summary>Publishes the file under the mode that the write was opened with.</summary>
    /// <returns>The facts of what was written, with the SHA-256 where it was computed.</returns>
    /// <remarks>On return the file is visible whole, and durable as far as the store promises. When it throws, nothing is visible, except where the answer of the store was lost.</remarks>
    /// <exception cref="ArtifactStoreException">
    /// AlreadyExists or PreconditionFailed by the mode; <see cref="StoreErrorCode.IntegrityFailure"/> when the content is not what the checksum or length promised; what a
    /// part failed with.
    /// </exception>
    /// <exception cref="InvalidOperationException">The write is completed already, or a part of it was cancelled.</exception>
    public async Task<ArtifactInfo> CompleteAsync(CancellationToken cancellationToken = default)
    {
        Enter(cancellationToken);
        try
        {
            await JoinAsync(cancellationToken).ConfigureAwait(false);
            if (_options.Length is { } promised && promised != Length)
                throw _store.Failure(StoreErrorCode.IntegrityFailure, $"{promised} bytes were announced and {Length} written; nothing is published", Operations.Write, _path);
            var last = _buffer.AsMemory(0, _filled);
            var hashing = _digest?.AppendAsync(last) ?? ValueTask.CompletedTask;
            if (_options.ExpectedChecksum is { } expected)
            {
                await hashing.ConfigureAwait(false);
                hashing = ValueTask.CompletedTask;
                Sha256 = await _digest!.FinishAsync().ConfigureAwait(false);
                if (Sha256 != expected)
                    throw _store.Failure(StoreErrorCode.IntegrityFailure, $"the content is {Sha256} and {expected} was expected; nothing is published", Operations.Write, _path);
            }
            ArtifactInfo info;
            try
            {
                info = await _upload.CompleteAsync(new UploadPart(_part, _sent, last), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (_store.IsRaw(e, Operations.Write, _path, cancellationToken))
            {
                throw _store.Wrap(e, Operations.Write, _path);
            }
            finally
            {
                await hashing.ConfigureAwait(false);
            }
            _state = State.Completed;
            if (_digest is not null)
            {
                Sha256 ??= await _digest.FinishAsync().ConfigureAwait(false);
                info = info.Checksum is null ? WithChecksum(info, Sha256) : info;
            }
            return info;
        }
        catch (Exception e)
        {
            Fail(e);
            throw;
        }
        finally
        {
            ReturnBuffer();
        }
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Enter(cancellationToken);
        try
        {
            while (buffer.Length > 0)
            {
                if (_upload.AcceptsAnyPartSize && buffer.Length >= _partSize)
                {
                    SendBuffer();
                    await SendAsync(buffer, cancellationToken).ConfigureAwait(false);
                    return;
                }
                if (_filled == _partSize)
                    SendBuffer();
                if (!_hasSlot)
                    await TakeSlotAsync(cancellationToken).ConfigureAwait(false);
                var taken = Math.Min(buffer.Length, _partSize - _filled);
                Reserve(taken);
                buffer.Span[..taken].CopyTo(_buffer.AsSpan(_filled));
                _filled += taken;
                buffer = buffer[taken..];
            }
        }
        catch (Exception e)
        {
            Fail(e);
            throw;
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Enter(CancellationToken.None);
        if (_hasSlot && _filled + buffer.Length <= _partSize)
        {
            Reserve(buffer.Length);
            buffer.CopyTo(_buffer.AsSpan(_filled));
            _filled += buffer.Length;
            return;
        }
        var copy = ArrayPool<byte>.Shared.Rent(buffer.Length);
        try
        {
            buffer.CopyTo(copy);
            Write(copy, 0, buffer.Length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    /// <inheritdoc/>
    public override void WriteByte(byte value) => Write([value]);

    /// <summary>Does nothing: bytes leave when a part is full.</summary>
    public override void Flush()
    {
    }

    /// <summary>Does nothing: bytes leave when a part is full.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) => cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : Task.CompletedTask;

    /// <summary>Not supported.</summary>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("This stream is written.");

    /// <summary>Not supported.</summary>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A write goes from first to last byte.");

    /// <summary>Not supported.</summary>
    public override void SetLength(long value) => throw new NotSupportedException("A write goes from first to last byte.");

    /// <summary>Releases the write; before completion it aborts, and what was there stays.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (_state == State.Disposed)
            return;
        _state = State.Disposed;
        await _abort.CancelAsync().ConfigureAwait(false);
        // Each part records its own failure; here only their end matters.
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await new UploadScope(_store, _path, _upload).DisposeAsync().ConfigureAwait(false);
        ReturnBuffer();
        if (_digest is not null)
            await _digest.DisposeAsync().ConfigureAwait(false);
        _slots.Dispose();
        _abort.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _state != State.Disposed)
            DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Dispose(disposing);
    }

    /// <summary>Writes the rest of a stream, read straight into the part buffers.</summary>
    internal async ValueTask CopyFromAsync(Stream source, Action<long>? progress, CancellationToken cancellationToken)
    {
        Enter(cancellationToken);
        try
        {
            while (true)
            {
                if (_filled == _partSize || Length == _options.Length)
                {
                    // A full part waits here for one more byte, since the last part goes along with the completion.
                    var probe = new byte[1];
                    if (await source.ReadAsync(probe, cancellationToken).ConfigureAwait(false) == 0)
                        return;
                    await WriteAsync(probe, cancellationToken).ConfigureAwait(false);
                    progress?.Invoke(1);
                }
                if (!_hasSlot)
                    await TakeSlotAsync(cancellationToken).ConfigureAwait(false);
                if (_filled == _buffer.Length)
                    Reserve(_options.Length is { } length ? (int)Math.Clamp(length - Length, 1, _partSize - _filled) : Math.Min(_partSize - _filled, 128 << 10));
                var room = _buffer.AsMemory(_filled, Math.Min(_buffer.Length, _partSize) - _filled);
                var read = await source.ReadAsync(room, cancellationToken).ConfigureAwait(false);
                if (read == 0)
                    return;
                _filled += read;
                progress?.Invoke(read);
            }
        }
        catch (Exception e)
        {
            Fail(e);
            throw;
        }
    }

    private static ArtifactInfo WithChecksum(ArtifactInfo info, Checksum checksum) => new()
    {
        Path = info.Path,
        Kind = info.Kind,
        Length = info.Length,
        ETag = info.ETag,
        Modified = info.Modified,
        ContentType = info.ContentType,
        Metadata = info.Metadata,
        Checksum = checksum,
    };

    private void Enter(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_state == State.Disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        if (_state == State.Completed)
            throw new InvalidOperationException("This write is completed; open a new one.");
        _failure?.Throw();
    }

    /// <summary>Spends the stream. What a store said is said again by every later call; a cancellation becomes a refusal.</summary>
    private void Fail(Exception exception) => _failure ??= ExceptionDispatchInfo.Capture(
        exception is OperationCanceledException ? new InvalidOperationException("This write was cancelled in the middle and cannot go on; open a new one.", exception) : exception);

    private async ValueTask TakeSlotAsync(CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        _hasSlot = true;
        _failure?.Throw();
    }

    /// <summary>Makes room for more bytes of the part: small files take small buffers.</summary>
    private void Reserve(int more)
    {
        var needed = _filled + more;
        if (_buffer.Length >= needed)
            return;
        var first = (int)Math.Min(_options.Length ?? FirstBuffer, FirstBuffer);
        var size = _part > 0 ? _partSize : Math.Min(_partSize, Math.Max(needed, Math.Max(first, 2 * _filled)));
        var larger = ArrayPool<byte>.Shared.Rent(size);
        _buffer.AsSpan(0, _filled).CopyTo(larger);
        var old = _buffer;
        _buffer = larger;
        if (old.Length > 0)
            ArrayPool<byte>.Shared.Return(old);
    }

    /// <summary>Sends the buffer's part in the background; its slot goes along.</summary>
    private void SendBuffer()
    {
        if (_filled == 0)
            return;
        var buffer = _buffer;
        var part = NextPart(buffer.AsMemory(0, _filled));
        (_buffer, _filled, _hasSlot) = ([], 0, false);
        _running.RemoveAll(static t => t.IsCompleted);
        _running.Add(SendOwnedAsync(buffer, part));
    }

    private UploadPart NextPart(ReadOnlyMemory<byte> data)
    {
        var part = new UploadPart(_part++, _sent, data);
        _sent += data.Length;
        _partSize = _upload.GetPartSize(_part);
        return part;
    }

    /// <summary>Sends a part that the stream owns, in the background; gives its buffer and slot back.</summary>
    private async Task SendOwnedAsync(byte[] buffer, UploadPart part)
    {
        try
        {
            await SendPartAsync(part, _abort.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            if (!_abort.IsCancellationRequested)
            {
                Fail(e);
                await _abort.CancelAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _slots.Release();
        }
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        if (!_hasSlot)
            await TakeSlotAsync(cancellationToken).ConfigureAwait(false);
        await SendPartAsync(NextPart(data), cancellationToken).ConfigureAwait(false);
        _hasSlot = false;
        _slots.Release();
    }

    private async ValueTask SendPartAsync(UploadPart part, CancellationToken cancellationToken)
    {
        var hashing = _digest?.AppendAsync(part.Data) ?? ValueTask.CompletedTask;
        try
        {
            await _upload.WritePartAsync(part, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (_store.IsRaw(e, Operations.Write, _path, cancellationToken))
        {
            throw _store.Wrap(e, Operations.Write, _path);
        }
        finally
        {
            await hashing.ConfigureAwait(false);
        }
    }

    private async ValueTask JoinAsync(CancellationToken cancellationToken)
    {
        if (_running.Count > 0)
            await Task.WhenAll(_running).WaitAsync(cancellationToken).ConfigureAwait(false);
        _failure?.Throw();
    }

    private void ReturnBuffer()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _sent += _filled;
        (_buffer, _filled) = ([], 0);
    }
}
