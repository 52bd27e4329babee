using System.Buffers;
using Cairn.Engine;
using Cairn.Providers;
using Cairn.Streams;
using Cairn.Writing;
using Microsoft.Win32.SafeHandles;

namespace Cairn;

/// <summary>A file that is being written. Only <see cref="CompleteAsync"/> publishes it.</summary>
/// <remarks>
/// <para>
/// <para>If it is disposed before completion, the write is aborted: the existing file is unchanged, and nothing remains staged. After a failure or a
/// cancelled write, the stream cannot be used, and <see cref="CompleteAsync"/> throws.</para>
/// </para>
/// <para><para>Memory use is bounded by part size × parallelism. Flushing does nothing: bytes are sent when a part is full. Not thread-safe.</para></para>
/// </remarks>
public sealed class StoreWriteStream : Stream
{
    private const int FirstBuffer = 16 << 10;
    private const int SmallFile = 64 << 10;

    private readonly StoreCore _store;
    private readonly PartWriter _parts;
    private readonly long? _announced;
    private byte[] _buffer = [];
    private int _filled;
    private bool _hasSlot;
    private State _state;

    internal StoreWriteStream(StoreCore store, StorePath path, StoreUpload upload, OpenWriteOptions options, int parallelism)
    {
        _store = store;
        _parts = new(store, path, upload, options, parallelism);
        _announced = options.Length;
        Uri = store.GetUri(path);
    }

    private enum State
    {
        Open,
        Completed,
        Disposed,
    }

    /// <summary>Gets the URI of the file.</summary>
    public StoreUri Uri { get; }

    /// <summary>
    /// Gets the SHA-256 of the content after completion, if <see cref="OpenWriteOptions.ComputeSha256"/> or an expected checksum requested it; otherwise,
    /// null.
    /// </summary>
    public Checksum? Sha256 => _parts.Sha256;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => _state == State.Open && !_parts.HasFailed;

    /// <summary>Gets the number of bytes written so far.</summary>
    public override long Length => _parts.Sent + _filled;

    /// <summary>Gets the number of bytes written so far; it cannot be set.</summary>
    public override long Position
    {
        get => Length;
        set => throw new NotSupportedException("A write goes from first to last byte.");
    }

    /// <summary>Publishes the file under the condition with which the write was opened.</summary>
    /// <returns>The metadata of the written file, with the SHA-256 if it was computed.</returns>
    /// <remarks>
    /// On return, the file is completely visible, and durable as far as the store guarantees it. If the method throws, nothing is visible, unless the
    /// response of the store was lost.
    /// </remarks>
    /// <exception cref="StoreException">
    /// AlreadyExists or PreconditionFailed, depending on the condition. <see cref="StoreErrorCode.IntegrityFailure"/>: the content does not match the
    /// expected checksum or length. Also the errors of parts.
    /// </exception>
    /// <exception cref="InvalidOperationException">The write is already completed, or a part of it was cancelled.</exception>
    public async Task<StoreEntry> CompleteAsync(CancellationToken cancellationToken = default)
    {
        Enter(cancellationToken);
        try
        {
            var last = _buffer.AsMemory(0, _filled);
            _filled = 0;
            var info = await _parts.CompleteAsync(last, cancellationToken).ConfigureAwait(false);
            _state = State.Completed;
            return info;
        }
        catch (Exception e)
        {
            _parts.Fail(e);
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
                if (_parts.AcceptsAnyPartSize && buffer.Length >= _parts.PartSize)
                {
                    SendBuffer();
                    if (!_hasSlot)
                        await TakeSlotAsync(cancellationToken).ConfigureAwait(false);
                    await _parts.SendAsync(buffer, cancellationToken).ConfigureAwait(false);
                    _hasSlot = false;
                    return;
                }
                if (_filled == _parts.PartSize)
                    SendBuffer();
                if (!_hasSlot)
                    await TakeSlotAsync(cancellationToken).ConfigureAwait(false);
                var taken = Math.Min(buffer.Length, _parts.PartSize - _filled);
                Reserve(taken);
                buffer.Span[..taken].CopyTo(_buffer.AsSpan(_filled));
                _filled += taken;
                buffer = buffer[taken..];
            }
        }
        catch (Exception e)
        {
            _parts.Fail(e);
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
        Synchronously.Wait(WriteAsync(buffer.AsMemory(offset, count)));
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Enter(CancellationToken.None);
        if (_hasSlot && _filled + buffer.Length <= _parts.PartSize)
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

    /// <summary>Does nothing: bytes are sent when a part is full.</summary>
    public override void Flush()
    {
    }

    /// <summary>Does nothing: bytes are sent when a part is full.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) => cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : Task.CompletedTask;

    /// <summary>Not supported.</summary>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("This stream is written.");

    /// <summary>Not supported.</summary>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A write goes from first to last byte.");

    /// <summary>Not supported.</summary>
    public override void SetLength(long value) => throw new NotSupportedException("A write goes from first to last byte.");

    /// <summary>Releases the write. Before completion, it is aborted, and the existing file is unchanged.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (_state == State.Disposed)
            return;
        _state = State.Disposed;
        await _parts.DisposeAsync().ConfigureAwait(false);
        ReturnBuffer();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _state != State.Disposed)
            Synchronously.Wait(DisposeAsync());
        base.Dispose(disposing);
    }

    /// <summary>Writes a whole local file, by the store itself where it can; a small one comes sooner through memory.</summary>
    /// <returns>False when it has to be written as a stream.</returns>
    internal async ValueTask<bool> TryTakeFileAsync(SafeFileHandle file, long length, Action<long>? progress, CancellationToken cancellationToken)
    {
        Enter(cancellationToken);
        if (length <= SmallFile || Length > 0)
            return false;
        try
        {
            return await _parts.TryTakeFileAsync(file, length, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _parts.Fail(e);
            throw;
        }
    }

    /// <summary>The length of the pieces of <see cref="WritePieceAsync"/>, but for the last.</summary>
    internal const int PieceLength = 256 << 10;

    /// <summary>Whether <see cref="WritePieceAsync"/> works: nothing is written yet, and the store takes parts of any size in any order.</summary>
    internal bool TakesAnyOrder => Length == 0 && _parts.TakesAnyOrder;

    /// <summary>Writes a piece at its place: pieces of one length, and a shorter last one, several at once and in any order. All of the file comes so, or nothing of it.</summary>
    internal ValueTask WritePieceAsync(ReadOnlyMemory<byte> data, long offset, CancellationToken cancellationToken) => _parts.WritePieceAsync(data, offset, PieceLength, cancellationToken);

    /// <summary>Writes the rest of a stream, read directly into the part buffers: one copy less than <see cref="Stream.CopyToAsync(Stream)"/>.</summary>
    /// <param name="source">The stream to read to its end. It is not closed.</param>
    /// <param name="progress">Called with the number of bytes after each read. Optional.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    public async ValueTask CopyFromAsync(Stream source, Action<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        Enter(cancellationToken);
        var isSmallFile = source is FileStream { CanSeek: true, Length: <= SmallFile };
        try
        {
            while (true)
            {
                if (_filled == _parts.PartSize || Length == _announced)
                {
                    // A full part waits here for one more byte, since the last part goes along with the completion.
                    var probe = new byte[1];
                    if (await ReadAsync(probe).ConfigureAwait(false) == 0)
                        return;
                    await WriteAsync(probe, cancellationToken).ConfigureAwait(false);
                    progress?.Invoke(1);
                }
                if (!_hasSlot)
                    await TakeSlotAsync(cancellationToken).ConfigureAwait(false);
                if (_filled == _buffer.Length)
                    Reserve(_announced is { } length ? (int)Math.Clamp(length - Length, 1, _parts.PartSize - _filled) : Math.Min(_parts.PartSize - _filled, 128 << 10));
                var room = _buffer.AsMemory(_filled, Math.Min(_buffer.Length, _parts.PartSize) - _filled);
                var read = await ReadAsync(room).ConfigureAwait(false);
                if (read == 0)
                    return;
                _filled += read;
                progress?.Invoke(read);
            }
        }
        catch (Exception e)
        {
            _parts.Fail(e);
            throw;
        }

        // A small file is read in less time than another thread takes to begin with it.
        ValueTask<int> ReadAsync(Memory<byte> room) => isSmallFile ? new(source.Read(room.Span)) : source.ReadAsync(room, cancellationToken);
    }

    private void Enter(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_state == State.Disposed, this);
        _store.Enter(cancellationToken);
        if (_state == State.Completed)
            throw new InvalidOperationException("This write is completed; open a new one.");
        _parts.ThrowIfFailed();
    }

    private async ValueTask TakeSlotAsync(CancellationToken cancellationToken)
    {
        await _parts.TakeSlotAsync(cancellationToken).ConfigureAwait(false);
        _hasSlot = true;
    }

    /// <summary>Makes room for more bytes of the part: small files take small buffers.</summary>
    private void Reserve(int more)
    {
        var needed = _filled + more;
        if (_buffer.Length >= needed)
            return;
        var first = (int)Math.Min(_announced ?? FirstBuffer, FirstBuffer);
        var size = _parts.Number > 0 ? _parts.PartSize : Math.Min(_parts.PartSize, Math.Max(needed, Math.Max(first, 2 * _filled)));
        var larger = _parts.Rent(size);
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
        _parts.Send(_buffer, _filled);
        (_buffer, _filled, _hasSlot) = ([], 0, false);
    }

    private void ReturnBuffer()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, _filled) = ([], 0);
    }
}
