using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Cairn.TestServers.Fixtures;

/// <summary>
/// An Azure blob service: the one that CAIRN_TEST_AZURE_ENDPOINT names (with …_ACCOUNT and …_KEY; the endpoint includes the account), else Azurite in a container
/// (image CAIRN_TEST_AZURE_IMAGE), else as a process. It is kept for the next test program and must hold only throw-away containers. Thread-safe.
/// </summary>
public sealed class AzuriteServer
{
    private const string PublicImage = "mcr.microsoft.com/azure-storage/azurite:latest";

    /// <summary>The account that every Azurite has, and its published key.</summary>
    private const string EmulatorAccount = "devstoreaccount1", EmulatorKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly OncePerProgram<AzuriteServer> _one = new(OpenAsync);
    private static readonly HttpClient _http = new();

    private AzuriteServer(Uri blobEndpoint, string origin, string account, string key) => (BlobEndpoint, Origin, AccountName, AccountKey) = (blobEndpoint, origin, account, key);

    /// <summary>The blob service of the account, without a slash at the end.</summary>
    public Uri BlobEndpoint { get; }

    /// <summary>How it was had, for a test run's protocol.</summary>
    public string Origin { get; }

    /// <summary>The account.</summary>
    public string AccountName { get; }

    /// <summary>The account's key.</summary>
    public string AccountKey { get; }

    /// <summary>All of it as the SDK takes it.</summary>
    public string ConnectionString => $"DefaultEndpointsProtocol={BlobEndpoint.Scheme};AccountName={AccountName};AccountKey={AccountKey};BlobEndpoint={BlobEndpoint.OriginalString};";

    /// <summary>The server; throws <see cref="ServerUnavailableException"/> with the reason where none can be had.</summary>
    public static Task<AzuriteServer> StartAsync(CancellationToken cancellationToken = default) => _one.GetAsync(cancellationToken);

    /// <summary>The server, or the reason why there is none.</summary>
    public static Task<ServerAvailability<AzuriteServer>> TryStartAsync(CancellationToken cancellationToken = default) => ServerChoice.TryAsync(() => StartAsync(cancellationToken));

    /// <summary>The same server under another address: a proxy before it.</summary>
    public AzuriteServer At(Uri endpoint) =>
        new(new Uri($"{endpoint.Scheme}://{endpoint.Authority}{BlobEndpoint.AbsolutePath.TrimEnd('/')}"), $"{Origin}, through {endpoint.Authority}", AccountName, AccountKey);

    /// <summary>Makes a container and returns its name, a new one where none is given.</summary>
    public async Task<string> CreateContainerAsync(string? name = null, CancellationToken cancellationToken = default)
    {
        name ??= "cairn-" + Guid.NewGuid().ToString("N");
        await SendAsync(HttpMethod.Put, name, cancellationToken);
        return name;
    }

    /// <summary>Removes a container with all that is in it.</summary>
    public Task DeleteContainerAsync(string name, CancellationToken cancellationToken = default) => SendAsync(HttpMethod.Delete, name, cancellationToken);

    private static Task<AzuriteServer> OpenAsync(CancellationToken cancellationToken) => ServerChoice.FirstAsync<AzuriteServer>("Azure blob server",
        ("CAIRN_TEST_AZURE_ENDPOINT", () => Task.FromResult(ServerChoice.Variable("CAIRN_TEST_AZURE_ENDPOINT") is { } set
            ? new AzuriteServer(new Uri(set.TrimEnd('/')), "CAIRN_TEST_AZURE_ENDPOINT", ServerChoice.Variable("CAIRN_TEST_AZURE_ACCOUNT")
                ?? EmulatorAccount, ServerChoice.Variable("CAIRN_TEST_AZURE_KEY") ?? EmulatorKey)
            : null)),
        ("container", async () =>
        {
            using var engine = await ContainerImages.EngineAsync(cancellationToken);
            string image = await ContainerImages.FindAsync(engine, "CAIRN_TEST_AZURE_IMAGE", PublicImage, "azurite-image", cancellationToken);
            string[] command = image.StartsWith("cairn-test/", StringComparison.Ordinal)
                ? [] : ["azurite-blob", "--blobHost", "0.0.0.0", "--blobPort", "10000", "--skipApiVersionCheck", "--disableTelemetry"];
            var (endpoint, origin) = await ContainerServers.EnsureAsync(engine, new ContainerSpec("azurite", 10000, new Dictionary<string, string>(), command), image, cancellationToken);
            return new AzuriteServer(Account(endpoint), origin, EmulatorAccount, EmulatorKey);
        }
    ),
        ("process", async () =>
        {
            var (endpoint, _, origin) = await ProcessServers.EnsureAsync("azurite", "azurite-run", [], null, cancellationToken);
            return new AzuriteServer(Account(endpoint), origin, EmulatorAccount, EmulatorKey);
        }
    ));

    private static Uri Account(Uri endpoint) => new($"{endpoint.Scheme}://{endpoint.Authority}/{EmulatorAccount}");

    private async Task SendAsync(HttpMethod method, string container, CancellationToken cancellationToken)
    {
        // Shared Key over the REST call, so that the fixture needs no SDK.
        const string Version = "2021-12-02";
        string now = TimeProvider.System.GetUtcNow().ToString("R", CultureInfo.InvariantCulture), path = $"{BlobEndpoint.AbsolutePath.TrimEnd('/')}/{container}";
        string text = $"{method}\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:{now}\nx-ms-version:{Version}\n/{AccountName}{path}\nrestype:container";
        string signature = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(AccountKey), Encoding.UTF8.GetBytes(text)));
        using var request = new HttpRequestMessage(method, new Uri($"{BlobEndpoint.Scheme}://{BlobEndpoint.Authority}{path}?restype=container"));
        request.Headers.TryAddWithoutValidation("x-ms-date", now);
        request.Headers.TryAddWithoutValidation("x-ms-version", Version);
        request.Headers.TryAddWithoutValidation("Authorization", $"SharedKey {AccountName}:{signature}");
        using var reply = await _http.SendAsync(request, cancellationToken);
        if (!reply.IsSuccessStatusCode) throw new InvalidOperationException(
            $"{method} of the container {container} answered {(int)reply.StatusCode}: {await reply.Content.ReadAsStringAsync(cancellationToken)}");
    }
}
