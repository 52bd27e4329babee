using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Materializers;
using Cairn.Providers;
using Cairn.Providers.Local;
using Catalogs = Cairn.Catalog.Catalog;

namespace Cairn.Bench.Flows;

/// <summary>A catalog in a local store whose requests are counted.</summary>
internal sealed class StoreBench : IAsyncDisposable
{
    private StoreBench(CountingDriver driver, ArtifactStore store, Catalogs catalog) => (Driver, Store, Catalog) = (driver, store, catalog);

    public CountingDriver Driver { get; }

    public ArtifactStore Store { get; }

    public Catalogs Catalog { get; }

    /// <summary>Opens it.</summary>
    /// <param name="root">The folder of the store.</param>
    /// <param name="index">The end of the name of the folder with the index, which is beside it.</param>
    public static async Task<StoreBench> OpenAsync(string root, string index = "-index")
    {
        var driver = new CountingDriver(await new LocalProvider().OpenAsync(new StoreContext { Root = StoreUri.FromLocalPath(root) }, default));
        var store = new ArtifactStore(driver);
        return new(driver, store, await Catalogs.OpenAsync(new ArtifactRepository(store, MaterializerRegistry.CreateDefault()), new() { IndexFolder = root + index }));
    }

    /// <summary>The number of objects in the feed.</summary>
    public async Task<int> FeedObjectsAsync() => await Store.ListAsync("artifacts/catalog/feed", new() { Recursive = true }).CountAsync(e => e.IsFile);

    public async ValueTask DisposeAsync()
    {
        await Catalog.DisposeAsync();
        await Store.DisposeAsync();
    }
}
