using Cairn.Catalog.Feed;
using Cairn.Catalog.Index;
using Cairn.Catalog.Records;
using Cairn.Tests.Workspaces;
using Record = Cairn.Catalog.Records.Record;

namespace Catalog.Tests.Index;

/// <summary>The indexes of a test, each in a folder with a name.</summary>
internal sealed class TestIndexes : IDisposable
{
    public TempFolder Folder { get; } = new();

    public void Dispose() => Folder.Dispose();

    public static Task PublishAsync(TestCatalog catalog, int from) => PublishAsync(catalog, catalog.Records[from..]);

    public static async Task PublishAsync(TestCatalog catalog, IReadOnlyList<Record> records)
    {
        await using var publisher = new FeedPublisher(catalog.Store, TimeProvider.System);
        await publisher.PublishAsync(records, default);
    }

    public IndexFile FileOf(TestCatalog catalog, string folder) => new(Folder[folder], catalog.Id, catalog.Store.Root.ToString(), IndexSchema.Number, BootId.Current);

    public CatalogIndex Open(TestCatalog catalog, string folder) => CatalogIndex.Open(Folder[folder], catalog.Store, catalog.Id, TimeProvider.System);

    public async Task<string> SyncAsync(TestCatalog catalog, string folder, bool isFull)
    {
        using (var index = Open(catalog, folder))
            (await index.SyncAsync(isFull, default)).IsLeft.ShouldBeFalse();
        return Dump(catalog, folder);
    }

    /// <summary>The dump of a copy: reading must not change the file.</summary>
    private string Dump(TestCatalog catalog, string folder)
    {
        var copy = Folder[$"{Guid.NewGuid():N}.db"];
        File.Copy(FileOf(catalog, folder).Path, copy);
        return IndexDump.Of(copy);
    }

    public async Task<string> ApplyAsync(TestCatalog catalog, IEnumerable<IEnumerable<Record>> batches)
    {
        var folder = $"{Guid.NewGuid():N}";
        using (var database = new IndexDatabase(FileOf(catalog, folder)))
        {
            var applier = new IndexApplier(catalog.Store, database);
            foreach (var batch in batches)
                (await applier.ApplyAsync(LineGroup.Of(batch.Select(r => new RecordLine(r.Content, r, null))), [], _ => { }, default)).ShouldNotBeNull();
        }
        return Dump(catalog, folder);
    }
}
