using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Azure.Core.Pipeline;

namespace Cairn.Providers.Azure;

/// <summary>A store's connections: one tuned pool to the blob service, nothing decoded, certificates and proxy from the options; and another to whatever gives identities.</summary>
internal sealed class AzureHttp : IDisposable
{
    private const string MetadataService = @"169\.254\.169\.254";

    private readonly HttpClient _storage;
    private readonly Lazy<HttpClient> _identity;

    public AzureHttp(AzureOptions options, Func<HttpMessageHandler, HttpMessageHandler>? over)
    {
        var handler = MakeHandler(options);
        handler.MaxConnectionsPerServer = 256;
        if (options.CaFile is { } file)
            handler.SslOptions.CertificateChainPolicy = TrustOnly(file);
        _storage = new(over?.Invoke(handler) ?? handler) { Timeout = Timeout.InfiniteTimeSpan };
        // Identities come from public hosts: what the storage's certificates are does not hold for them.
        _identity = new(() => new(MakeHandler(options)));
    }

    public HttpPipelineTransport ForStorage => new HttpClientTransport(_storage);

    public HttpPipelineTransport ForIdentity => new HttpClientTransport(_identity.Value);

    public void Dispose()
    {
        _storage.Dispose();
        if (_identity.IsValueCreated)
            _identity.Value.Dispose();
    }

    private static SocketsHttpHandler MakeHandler(AzureOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            ConnectTimeout = options.Timeout,
        };
        if (options.Proxy is { } proxy)
            handler.Proxy = new WebProxy(proxy, BypassOnLocal: false, [MetadataService]);
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
