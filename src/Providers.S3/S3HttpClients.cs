using Amazon.Runtime;
using Cairn.Http;
using Cairn.Providers;

namespace Cairn.Providers.S3;

/// <summary>One connection pool per store: with sufficient connections, without decompression, and with certificates and proxy from the options.</summary>
/// <param name="options">The options of the store.</param>
/// <param name="contact">The state of contact with the storage service; null for services that provide credentials.</param>
/// <remarks>Without its own cache, the SDK requests a client for every request: all get the same one, whose connections are reused.</remarks>
internal sealed class S3HttpClients(S3Options options, ServiceContact? contact) : HttpClientFactory, IDisposable
{
    private readonly HttpClient _client = new(Over(new S3IdleHandler(HandlerOf(options), options.Timeout, contact), options, isStorage: contact is not null)) { Timeout = Timeout.InfiniteTimeSpan };

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => _client;

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    public void Dispose() => _client.Dispose();

    internal SocketsHttpHandler MakeHandler() => HandlerOf(options);

    /// <summary>Responses of S3 are checked for their marks; responses of services that provide credentials are not.</summary>
    private static HttpMessageHandler Over(S3IdleHandler handler, S3Options options, bool isStorage) => isStorage ? new S3Marks(handler, options.RequestId) : handler;

    private static SocketsHttpHandler HandlerOf(S3Options options) =>
        ServiceConnections.Create(options.ConnectTimeout, options.Proxy, options.CaFile is { } file ? TrustedCertificates.Read(file) : null);
}
