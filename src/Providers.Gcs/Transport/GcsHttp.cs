using System.Security.Cryptography.X509Certificates;
using Cairn.Http;
using Google.Apis.Http;

namespace Cairn.Providers.Gcs;

/// <summary>
/// One connection pool per store: with sufficient connections, without decompression, and with certificates and proxy from the options. Requests for
/// credentials use the same settings.
/// </summary>
internal sealed class GcsHttp(GcsOptions options) : HttpClientFactory
{
    private readonly X509ChainPolicy? _trust = options.CaFile is { } file ? TrustedCertificates.Read(file) : null;

    /// <summary>
    /// The SDK's handler remains the outermost: without it, downloads through <c>StorageClient</c> would silently not verify their CRC-32C.
    /// </summary>
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
        // A reader that seeks leaves bodies unread: a new connection costs less than the rest of a body.
        handler.MaxResponseDrainSize = 64 << 10;
        return handler;
    }
}
