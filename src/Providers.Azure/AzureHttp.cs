using System.Security.Cryptography.X509Certificates;
using Azure.Core.Pipeline;
using Cairn.Http;

namespace Cairn.Providers.Azure;

/// <summary>
/// The connections of a store: a pool for the blob service, without decompression and with certificates and proxy from the options, and another for identity
/// services.
/// </summary>
internal sealed class AzureHttp : IDisposable
{
    private const string MetadataService = @"169\.254\.169\.254";

    private readonly HttpClient _storage;
    private readonly Lazy<HttpClient> _identity;

    public AzureHttp(AzureOptions options, Func<HttpMessageHandler, HttpMessageHandler>? over)
    {
        var handler = MakeHandler(options, options.CaFile is { } file ? TrustedCertificates.Read(file) : null);
        _storage = new(over?.Invoke(handler) ?? handler) { Timeout = Timeout.InfiniteTimeSpan };
        // Identity services are public hosts, so the certificates of the storage service do not apply to them.
        _identity = new(() => new(MakeHandler(options, trust: null)));
    }

    public HttpPipelineTransport ForStorage => new HttpClientTransport(_storage);

    public HttpPipelineTransport ForIdentity => new HttpClientTransport(_identity.Value);

    public void Dispose()
    {
        _storage.Dispose();
        if (_identity.IsValueCreated)
            _identity.Value.Dispose();
    }

    private static SocketsHttpHandler MakeHandler(AzureOptions options, X509ChainPolicy? trust) => ServiceConnections.Create(options.Timeout, options.Proxy, trust, MetadataService);
}
