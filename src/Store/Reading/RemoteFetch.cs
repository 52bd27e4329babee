using Cairn.Providers;

namespace Cairn.Reading;

/// <summary>One run of blocks being fetched in the background, by one request or, when connections break, by several for the rest.</summary>
internal sealed class RemoteFetch(RemoteContent content, PinnedFile file, StoreRead? open, long first, long end, long length)
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly ResumingRead _read = new(file, open, content.Start + first * RemoteContent.BlockSize, content.Start + Math.Min(length, end * RemoteContent.BlockSize));

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

    /// <summary>Stops; nothing more comes.</summary>
    public Task StopAsync() => _stopping.CancelAsync();
}
