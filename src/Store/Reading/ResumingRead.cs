using Cairn.Providers;

namespace Cairn.Reading;

/// <summary>Reads the bytes of one version of a file sequentially with one request or, if connections break, with several.</summary>
/// <param name="file">The file.</param>
/// <param name="open">A response that is already open at <paramref name="position"/>, which this object owns. Null to open one on demand.</param>
/// <param name="position">The start in the file.</param>
/// <param name="end">The end in the file.</param>
internal sealed class ResumingRead(PinnedFile file, StoreRead? open, long position, long end) : IAsyncDisposable
{
    /// <summary>The maximum number of consecutive connections that break without a byte.</summary>
    internal const int MaxBreaks = 5;

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);

    private StoreRead? _open = open;
    private long _position = position;
    private int _breaks;

    /// <summary>Reads the next bytes. If the connection breaks, requests the rest of the same version with a new one.</summary>
    /// <returns>The number of bytes, at least one; the caller must not read at the end.</returns>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        file.Reading.RunAsync(this, buffer, static (read, buffer, stopping) => read.ReadAnyAsync(buffer, stopping), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_open is { } last)
        {
            _open = null;
            await last.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<int> ReadAnyAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        StoreRead? broken = null;
        while (true)
        {
            if (_open is null && broken is null)
                _open = await file.OpenAsync(new ByteRange(_position, end - _position), null, cancellationToken).ConfigureAwait(false);
            TimeSpan wait;
            try
            {
                if (broken is { } old)
                {
                    broken = null;
                    await old.DisposeAsync().ConfigureAwait(false);
                    continue;
                }
                var count = await _open!.Content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (count == 0)
                    throw new EndOfStreamException("The response ended before the range that was asked for.");
                _breaks = 0;
                _position += count;
                return count;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && MayResume(e, out wait))
            {
                (broken, _open) = (_open, null);
            }
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, file.Store.Options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether a broken connection is worth another, and after what wait: at once after progress, then longer each time, or as long as the store asks.</summary>
    private bool MayResume(Exception exception, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        TimeSpan? retryAfter = null;
        if (exception is not EndOfStreamException && !file.IsTransient(exception, out retryAfter))
            return false;
        if (++_breaks > MaxBreaks)
            return false;
        var own = _breaks == 1 ? TimeSpan.Zero : FirstWait * Math.Pow(2, _breaks - 2) * Random.Shared.NextDouble();
        wait = retryAfter is { } asked && asked > own ? asked : own;
        return true;
    }
}
