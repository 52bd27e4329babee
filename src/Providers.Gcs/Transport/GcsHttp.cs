using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Apis.Http;

namespace Cairn.Providers.Gcs;

/// <summary>One tuned connection pool for each store: enough connections, nothing decoded, certificates and proxy from the options; the credentials' own requests use the same settings.</summary>
internal sealed class GcsHttp(GcsOptions options) : HttpClientFactory
{
    private readonly X509ChainPolicy? _trust = options.CaFile is { } file ? TrustOnly(file) : null;

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
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            MaxConnectionsPerServer = 256,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            ConnectTimeout = options.Timeout,
            // A reader that jumps leaves bodies unread: a new connection costs less than the rest of a body.
            MaxResponseDrainSize = 64 << 10,
        };
        if (options.Proxy is { } proxy)
            handler.Proxy = new WebProxy(proxy);
        if (_trust is not null)
            handler.SslOptions.CertificateChainPolicy = _trust;
        return handler;
    }

    private static X509ChainPolicy TrustOnly(string file)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new StoreException(StoreErrorCode.InvalidConfiguration, $"option 'ca-file' names {file}, which cannot be read as PEM certificates", e);
        }
        return policy;
    }
}
