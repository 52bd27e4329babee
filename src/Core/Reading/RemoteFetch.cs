using Cairn.Providers;

namespace Cairn.Reading;

/// <summary>One run of blocks being fetched in the background, by one request or, when connections break, by several for the rest.</summary>
internal sealed class RemoteFetch(RemoteContent content, PinnedFile file, StoreRead? open, long first, long end, long length)
{
    /// <summary>How often in a row a connection may break without bringing a byte.</summary>
    internal const int MaxBreaks = 5;

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stopping = new();
    private readonly long _endOffset = Math.Min(length, end * RemoteContent.BlockSize);
    private StoreRead? _open = open;
    private int _breaks;

    /// <summary>The block that is filled next or now; under the content's lock.</summary>
    public long Next { get; set; } = first;

    /// <summary>The block after the last.</summary>
    public long End => end;

    /// <summary>Why it ended before its end; null while it runs, when it is done and when it was stopped. Under the content's lock.</summary>
    public Exception? Failure { get; set; }

    /// <summary>True when it brings nothing more; under the content's lock.</summary>
    public bool HasEnded { get; set; }

    /// <summary>Fetches to the end, to a failure or until stopped. A failure goes to the content; the task fails only when the response cannot be released.</summary>
    public async Task RunAsync()
    {
        await Task.Yield();
        RemoteContent.Block? block = null;
        Exception? failure = null;
        try
        {
            for (var index = Next; index < end; index++)
            {
                block = await content.NextBlockAsync(this, _stopping.Token).ConfigureAwait(false);
                if (block is null)
                    break;
                for (var filled = 0; filled < block.Length;)
                {
                    var count = await ReadAsync(index * RemoteContent.BlockSize + filled, block.Data.AsMemory(filled, block.Length - filled)).ConfigureAwait(false);
                    filled += count;
                    content.Arrived(this, block, count);
                }
                block = null;
            }
        }
        catch (Exception e)
        {
            failure = _stopping.IsCancellationRequested ? null : e;
        }
        content.Ended(this, block, failure);
        if (_open is { } last)
            await last.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Stops; nothing more comes.</summary>
    public Task StopAsync() => _stopping.CancelAsync();

    /// <summary>Reads what comes next, over a new connection if the old one breaks: the rest is asked for again, in the same version.</summary>
    private async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer)
    {
        var stopping = _stopping.Token;
        StoreRead? broken = null;
        while (true)
        {
            if (_open is null && broken is null)
                _open = await content.OpenAsync(offset, _endOffset, stopping).ConfigureAwait(false);
            TimeSpan wait;
            try
            {
                if (broken is { } old)
                {
                    broken = null;
                    await old.DisposeAsync().ConfigureAwait(false);
                    continue;
                }
                var count = await _open!.Content.ReadAsync(buffer, stopping).ConfigureAwait(false);
                if (count == 0)
                    throw new EndOfStreamException("The response ended before the range that was asked for.");
                _breaks = 0;
                return count;
            }
            catch (Exception e) when (!stopping.IsCancellationRequested && MayResume(e, out wait))
            {
                (broken, _open) = (_open, null);
            }
            catch (Exception e) when (file.IsRaw(e, stopping))
            {
                throw file.Wrap(e);
            }
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, file.Store.Options.TimeProvider, stopping).ConfigureAwait(false);
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
