using Cairn.Providers.Local.Platform;
using Cairn.Streams;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Providers.Local;

/// <summary>The content of an open file, in the version at the time of opening.</summary>
/// <remarks>
/// A read that the system's cache can serve completes synchronously; only a read that waits for the device is passed to another thread. After each read, the
/// metadata of the file is compared with that at opening, so bytes that another program has written in place are never mixed with older ones. A program that
/// resets the modified time, or writes within the same clock tick as the previous version, is not detected.
/// </remarks>
internal sealed class LocalReadStream(LocalFileSystem files, SafeFileHandle file, LocalFacts opened, long position) : ReadOnlyStream
{
    private long _position = position;

    /// <inheritdoc/>
    public override bool CanRead => !file.IsClosed;

    /// <inheritdoc/>
    public override bool CanSeek => !file.IsClosed;

    /// <inheritdoc/>
    public override long Length => opened.Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        buffer = buffer[..Wanted(buffer.Length)];
        return buffer.IsEmpty ? 0 : Advance(files.Read(file, buffer, _position));
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<int>(cancellationToken);
        buffer = buffer[..Wanted(buffer.Length)];
        if (buffer.IsEmpty)
            return new(0);
        return files.TryReadCached(file, buffer.Span, _position, out var read) ? new(Advance(read)) : ReadSlowlyAsync(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            file.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadSlowlyAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        Advance(await Task.Run(() => files.Read(file, buffer.Span, _position), cancellationToken).ConfigureAwait(false));

    private int Wanted(int count)
    {
        ObjectDisposedException.ThrowIf(file.IsClosed, this);
        return (int)Math.Clamp(opened.Length - _position, 0, count);
    }

    private int Advance(int read)
    {
        if (read == 0)
            throw LocalErrors.CutWhileRead();
        if (!files.FactsOf(file).IsVersion(opened))
            throw LocalErrors.ChangedWhileRead();
        _position += read;
        return read;
    }
}
