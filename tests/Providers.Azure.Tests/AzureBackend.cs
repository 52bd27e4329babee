using System.Collections.Concurrent;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Cairn.TestServers.Fixtures;

[assembly: AssemblyFixture(typeof(Cairn.Providers.Azure.Tests.AzureBackend))]

namespace Cairn.Providers.Azure.Tests;

/// <summary>The Azure service of the tests, and containers on it, reached by a bare client that is not Cairn's. Containers are removed after the last test.</summary>
public sealed class AzureBackend : IAsyncDisposable
{
    private static readonly Lazy<Task<BlobServiceClient>> _raw = new(async () => new(await ConnectionStringAsync()));
    private static readonly ConcurrentBag<string> _containers = [];

    /// <summary>The server; without one the test is skipped, with the reason.</summary>
    public static async Task<AzuriteServer> ServerAsync()
    {
        var (server, reason) = await AzuriteServer.TryStartAsync();
        Assert.SkipWhen(server is null, reason);
        return server!;
    }

    /// <summary>A container that is removed when all tests are done.</summary>
    public static async Task<string> NewContainerAsync()
    {
        var name = await (await ServerAsync()).CreateContainerAsync();
        _containers.Add(name);
        return name;
    }

    /// <summary>A client at its defaults.</summary>
    public static async Task<BlobContainerClient> RawAsync(string container) => (await _raw.Value).GetBlobContainerClient(container);

    public static async Task<List<string>> NamesAsync(string container, string prefix = "", BlobStates states = BlobStates.None)
    {
        var names = new List<string>();
        await foreach (var item in (await RawAsync(container)).GetBlobsAsync(BlobTraits.None, states, prefix, TestContext.Current.CancellationToken))
            names.Add(item.Name);
        return names;
    }

    public static async Task<byte[]> ReadAsync(string container, string name) =>
        (await (await RawAsync(container)).GetBlobClient(name).DownloadContentAsync()).Value.Content.ToArray();

    /// <summary>Options for a store on the server, with the given ones besides; a value of null leaves one out.</summary>
    public static Dictionary<string, string> Options(AzuriteServer server, params (string Name, string? Value)[] more)
    {
        var options = new Dictionary<string, string>
        {
            ["endpoint"] = server.BlobEndpoint.OriginalString,
            ["account"] = server.AccountName,
            ["account-key"] = server.AccountKey,
            ["part-size"] = "1MiB",
            ["retries"] = "2",
        };
        foreach (var (name, value) in more)
        {
            if (value is null)
                options.Remove(name);
            else
                options[name] = value;
        }
        return options;
    }

    public static async Task<StoreDriver> OpenAsync(StoreUri root, Dictionary<string, string> options) =>
        await new AzureProvider().OpenAsync(new StoreContext { Root = root, Options = options }, CancellationToken.None);

    public static async Task<ArtifactStore> OpenStoreAsync(string container, params (string Name, string? Value)[] more) =>
        new(await OpenAsync(StoreUri.Create("az", container, default), Options(await ServerAsync(), more)));

    public async ValueTask DisposeAsync()
    {
        foreach (var container in _containers)
            await (await RawAsync(container)).DeleteIfExistsAsync();
    }

    private static async Task<string> ConnectionStringAsync() => (await ServerAsync()).ConnectionString;
}
