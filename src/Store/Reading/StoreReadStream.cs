using Cairn.Providers;
using Cairn.Reading;
using Cairn.Streams;

namespace Cairn;

/// <summary>A file, or a range of a file, that is open for reading: seekable, with a known length, and with the content of one version.</summary>
/// <remarks>
/// <para>
/// <para>If the file changes during the read, further reads return the old version or fail with <see cref="StoreErrorCode.PreconditionFailed"/>. After a
/// broken connection, the read resumes at the byte where it stopped. If a remote store keeps a CRC-32C, a file that is read sequentially to its end is
/// verified. Memory use is bounded by the read-ahead and a few blocks for short seeks.</para>
/// </para>
/// <para><para>Not thread-safe. Asynchronous and synchronous reads can be mixed.</para></para>
/// </remarks>
public sealed class StoreReadStream : Stream
{
    private readonly PinnedFile _file;
    private readonly ReadContent _content;
    private readonly SequentialDigest? _digest;
    private long _position;
    private bool _disposed;

    internal StoreReadStream(PinnedFile file, StoreRead read, OpenReadOptions options, int readAhead)
    {
        _file = file;
        Info = read.Info;
        Length = options.Range.LengthIn(read.Info.Length);
        IsLocal = read.Content.CanSeek;
        _content = IsLocal ? new SeekableContent(file, read, options.Range.Offset) : new RemoteContent(file, read, options.Range.Offset, Length, readAhead, !options.IsSequential);
        var promised = !IsLocal && options.Range.IsAll && read.Info.Checksum is { Algorithm: Checksum.Crc32C } kept ? kept : null;
        _digest = (options.ExpectedChecksum ?? promised) is { } expected ? new(expected, Length) : null;
    }

    /// <summary>Gets the metadata of the version that is read; <see cref="StoreEntry.Length"/> is the length of the whole file.</summary>
    public StoreEntry Info { get; }

    /// <summary>Gets the URI of the file.</summary>
    public StoreUri Uri => _file.Uri;

    /// <inheritdoc/>
    public override bool CanRead => !_disposed;

    /// <inheritdoc/>
    public override bool CanSeek => !_disposed;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <summary>Gets the length of the stream in bytes: that of the file or the range.</summary>
    public override long Length { get; }

    /// <summary>
    /// Gets or sets the position of the next byte, relative to the start of the range. It can be past the end, where reads return no bytes.
    /// </summary>
    public override long Position
    {
        get => _position;
        set
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    /// <summary>Gets whether the content of the driver is seekable, so that reads need no requests.</summary>
    internal bool IsLocal { get; }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var wanted = Begin(buffer.Length, cancellationToken);
        if (wanted == 0)
            return Observe(ReadOnlySpan<byte>.Empty, buffer.Length);
        var count = Checked(await _content.ReadAsync(_position, buffer[..wanted], cancellationToken).ConfigureAwait(false));
        return Observe(buffer.Span[..count], wanted);
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var wanted = Begin(buffer.Length, CancellationToken.None);
        if (wanted == 0)
            return Observe(ReadOnlySpan<byte>.Empty, buffer.Length);
        var count = Checked(_content.Read(_position, buffer[..wanted]));
        return Observe(buffer[..count], wanted);
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var target = offset + origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => _position,
            SeekOrigin.End => Length,
            _ => throw new ArgumentOutOfRangeException(nameof(origin), origin, "There are three origins."),
        };
        return target >= 0 ? _position = target : throw new IOException("A stream has no bytes before its first.");
    }

    /// <summary>Does nothing.</summary>
    public override void Flush()
    {
    }

    /// <summary>Not supported.</summary>
    public override void SetLength(long value) => throw new NotSupportedException("This stream is read.");

    /// <summary>Not supported.</summary>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("This stream is read.");

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        _digest?.Dispose();
        await _content.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
            Synchronously.Wait(DisposeAsync());
        base.Dispose(disposing);
    }

    private int Begin(int room, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        return (int)Math.Clamp(Length - _position, 0, room);
    }

    private int Checked(int count) => count > 0 ? count : throw _file.Changed();

    private int Observe(ReadOnlySpan<byte> bytes, int room)
    {
        if (_digest is not null && room > 0 && _position <= Length && !_digest.Observe(_position, bytes))
        {
            throw _file.Failure(
                StoreErrorCode.IntegrityFailure, $"the content is {_digest.Actual} and not what was expected", "Do not use the data that was read so far.");
        }
        _position += bytes.Length;
        return bytes.Length;
    }
}
