using Amazon.Runtime;
using Cairn.Http;
using Cairn.Providers;

namespace Cairn.Providers.S3;

/// <summary>One tuned connection pool for each store: enough connections, nothing decoded, certificates and proxy from the options.</summary>
/// <param name="options">The store's options.</param>
/// <param name="contact">What is known of the storage service; null for the services that give credentials.</param>
/// <remarks>Without its own cache the SDK asks for a client at every request: all get the same one, whose connections are used again.</remarks>
internal sealed class S3HttpClients(S3Options options, ServiceContact? contact) : HttpClientFactory, IDisposable
{
    private readonly HttpClient _client = new(Over(new S3IdleHandler(HandlerOf(options), options.Timeout, contact), options, isStorage: contact is not null)) { Timeout = Timeout.InfiniteTimeSpan };

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => _client;

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    public void Dispose() => _client.Dispose();

    internal SocketsHttpHandler MakeHandler() => HandlerOf(options);

    /// <summary>The marks are those of S3, and not of the services that give credentials.</summary>
    private static HttpMessageHandler Over(S3IdleHandler handler, S3Options options, bool isStorage) => isStorage ? new S3Marks(handler, options.RequestId) : handler;

    private static SocketsHttpHandler HandlerOf(S3Options options) =>
        ServiceConnections.Create(options.ConnectTimeout, options.Proxy, options.CaFile is { } file ? TrustedCertificates.Read(file) : null);
}
