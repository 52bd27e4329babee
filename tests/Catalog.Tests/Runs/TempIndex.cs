using Cairn.Catalog.Index;
using Cairn.Tests.Workspaces;

namespace Catalog.Tests.Runs;

/// <summary>An index of a catalog in a folder of its own, for queries about the index itself.</summary>
internal sealed class TempIndex(RunBox box) : IAsyncDisposable
{
    private readonly TempFolder _folder = new();

    public async Task<IndexConnection> OpenAsync()
    {
        var id = await box.Catalog.Catalog.GetIdAsync();
        using (var index = CatalogIndex.Open(_folder.Path, box.Catalog.Store, id, TimeProvider.System))
            await index.SyncAsync(isFull: true, default);
        return new(new IndexFile(_folder.Path, id, box.Catalog.Store.Root.ToString(), IndexSchema.Number, BootId.Current).Path);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
