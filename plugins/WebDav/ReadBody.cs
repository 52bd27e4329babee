using System.Net;
using Cairn.Providers;

namespace Cairn.Plugins.WebDav;

/// <summary>A request body that is another file's content. It is opened anew each time it is sent: a challenge may make the client send it twice.</summary>
internal sealed class ReadBody(long length, Func<CancellationToken, ValueTask<StoreRead>> open) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var read = await open(cancellationToken).ConfigureAwait(false);
        await using (read.ConfigureAwait(false))
            await read.Content.CopyToAsync(stream, cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long computed)
    {
        computed = length;
        return true;
    }
}
