using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Apis.Http;

namespace Cairn.Providers.Gcs;

/// <summary>One tuned connection pool for each store: enough connections, nothing decoded, certificates and proxy from the options; the credentials' own requests use the same settings.</summary>
internal sealed class GcsHandler(GcsOptions options) : HttpClientFactory
{
    public SocketsHttpHandler Make()
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
        if (options.CaFile is { } file)
            handler.SslOptions.CertificateChainPolicy = TrustOnly(file);
        return handler;
    }

    protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args) => Make();

    private static X509ChainPolicy TrustOnly(string file)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ArtifactStoreException(StoreErrorCode.InvalidConfiguration, $"option 'ca-file' names {file}, which cannot be read as PEM certificates", e);
        }
        return policy;
    }
}
