using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Materializers;
using Cairn.Providers;
using Cairn.Providers.Memory;

namespace Catalog.Tests.Assets;

/// <summary>A catalog in memory, which other instances open as other machines would.</summary>
internal sealed class TestCatalog : IAsyncDisposable
{
    private readonly MemoryProvider _provider;

    private TestCatalog(MemoryProvider provider, ArtifactStore root, Cairn.Catalog.Catalog catalog) => (_provider, Root, Catalog) = (provider, root, catalog);

    public ArtifactStore Root { get; }

    /// <summary>Gets the store of the repository's folder.</summary>
    public ArtifactStore Store => Catalog.Repository.Store;

    public Cairn.Catalog.Catalog Catalog { get; }

    public AssetCollection Assets => Catalog.Assets;

    public static Task<TestCatalog> OpenAsync(string user = "u:ada") => OpenAsync(new MemoryProvider(), user);

    public Task<TestCatalog> OpenAnotherAsync(string user) => OpenAsync(_provider, user);

    public async Task<BlobDigest> ArtifactAsync(string content) => (await Catalog.Repository.SaveAsync(content)).Digest;

    public async ValueTask DisposeAsync()
    {
        await Catalog.DisposeAsync();
        await Root.DisposeAsync();
    }

    /// <summary>Opens the catalog as another machine, whose requests pass through a driver.</summary>
    public async Task<TestCatalog> OpenThroughAsync(Func<StoreDriver, StoreDriver> wrap, ArtifactStoreOptions? options = null)
    {
        var driver = wrap(await _provider.OpenAsync(new() { Root = "mem://catalog" }, default));
        return await CreateAsync(_provider, new ArtifactStore(driver, options), "u:eve");
    }

    private static async Task<TestCatalog> OpenAsync(MemoryProvider provider, string user) =>
        await CreateAsync(provider, await ArtifactStore.OpenAsync(provider, "mem://catalog"), user);

    private static async Task<TestCatalog> CreateAsync(MemoryProvider provider, ArtifactStore store, string user)
    {
        return new(provider, store, await Cairn.Catalog.Catalog.OpenAsync(new ArtifactRepository(store, MaterializerRegistry.CreateDefault()), new() { User = user }));
    }
}
