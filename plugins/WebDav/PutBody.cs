using System.Net;
using System.Threading.Channels;

namespace Cairn.Plugins.WebDav;

/// <summary>A request body that takes its pieces as they come, without a copy: each is the writer's own memory until it is sent.</summary>
/// <remarks>Always of unknown length: the server publishes at its end, and the end must come when the writer says so, not with the last byte.</remarks>
internal sealed class PutBody : HttpContent
{
    private readonly Channel<(ReadOnlyMemory<byte> Data, TaskCompletionSource Sent)> _pieces =
        Channel.CreateUnbounded<(ReadOnlyMemory<byte>, TaskCompletionSource)>(new() { SingleReader = true });

    private int _sending;

    /// <summary>Sends a piece. When the task ends, however it ends but by cancellation of the whole request, the memory is the caller's again.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _pieces.Writer.TryWrite((data, sent));
        await sent.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public void End() => _pieces.Writer.TryComplete();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // Pieces that were sent are gone: what a second request would send is not the file.
        if (Interlocked.Exchange(ref _sending, 1) != 0)
            throw new StoreException(StoreErrorCode.Unavailable, "the server asked for the whole body once more");
        await foreach (var (data, sent) in _pieces.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                await stream.WriteAsync(data, cancellationToken).ConfigureAwait(false);
                sent.TrySetResult();
            }
            catch (Exception e)
            {
                sent.TrySetException(e);
                throw;
            }
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
