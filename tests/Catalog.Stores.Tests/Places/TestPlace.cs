using Cairn;
using Cairn.Artifacts;
using Cairn.Providers.Memory;
using Cairn.Tests.Workspaces;
using Cairn.TestServers.Fixtures;
using Cairn.TestServers.Gcs;
using Cairn.TestServers.Proxy;

namespace Catalog.Stores.Tests.Places;

/// <summary>An empty store of a test's own, on one of the kinds of stores.</summary>
internal sealed class TestPlace : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _opened = [];
    private readonly TempFolder _folder = new();
    private readonly MemoryProvider? _memory;

    private TestPlace(Place place, MemoryProvider? memory = null) => (Place, _memory) = (place, memory);

    private TestPlace() => Place = new("local", StoreUri.FromLocalPath(_folder["store"]).ToString(), new Dictionary<string, string>());

    public Place Place { get; }

    /// <summary>What breaks requests, where it was asked for.</summary>
    public FaultProxy? Proxy { get; private init; }

    /// <summary>The fake of Cloud Storage.</summary>
    public GcsFake? Gcs { get; private init; }

    /// <summary>The folder of the local store.</summary>
    public string Folder => _folder["store"];

    /// <summary>A folder for the indexes of a user.</summary>
    public string IndexFolder(string user) => _folder[user];

    public static Task<TestPlace> CreateAsync(string flavor, FaultProxyOptions? faults = null) => flavor switch
    {
        "memory" => Task.FromResult(new TestPlace(new("memory", "mem://catalog", new Dictionary<string, string>()), memory: new())),
        "local" => Task.FromResult(new TestPlace()),
        "s3" => CreateS3Async(faults),
        "azure" => CreateAzureAsync(faults),
        "gcs" => CreateGcsAsync(faults),
        _ => throw new ArgumentException($"There is no flavor '{flavor}'.", nameof(flavor)),
    };

    public async Task<ArtifactStore> OpenStoreAsync(Place? place = null, TimeProvider? time = null)
    {
        var store = _memory is null
            ? await (place ?? Place).OpenStoreAsync(time)
            : await ArtifactStore.OpenAsync(_memory, Place.Root, options: time is null ? null : new() { TimeProvider = time });
        _opened.Add(store);
        return store;
    }

    public async Task<Cairn.Catalog.Catalog> OpenAsync(string user = "ada", Place? place = null, TimeProvider? time = null)
    {
        var catalog = await Place.OpenCatalogAsync(await OpenStoreAsync(place, time), $"u:{user}", IndexFolder(user));
        _opened.Insert(0, catalog);
        return catalog;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var opened in _opened)
            await opened.DisposeAsync();
        if (Proxy is not null)
            await Proxy.DisposeAsync();
        if (Gcs is not null)
            await Gcs.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<TestPlace> CreateS3Async(FaultProxyOptions? faults)
    {
        var (server, reason) = await S3Server.TryStartAsync();
        Assert.SkipWhen(server is null, reason);
        var bucket = await server!.CreateBucketAsync($"cairn-{Guid.NewGuid():N}");
        var proxy = faults is null ? null : FaultProxy.Start(server.Endpoint, faults);
        return new(new("s3", $"s3://{bucket}/in", new Dictionary<string, string>
        {
            ["endpoint"] = (proxy?.Endpoint ?? server.Endpoint).ToString(),
            ["region"] = server.Region,
            ["access-key"] = server.AccessKey,
            ["secret-key"] = server.SecretKey,
        }))
        { Proxy = proxy };
    }

    private static async Task<TestPlace> CreateAzureAsync(FaultProxyOptions? faults)
    {
        var (server, reason) = await AzuriteServer.TryStartAsync();
        Assert.SkipWhen(server is null, reason);
        var container = await server!.CreateContainerAsync();
        var proxy = faults is null ? null : FaultProxy.Start(server.BlobEndpoint, faults);
        return new(new("azure", $"az://{container}/in", new Dictionary<string, string>
        {
            ["endpoint"] = (proxy is null ? server : server.At(proxy.Endpoint)).BlobEndpoint.OriginalString,
            ["account"] = server.AccountName,
            ["account-key"] = server.AccountKey,
        }))
        { Proxy = proxy };
    }

    private static async Task<TestPlace> CreateGcsAsync(FaultProxyOptions? faults)
    {
        var fake = await GcsFake.StartAsync();
        var proxy = faults is null ? null : FaultProxy.Start(fake.Endpoint, faults);
        return new(new("gcs", $"gs://{fake.CreateBucket()}/in", new Dictionary<string, string>
        {
            ["endpoint"] = (proxy?.Endpoint ?? fake.Endpoint).AbsoluteUri,
            ["anonymous"] = "true",
            ["retry-delay"] = "5ms",
        }))
        { Gcs = fake, Proxy = proxy };
    }
}
