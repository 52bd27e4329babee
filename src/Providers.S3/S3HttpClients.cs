using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Amazon.Runtime;

namespace Cairn.Providers.S3;

/// <summary>One tuned connection pool for each client: enough connections, nothing decoded, certificates and proxy from the options.</summary>
internal sealed class S3HttpClients(S3Options options) : HttpClientFactory
{
    private readonly X509ChainPolicy? _trust = options.CaFile is { } file ? TrustOnly(file) : null;

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new S3IdleHandler(MakeHandler(), options.Timeout)) { Timeout = Timeout.InfiniteTimeSpan };

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    internal SocketsHttpHandler MakeHandler()
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            MaxConnectionsPerServer = 256,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            ConnectTimeout = options.ConnectTimeout,
            Expect100ContinueTimeout = TimeSpan.FromSeconds(1),
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
            throw new ArtifactStoreException(StoreErrorCode.InvalidConfiguration, $"option 'ca-file' names {file}, which cannot be read as PEM certificates", e);
        }
        return policy;
    }
}
