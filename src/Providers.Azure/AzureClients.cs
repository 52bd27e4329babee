using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Storage;
using Azure.Storage.Blobs;
using Cairn.Providers;

namespace Cairn.Providers.Azure;

/// <summary>A client of the SDK on one container, its request pipeline, and what it takes to sign URLs.</summary>
internal sealed class AzureClients : IDisposable
{
    private readonly AzureHttp _http;

    private AzureClients(AzureHttp http) => _http = http;

    public required BlobServiceClient Service { get; init; }

    public required BlobContainerClient Container { get; init; }

    public required string ContainerName { get; init; }

    /// <summary>The account; null where only an endpoint is known.</summary>
    public string? AccountName { get; init; }

    /// <summary>Which checksum goes with each request that has a body.</summary>
    public AzureChecksum Checksum { get; init; }

    /// <summary>The SDK's own pipeline: user agent, retries, credentials, transport.</summary>
    public required HttpPipeline Pipeline { get; init; }

    /// <summary>What signs a request; null for anonymous access.</summary>
    public HttpPipelinePolicy? Authentication { get; init; }

    public StorageSharedKeyCredential? Key { get; init; }

    public TokenCredential? Token { get; init; }

    public string? Sas { get; init; }

    /// <summary>Makes the SDK's client from options. Retries have one owner, the SDK.</summary>
    /// <param name="root">The store's root.</param>
    /// <param name="options">The options.</param>
    /// <param name="environment">The environment's variables.</param>
    /// <param name="over">What to put over the transport; null for nothing.</param>
    /// <param name="retrying">Told of each request that is sent again; null for nobody.</param>
    public static AzureClients Make(
        StoreUri root, AzureOptions options, Func<string, string?> environment, Func<HttpMessageHandler, HttpMessageHandler>? over = null, Action<RetryNotice>? retrying = null)
    {
        Check(options);
        var account = AzureAccount.Resolve(root, options, environment);
        var http = new AzureHttp(options, over);
        var sdk = new BlobClientOptions(AzureRequests.Version) { Transport = http.ForStorage, EncryptionScope = options.EncryptionScope };
        sdk.RetryPolicy = new AzureRetries(options, new(account.Endpoint.GetLeftPart(UriPartial.Path), retrying, TimeProvider.System), TimeProvider.System);
        sdk.Retry.NetworkTimeout = options.Timeout;
        // Around the SDK's retries: what does not come from the service is not asked for again.
        sdk.AddPolicy(new AzureMarks(), HttpPipelinePosition.PerCall);
        if (options.UserAgent is { } agent)
            sdk.Diagnostics.ApplicationId = agent;
        StorageSharedKeyCredential? key = null;
        TokenCredential? token = null;
        BlobServiceClient service;
        if (account.Key is { } secret)
            service = new(account.Endpoint, key = new(account.Name, secret), sdk);
        else if (account.Sas is { } sas)
            service = new(account.Endpoint, new AzureSasCredential(sas), sdk);
        else if (options.Anonymous)
            service = new(account.Endpoint, sdk);
        else
        {
            if (account.Endpoint.Scheme != "https")
                throw AzureAccount.Wrong("no key or signature is known, and identities are shown to https endpoints only", "Use an https endpoint, give account-key, sas-token or connection-string, or anonymous=yes.");
            token = Identity(options, http.ForIdentity);
            service = new(account.Endpoint, token, sdk);
        }
        return new(http)
        {
            Service = service,
            Container = service.GetBlobContainerClient(account.Container),
            ContainerName = account.Container,
            AccountName = account.Name,
            Checksum = options.Checksum ?? (account.Name == AzureAccount.EmulatorName ? AzureChecksum.Md5 : AzureChecksum.Crc64),
            Pipeline = PipelineAccess.PipelineOf(service),
            Authentication = PipelineAccess.AuthenticationOf(service),
            Key = key,
            Token = token,
            Sas = account.Sas,
        };
    }

    public void Dispose() => _http.Dispose();

    private static TokenCredential Identity(AzureOptions options, HttpPipelineTransport transport)
    {
        if (options.ManagedIdentity)
        {
            var id = options.ClientId is { } client ? ManagedIdentityId.FromUserAssignedClientId(client) : ManagedIdentityId.SystemAssigned;
            return new ManagedIdentityCredential(new ManagedIdentityCredentialOptions(id) { Transport = transport });
        }
        return new DefaultAzureCredential(new DefaultAzureCredentialOptions { Transport = transport });
    }

    private static void Check(AzureOptions options)
    {
        if (options.PartSize < 1)
            throw AzureAccount.Wrong("part-size is at least 1 byte");
        if (options.Parallelism < 1)
            throw AzureAccount.Wrong("parallelism is at least 1");
        if (options.Retries < 0)
            throw AzureAccount.Wrong("retries is at least 0");
        if (options.OutageTime < TimeSpan.Zero)
            throw AzureAccount.Wrong("outage-time is at least 0");
        if (options.RetryDelay < TimeSpan.Zero)
            throw AzureAccount.Wrong("retry-delay is at least 0");
        if (options.Timeout <= TimeSpan.Zero)
            throw AzureAccount.Wrong("timeout is longer than nothing");
        if (options.UserAgent is { Length: > 24 })
            throw AzureAccount.Wrong("user-agent is at most 24 characters long");
        if (options.Proxy is { } proxy && !Uri.TryCreate(proxy, UriKind.Absolute, out _))
            throw AzureAccount.Wrong("the proxy is not an address");
    }

    /// <summary>Reaches what the SDK offers to classes that derive from its client, as its own packages for batches and Data Lake do.</summary>
    private sealed class PipelineAccess : BlobServiceClient
    {
        public static HttpPipeline PipelineOf(BlobServiceClient client) => GetHttpPipeline(client);

        public static HttpPipelinePolicy? AuthenticationOf(BlobServiceClient client) => GetAuthenticationPolicy(client);
    }
}
