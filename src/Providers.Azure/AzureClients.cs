using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Storage;
using Azure.Storage.Blobs;
using Cairn.Providers;

namespace Cairn.Providers.Azure;

/// <summary>A client of the SDK for one container, its request pipeline, and the credential for signing URLs.</summary>
internal sealed class AzureClients : IDisposable
{
    private readonly AzureHttp _http;

    private AzureClients(AzureHttp http) => _http = http;

    public required BlobServiceClient Service { get; init; }

    public required BlobContainerClient Container { get; init; }

    public required string ContainerName { get; init; }

    /// <summary>Gets the name of the account, or null if only an endpoint is known.</summary>
    public string? AccountName { get; init; }

    /// <summary>Gets the checksum sent with each request that has a body.</summary>
    public AzureChecksum Checksum { get; init; }

    /// <summary>Gets the pipeline of the SDK: user agent, retries, credentials, transport.</summary>
    public required HttpPipeline Pipeline { get; init; }

    /// <summary>Gets the policy that signs requests; null for anonymous access.</summary>
    public HttpPipelinePolicy? Authentication { get; init; }

    public StorageSharedKeyCredential? Key { get; init; }

    public TokenCredential? Token { get; init; }

    public string? Sas { get; init; }

    /// <summary>Creates the SDK's client from options. Only the SDK retries requests.</summary>
    /// <param name="root">The root of the store.</param>
    /// <param name="options">The options.</param>
    /// <param name="environment">Returns the value of an environment variable.</param>
    /// <param name="over">Wraps the transport. Optional.</param>
    /// <param name="retrying">Called for each request that is retried. Optional.</param>
    public static AzureClients Make(
        StoreUri root, AzureOptions options, Func<string, string?> environment, Func<HttpMessageHandler, HttpMessageHandler>? over = null, Action<RetryNotice>? retrying = null)
    {
        Check(options);
        var account = AzureAccount.Resolve(root, options, environment);
        var http = new AzureHttp(options, over);
        var sdk = new BlobClientOptions(AzureRequests.Version) { Transport = http.ForStorage, EncryptionScope = options.EncryptionScope };
        sdk.RetryPolicy = new AzureRetries(options, new(account.Endpoint.GetLeftPart(UriPartial.Path), retrying, TimeProvider.System), TimeProvider.System);
        sdk.Retry.NetworkTimeout = options.Timeout;
        // Outside the SDK's retries: a response that is not from the service is not requested again.
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
                throw AzureAccount.Wrong("no key or signature is set, and identities can be used only with https endpoints",
                    "Use an https endpoint, or set account-key, sas-token, connection-string or anonymous=yes.");
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
            throw AzureAccount.Wrong("part-size must be at least 1 byte");
        if (options.Parallelism < 1)
            throw AzureAccount.Wrong("parallelism must be at least 1");
        if (options.Retries < 0)
            throw AzureAccount.Wrong("retries must be at least 0");
        if (options.OutageTime < TimeSpan.Zero)
            throw AzureAccount.Wrong("outage-time must be at least 0");
        if (options.RetryDelay < TimeSpan.Zero)
            throw AzureAccount.Wrong("retry-delay must be at least 0");
        if (options.Timeout <= TimeSpan.Zero)
            throw AzureAccount.Wrong("timeout must be greater than zero");
        if (options.UserAgent is { Length: > 24 })
            throw AzureAccount.Wrong("user-agent must not be longer than 24 characters");
        if (options.Proxy is { } proxy && !Uri.TryCreate(proxy, UriKind.Absolute, out _))
            throw AzureAccount.Wrong("the proxy is not a URL");
    }

    /// <summary>Accesses members that the SDK provides to classes derived from its client, as its packages for batches and Data Lake do.</summary>
    private sealed class PipelineAccess : BlobServiceClient
    {
        public static HttpPipeline PipelineOf(BlobServiceClient client) => GetHttpPipeline(client);

        public static HttpPipelinePolicy? AuthenticationOf(BlobServiceClient client) => GetAuthenticationPolicy(client);
    }
}
