using Cairn.Providers;

namespace Cairn.Reading;

/// <summary>A sequence of blocks that is fetched in the background with one request or, if connections break, with several.</summary>
internal sealed class RemoteFetch(RemoteContent content, PinnedFile file, StoreRead? open, long first, long end, long length)
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly ResumingRead _read = new(file, open, content.Start + first * RemoteContent.BlockSize, content.Start + Math.Min(length, end * RemoteContent.BlockSize));

    /// <summary>Gets or sets the block that is being filled or is next; guarded by the lock of the content.</summary>
    public long Next { get; set; } = first;

    /// <summary>Gets the block after the last.</summary>
    public long End => end;

    /// <summary>
    /// Gets or sets the error that ended the fetch early; null while it runs, and if it completed or was stopped. Guarded by the lock of the content.
    /// </summary>
    public Exception? Failure { get; set; }

    /// <summary>Gets or sets whether the fetch has ended; guarded by the lock of the content.</summary>
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
                    var count = await _read.ReadAsync(block.Data.AsMemory(filled, block.Length - filled), _stopping.Token).ConfigureAwait(false);
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
        await _read.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Stops the fetch.</summary>
    public Task StopAsync() => _stopping.CancelAsync();
}
