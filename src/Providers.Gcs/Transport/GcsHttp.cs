using System.Security.Cryptography.X509Certificates;
using Cairn.Http;
using Google.Apis.Http;

namespace Cairn.Providers.Gcs;

/// <summary>One tuned connection pool for each store: enough connections, nothing decoded, certificates and proxy from the options; the credentials' own requests use the same settings.</summary>
internal sealed class GcsHttp(GcsOptions options) : HttpClientFactory
{
    private readonly X509ChainPolicy? _trust = options.CaFile is { } file ? TrustedCertificates.Read(file) : null;

    /// <summary>The SDK's own handler stays in front: without it, downloads through <c>StorageClient</c> would not check their CRC-32C, and would not say so.</summary>
    protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args)
    {
        args.GZipEnabled = false;
        var handler = (DelegatingHandler)base.CreateHandler(args);
        handler.InnerHandler?.Dispose();
        handler.InnerHandler = new GcsMarks(MakeSockets());
        return handler;
    }

    private SocketsHttpHandler MakeSockets()
    {
        var handler = ServiceConnections.Create(options.Timeout, options.Proxy, _trust);
        // A reader that jumps leaves bodies unread: a new connection costs less than the rest of a body.
        handler.MaxResponseDrainSize = 64 << 10;
        return handler;
    }
}
