using Cairn;
using Cairn.Catalog.Index;
using Cairn.Tests.Workspaces;

namespace Catalog.Tests.Index;

/// <summary>The file of an index: damage, marks and folders.</summary>
public sealed class IndexFileTests : IDisposable
{
    private readonly TestIndexes _indexes = new();

    public void Dispose() => _indexes.Dispose();

    [Fact]
    public async Task A_damaged_index_is_built_again()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        await catalog.FillAsync();
        await TestIndexes.PublishAsync(catalog, 0);
        var expected = await _indexes.SyncAsync(catalog, "i", isFull: false);
        var path = _indexes.FileOf(catalog, "i").Path;
        var random = new Random(11);
        for (var round = 0; round < 60; round++)
        {
            var content = await File.ReadAllBytesAsync(path);
            switch (round % 5)
            {
                case 0:
                    File.Delete(path);
                    break;
                case 1:
                    await File.WriteAllBytesAsync(path, content[..random.Next(content.Length)]);
                    break;
                case 2:
                    content[random.Next(content.Length)] ^= (byte)(1 << random.Next(8));
                    await File.WriteAllBytesAsync(path, content);
                    break;
                case 3:
                    File.Delete(path + ".mark");
                    break;
                default:
                    random.NextBytes(content.AsSpan(0, 4096));
                    await File.WriteAllBytesAsync(path, content);
                    break;
            }
            (await _indexes.SyncAsync(catalog, "i", isFull: false)).ShouldBe(expected, $"round {round}");
        }
    }

    [Fact]
    public async Task An_index_that_is_damaged_while_it_is_open_is_built_again()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        await catalog.FillAsync();
        await TestIndexes.PublishAsync(catalog, 0);
        var expected = await _indexes.SyncAsync(catalog, "i", isFull: false);
        var file = _indexes.FileOf(catalog, "i");
        for (var round = 0; round < 4; round++)
        {
            using (var index = _indexes.Open(catalog, "i"))
            {
                index.Status().Assets.ShouldBe(2);
                if (round % 2 == 0)
                    File.Delete(file.Path);
                else
                    await File.WriteAllBytesAsync(file.Path, Enumerable.Repeat((byte)'x', 50_000).ToArray());
                await index.SyncAsync(isFull: false, default);
            }
            (await _indexes.SyncAsync(catalog, "i", isFull: false)).ShouldBe(expected);
        }
    }

    [Theory]
    [InlineData("boot-1", true)]
    [InlineData("boot-2", false)]
    [InlineData("", false)]
    public async Task An_index_that_was_not_closed_is_kept_until_the_machine_is_started_again(string boot, bool isKept)
    {
        await using var catalog = await TestCatalog.OpenAsync();
        var file = new IndexFile(_indexes.Folder.Path, catalog.Id, "mem://x", 1, "boot-1");
        file.Open();
        await File.WriteAllTextAsync(file.Path, "data");
        new IndexFile(_indexes.Folder.Path, catalog.Id, "mem://x", 1, boot).Open();
        File.Exists(file.Path).ShouldBe(isKept);
        new IndexFile(_indexes.Folder.Path, catalog.Id, "mem://copy", 1, boot).Path.ShouldNotBe(file.Path);
        new IndexFile(_indexes.Folder.Path, catalog.Id, "mem://x", 2, boot).Path.ShouldNotBe(file.Path);
    }

    [Fact]
    public async Task Files_of_other_schemas_are_removed_after_a_week_without_writing()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        IndexFile Other(int schema) => new(_indexes.Folder["i"], catalog.Id, catalog.Store.Root.ToString(), schema, BootId.Current);
        Directory.CreateDirectory(_indexes.Folder["i"]);
        foreach (var (schema, days, walDays) in ((int, int, int)[])[(90, 8, 8), (91, 6, 6), (92, 8, 1)])
        {
            foreach (var (suffix, age) in ((string, int)[])[("", days), (".mark", days), ("-wal", walDays)])
            {
                await File.WriteAllTextAsync(Other(schema).Path + suffix, "x");
                File.SetLastWriteTimeUtc(Other(schema).Path + suffix, DateTime.UtcNow.AddDays(-age));
            }
        }
        await File.WriteAllTextAsync(_indexes.Folder["i/unrelated.db"], "x");
        File.SetLastWriteTimeUtc(_indexes.Folder["i/unrelated.db"], DateTime.UtcNow.AddDays(-100));
        using (var index = _indexes.Open(catalog, "i"))
            index.Status().Assets.ShouldBe(0);
        Directory.GetFiles(_indexes.Folder["i"]).Where(f => !f.StartsWith(_indexes.FileOf(catalog, "i").Path, StringComparison.Ordinal)).ShouldBe(
            [_indexes.Folder["i/unrelated.db"], .. new[] { 91, 92 }.SelectMany(s => new[] { Other(s).Path, Other(s).Path + ".mark", Other(s).Path + "-wal" })],
            ignoreOrder: true);
    }

    [Fact]
    public void An_index_is_never_on_a_network_file_system()
    {
        IndexFolder.Local(_indexes.Folder["x"], _ => false).ShouldBe(_indexes.Folder["x"]);
        IndexFolder.Local(_indexes.Folder["x"], f => f == _indexes.Folder["x"]).ShouldBe(IndexFolder.Default(_ => false));
        IndexFolder.Local(_indexes.Folder["x"], _ => true).ShouldBe(Path.Join(Path.GetTempPath(), "cairn", "index"));
        IndexFolder.IsRemote(_indexes.Folder["new/and/deep"]).ShouldBeFalse();
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_named()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["file"], "");
        var error = Should.Throw<StoreException>(() => new IndexFile(Path.Join(folder["file"], "index"), Guid.NewGuid(), "mem://x", 1, "boot").Open());
        (error.Code, error.Reason.Contains(folder["file"], StringComparison.Ordinal)).ShouldBe((StoreErrorCode.Unavailable, true));
    }
}
