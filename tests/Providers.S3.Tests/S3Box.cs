using Cairn.TestServers.Fixtures;
using Cairn.TestServers.Proxy;

namespace Cairn.Providers.S3.Tests;

/// <summary>A bucket of a test's own, and stores on it through a proxy or straight.</summary>
internal sealed class S3Box : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _opened = [];

    private S3Box(S3Server server, string bucket, FaultProxy proxy) => (Server, Bucket, Proxy) = (server, bucket, proxy);

    public S3Server Server { get; }

    public string Bucket { get; }

    public FaultProxy Proxy { get; }

    public StoreUri Root => StoreUri.Create("s3", Bucket, default);

    public static async Task<S3Box> CreateAsync(FaultProxyOptions? options = null)
    {
        var server = await S3Backend.ServerAsync();
        return new(server, await S3Backend.NewBucketAsync(), FaultProxy.Start(server.Endpoint, options));
    }

    public Task<ArtifactStore> ThroughAsync(params (string, string)[] options) => OpenAsync(Server.At(Proxy.Endpoint), options);

    public Task<ArtifactStore> StraightAsync(params (string, string)[] options) => OpenAsync(Server, options);

    public async Task<StoreDriver> DriverAsync(params (string, string)[] options)
    {
        var driver = await S3Backend.OpenAsync(Root, S3Backend.Options(Server.At(Proxy.Endpoint), options));
        _opened.Add(driver);
        return driver;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var opened in _opened)
            await opened.DisposeAsync();
        await Proxy.DisposeAsync();
        await S3Backend.RemoveBucketAsync(Bucket);
    }

    private async Task<ArtifactStore> OpenAsync(S3Server server, (string, string)[] options)
    {
        var store = new ArtifactStore(await S3Backend.OpenAsync(Root, S3Backend.Options(server, options)));
        _opened.Add(store);
        return store;
    }
}
