using System.Text.Json;
using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog.Index;
using Cairn.Materializers;
using Cairn.Providers.Local;
using Cairn.Tests.Tools;
using Cairn.Tests.Workspaces;

namespace Catalog.Tests.Python;

/// <summary>A store is read by a reader in Python that was written from the pages about the formats alone, and by the index.</summary>
public sealed class OtherReaderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_python_reader_verifies_and_resolves_all_that_was_written()
    {
        var store = await FillAsync();
        (await ReadAsync("verify")).ShouldBe((0, "all is well: 2 assets, 4 names, 19 records\n"));

        using var shown = JsonDocument.Parse((await ReadAsync("--json", "show", "Éclair Model")).Output);
        var versions = shown.RootElement.GetProperty("asset").GetProperty("versions").EnumerateArray().ToList();
        versions.Select(v => v.GetProperty("version").GetInt32()).ShouldBe([1, 2, 3]);
        var reference = await store.Assets.GetAsync("éclair MODEL@production");
        // The Unicode data of Debian's Python is older than 16, so the reader folds ASCII alone.
        (await ReadAsync("resolve", "Éclair Model@production")).Output.ShouldContain(reference.Artifact.ToString());
        (await ReadAsync("resolve", "FIRST name")).Output.ShouldContain((await store.Assets.GetAsync("Éclair Model")).Artifact.ToString());
        (await ReadAsync("resolve", "Éclair Model:2")).Code.ShouldBe(1);
        shown.RootElement.GetProperty("asset").GetProperty("history").GetProperty("production").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task The_python_reader_names_a_record_that_was_altered()
    {
        await FillAsync();
        var record = Directory.GetFiles(_folder["artifacts/catalog/assets"], "00000002.json", SearchOption.AllDirectories).First();
        await File.WriteAllTextAsync(record, (await File.ReadAllTextAsync(record)).Replace("u:ada", "u:eve", StringComparison.Ordinal));
        var (code, output) = await ReadAsync("verify");
        (code, output).ShouldSatisfyAllConditions(r => r.code.ShouldBe(1), r => r.output.ShouldContain("00000003.json"), r => r.output.ShouldContain("prev"));
    }

    [Fact]
    public async Task The_index_has_what_was_written()
    {
        var catalog = await FillAsync();
        using var index = CatalogIndex.Open(_folder["index"], catalog.Repository.Store, await catalog.GetIdAsync(), TimeProvider.System);
        await index.SyncAsync(isFull: true, default);

        var found = index.List(new AssetQuery()).Items.Single(a => a.State.Names[0] == "Éclair Model");
        var versions = index.List(new VersionQuery { AssetId = found.Id }).Items;
        versions.Select(v => v.Number).Order().ShouldBe([1, 3]);
        foreach (var item in versions)
        {
            var version = await catalog.Assets.GetAsync($"Éclair Model:{item.Number}");
            (item.Artifact, item.Description, item.CreatedBy).ShouldBe((version.Artifact, version.Description, version.CreatedBy));
            item.CreatedAt.ShouldBe(version.CreatedAt);
            item.Tags.ShouldBe(version.Tags);
            item.Metadata.ShouldBe(version.Metadata, ignoreOrder: true);
            item.State.Aliases.ShouldBe([new("2026-Q3", 3), new("production", 3)]);
        }
        index.Aliases(found.Id).Select(a => (a.Name, a.Number)).ShouldBe([("2026-Q3", 3), ("production", 3)]);
        index.AliasMoves(found.Id, "production").Count.ShouldBe(2);
    }

    /// <summary>Two assets with versions, aliases, edits, a rename, a deletion and metadata of each type.</summary>
    private async Task<Cairn.Catalog.Catalog> FillAsync()
    {
        var store = await ArtifactStore.OpenAsync(new LocalProvider(), StoreUri.FromLocalPath(_folder.Path));
        var catalog = await Cairn.Catalog.Catalog.OpenAsync(new ArtifactRepository(store, MaterializerRegistry.CreateDefault()), new() { User = "u:ada" });
        await catalog.Assets.SaveAsync("first name", "one", new()
        {
            Type = "model",
            Metadata = { ["auc"] = 0.93, ["rows"] = 7, ["ok"] = true, ["when"] = new DateTimeOffset(2026, 11, 28, 15, 2, 11, default), ["none"] = double.NaN, ["gone"] = "x" },
        });
        await catalog.Assets.SaveAsync("first name", "two");
        await catalog.Assets.MoveAliasAsync("first name", "production", to: 1, why: "first");
        await catalog.Assets.UpdateAsync("first name:1", e => e.Tag("reviewed").Tag("a").Describe("Weekly.").Set("rows", 8).Remove("gone"));
        await catalog.Assets.UpdateAsync("first name", e => e.Tag("team:risk").Display("Eclairs"));
        await catalog.Assets.RenameAsync("first name", "Éclair Model");
        await catalog.Assets.SaveAsync("éclair model", "three");
        await catalog.Assets.MoveAliasAsync("éclair model", "production", to: 3, from: 1, why: "better");
        await catalog.Assets.MoveAliasAsync("éclair model", "2026-Q3", to: 3, isFixed: true);
        await catalog.Assets.DeleteAsync("éclair model:2");
        await catalog.Assets.SaveAsync("data/other", "x");
        await catalog.Assets.RenameAsync("data/other", "data/third");
        await catalog.Assets.ReleaseNameAsync("data/other");
        await catalog.Assets.PinAsync("data/third:1");
        return catalog;
    }

    private async Task<(int Code, string Output)> ReadAsync(params string[] args)
    {
        var python = await DebianTool.PythonAsync("json", "python3");
        var (code, output, error) = await DebianTool.ExecuteAsync(python, [Path.Join(AppContext.BaseDirectory, "Python", "catalog_reader.py"), .. args, _folder["artifacts"]]);
        return (code, output + error);
    }
}
