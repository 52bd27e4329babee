using Cairn.Catalog;
using Cairn.Catalog.Index;

namespace Catalog.Tests.Index;

/// <summary>Look-ups and lists of an index.</summary>
public sealed class IndexQueryTests : IDisposable
{
    private readonly TestIndexes _indexes = new();

    public void Dispose() => _indexes.Dispose();

    [Fact]
    public async Task Names_and_aliases_are_resolved_by_what_the_chains_say()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        await catalog.FillAsync();
        using var index = _indexes.Open(catalog, "i");
        await index.SyncAsync(isFull: true, default);
        var y = index.FindAsset("y")!;
        var x = index.FindAsset("x")!;
        (y.State.Names[0], y.State.Latest, y.State.Type).ShouldBe(("Y", 3, "report"));
        (x.State.Names[0], x.State.Latest, x.State.Type).ShouldBe(("x", 2, "table"));
        index.FindAsset("z").ShouldBeNull();
        index.FindVersion(y.Id, "production")!.Number.ShouldBe(2);
        index.FindVersion(y.Id, "candidate").ShouldBeNull();
        y.State.Has(1).ShouldBeFalse();
        index.FindVersion(y.Id, 1)!.Description.ShouldBe("Weekly retrained.");
        index.FindVersion(y.Id, 1)!.Metadata["auc"].ShouldBe(0.5);
        index.FindVersion(y.Id, 1)!.Metadata["site"].AsObject()["region"].ShouldBe("north");
        index.AliasMoves(y.Id, "production").Single().ShouldSatisfyAllConditions(m => m.From.ShouldBeNull(), m => m.To.ShouldBe(2), m => m.Why.ShouldBe("first"));
        index.Aliases(y.Id).Single().Sequence.ShouldBe(2);
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gaps()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        for (var a = 0; a < 7; a++)
        {
            var asset = Guid.CreateVersion7();
            await catalog.NameAsync($"n{a}", asset);
            for (var n = 1; n <= 9; n++)
                await catalog.VersionAsync(asset, n, $"n{a}", $$"""{"auc":{{(n % 4) / 4.0:0.00}},"rows":{{n}},"city":"{{(n % 2 == 0 ? "Oslo" : "Rome")}} {{a}}"}""", a % 2 == 0 ? "model" : "table");
        }
        using var index = _indexes.Open(catalog, "i");
        await index.SyncAsync(isFull: true, default);

        All(new()).Count.ShouldBe(63);
        All(new()).Select(v => v.CreatedAt).ShouldBeInOrder(SortDirection.Descending);
        All(new() { Order = VersionOrder.Name }).Select(v => (v.State.Names[0], -v.Number)).ShouldBeInOrder();
        All(new() { Order = VersionOrder.Name }).Count.ShouldBe(63);
        All(new() { Type = "table" }).Count.ShouldBe(27);
        All(new() { NamePrefix = "n3" }).Count.ShouldBe(9);
        All(new() { OnlyLatest = true }).Count.ShouldBe(7);
        All(new() { Where = [new MetadataCondition("auc", MetadataComparison.Greater, 0.25)] }).Count.ShouldBe(28);
        All(new() { Where = [new MetadataCondition("auc", MetadataComparison.Equal, 0L)] }).Count.ShouldBe(14);
        All(new() { Where = [new MetadataCondition("rows", MetadataComparison.LessOrEqual, 3), new MetadataCondition("city", MetadataComparison.Less, "P")] }).Count.ShouldBe(7);
        All(new() { Where = [new MetadataCondition("city", MetadataComparison.GreaterOrEqual, "Rome 5")] }).Count.ShouldBe(10);
        All(new() { Where = [new MetadataCondition("rows", MetadataComparison.Greater, "")] }).ShouldBeEmpty();
        All(new() { Text = "oslo" }).Count.ShouldBe(28);
        All(new() { Text = "rom n1" }).ShouldBeEmpty();
        All(new() { Text = "n1 rom" }).Count.ShouldBe(5);
        All(new() { Text = "\"*( -- OR" }).ShouldBeEmpty();
        All(new() { Since = index.FindVersion(index.FindAsset("n6")!.Id, 1)!.CreatedAt }).Count.ShouldBe(9);
        All(new() { Until = index.FindVersion(index.FindAsset("n1")!.Id, 1)!.CreatedAt }).Count.ShouldBe(9);
        Should.Throw<ArgumentException>(() => index.List(new VersionQuery { After = "nonsense!" }));

        var assets = new List<string>();
        for (var page = index.List(new AssetQuery { PageSize = 2, Type = "model" }); ; page = index.List(new AssetQuery { PageSize = 2, Type = "model", After = page.Next }))
        {
            assets.AddRange(page.Items.Select(a => a.State.Names[0]));
            if (page.Next is null)
                break;
        }
        assets.ShouldBe(["n0", "n2", "n4", "n6"]);
        index.List(new AssetQuery { Text = "n5" }).Items.Single().State.Names.ShouldBe(["n5"]);

        List<VersionItem> All(VersionQuery query)
        {
            var items = new List<VersionItem>();
            for (string? after = null; ;)
            {
                var page = index.List(query with { PageSize = 4, After = after });
                page.Items.Count.ShouldBeLessThanOrEqualTo(4);
                items.AddRange(page.Items);
                if ((after = page.Next) is null)
                    break;
            }
            items.Select(i => i.Row).ShouldBeUnique();
            return items;
        }
    }

    [Fact]
    public async Task Lists_select_by_alias_metadata_deletion_tag_time_and_order()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        await catalog.FillAsync();
        List<Guid> assets = [];
        for (var i = 0; i < 5; i++)
        {
            assets.Add(Guid.CreateVersion7());
            await catalog.NameAsync($"a{i}", assets[i]);
            await catalog.VersionAsync(assets[i], 1, $"a{i}", """{"auc":0.1}""", "table");
            await catalog.ChangeAsync(assets[i], $$$"""{"version":2,"artifact":"sha256:{{{i:x64}}}","meta":{"auc":0.{{{i + 1}}}},"alias":{"Éclair":2},"from":{"Éclair":null}}""",
                $$$"""{"n":2,"at":2,"names":["a{{{i}}}"],"type":"table","aliases":{{{(i % 2 == 0 ? """{"Éclair":2}""" : "{}")}}}}""");
        }
        await catalog.ChangeAsync(assets[1], """{"delete":"1"}""", """{"n":2,"at":2,"names":["a1"],"type":"table","deleted":"1"}""");
        await catalog.ChangeAsync(assets[2], """{"delete":"*"}""", """{"n":2,"at":2,"names":["a2"],"type":"table","aliases":{"Éclair":2},"gone":true}""");
        await catalog.ChangeAsync(assets[0], """{"edit":{"n":2,"tags":["old"]}}""", """{"n":2,"at":2,"names":["a0"],"type":"table","aliases":{"Éclair":2},"tags":["team"]}""");
        using var index = _indexes.Open(catalog, "i");
        await index.SyncAsync(isFull: true, default);

        Assets(new()).ShouldBe(["a0", "a1", "a3", "a4", "x", "Y"]);
        Assets(new() { IncludeDeleted = true }).ShouldBe(["a0", "a1", "a2", "a3", "a4", "x", "Y"]);
        Assets(new() { Order = AssetOrder.Changed }).ShouldBe(["a0", "a1", "a4", "a3", "x", "Y"]);
        Assets(new() { Order = AssetOrder.Changed, IncludeDeleted = true, Type = "table" }).ShouldBe(["a0", "a2", "a1", "a4", "a3", "x"]);
        Assets(new() { Alias = "éclair" }).ShouldBe(["a0", "a4"]);
        Assets(new() { Alias = "Éclair", IncludeDeleted = true, Order = AssetOrder.Changed }).ShouldBe(["a0", "a2", "a4"]);
        Assets(new() { Alias = "Éclair", Tag = "team" }).ShouldBe(["a0"]);
        Assets(new() { Alias = "Éclair", Text = "a4" }).ShouldBe(["a4"]);
        Assets(new() { Tag = "team" }).ShouldBe(["a0"]);
        Assets(new() { Where = [new MetadataCondition("auc", MetadataComparison.Greater, 0.15), new MetadataCondition("auc", MetadataComparison.Less, 0.45)] }).ShouldBe(["a1", "a3"]);
        Assets(new() { Where = [new MetadataCondition("auc", MetadataComparison.Equal, 0.1)] }).ShouldBe(["a0"]);

        Versions(new() { Type = "table" }).ShouldBe(["a4:2", "a4:1", "a3:2", "a3:1", "a1:2", "a0:2", "a0:1", "x:2", "x:1"]);
        Versions(new() { Type = "table", IncludeDeleted = true, NamePrefix = "a" }).ShouldBe(["a4:2", "a4:1", "a3:2", "a3:1", "a2:2", "a2:1", "a1:2", "a1:1", "a0:2", "a0:1"]);
        Versions(new() { IncludeDeleted = true, Since = index.FindVersion(assets[3], 2)!.CreatedAt }).ShouldBe(["a4:2", "a4:1", "a3:2"]);
        Versions(new() { IncludeDeleted = true, Type = "table", Until = index.FindVersion(assets[0], 1)!.CreatedAt }).ShouldBe(["x:2", "x:1"]);
        Versions(new() { Type = "table", Order = VersionOrder.Name }).ShouldBe(["a0:2", "a0:1", "a1:2", "a3:2", "a3:1", "a4:2", "a4:1", "x:2", "x:1"]);
        Versions(new() { Order = VersionOrder.Name, IncludeDeleted = true, NamePrefix = "a1" }).ShouldBe(["a1:2", "a1:1"]);
        Versions(new() { AssetId = assets[1] }).ShouldBe(["a1:2"]);
        Versions(new() { AssetId = assets[2] }).ShouldBeEmpty();
        Versions(new() { AssetId = assets[2], IncludeDeleted = true }).ShouldBe(["a2:2", "a2:1"]);
        Versions(new() { AssetId = Guid.Empty }).ShouldBeEmpty();
        Versions(new() { Tag = "old", Order = VersionOrder.Name }).ShouldBe(["a0:2"]);

        List<string> Assets(AssetQuery query)
        {
            var names = new List<string>();
            for (string? after = null; ;)
            {
                var page = index.List(query with { PageSize = 2, After = after });
                names.AddRange(page.Items.Select(a => a.State.Names[0]));
                if ((after = page.Next) is null)
                    return names;
            }
        }

        List<string> Versions(VersionQuery query)
        {
            var names = new List<string>();
            for (string? after = null; ;)
            {
                var page = index.List(query with { PageSize = 2, After = after });
                names.AddRange(page.Items.Select(v => $"{v.State.Names[0]}:{v.Number}"));
                if ((after = page.Next) is null)
                    return names;
            }
        }
    }

    [Fact]
    public async Task Pages_are_found_by_an_index_and_not_sorted()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        await catalog.FillAsync();
        var asset = Guid.CreateVersion7();
        for (var n = 1; n <= 6; n++)
            await catalog.VersionAsync(asset, n, "a", """{"auc":0.5,"region":"north"}""");
        await _indexes.SyncAsync(catalog, "i", isFull: true);
        using var connection = new IndexConnection(_indexes.FileOf(catalog, "i").Path);
        MetadataCondition greater = new("auc", MetadataComparison.Greater, 0.1), equal = new("region", MetadataComparison.Equal, "north");
        VersionQuery[] versions =
        [
            new(), new() { IncludeDeleted = true }, new() { Type = "model" }, new() { Type = "model", IncludeDeleted = true }, new() { AssetId = asset }, new() { Tag = "old" },
            new() { Text = "north" }, new() { Order = VersionOrder.Name }, new() { Order = VersionOrder.Name, Type = "model" }, new() { Order = VersionOrder.Name, NamePrefix = "a" },
            new() { Order = VersionOrder.Name, OnlyLatest = true },
            new() { Where = [greater] }, new() { Where = [equal] }, new() { Where = [equal, greater], Type = "model" },
            new() { Since = DateTimeOffset.UnixEpoch, Until = DateTimeOffset.UtcNow.AddYears(100) },
        ];
        foreach (var query in versions)
        {
            for (string? after = null; ;)
            {
                if ((after = new VersionQueries(connection).List(query with { PageSize = 1, After = after }).Next) is null)
                    break;
            }
        }
        foreach (var query in (AssetQuery[])[new(), new() { Type = "model" }, new() { NamePrefix = "a" }, new() { Order = AssetOrder.Changed }, new() { Text = "a" }, new() { Where = [greater] }])
        {
            for (string? after = null; ;)
            {
                if ((after = new AssetQueries(connection).List(query with { PageSize = 1, After = after }).Next) is null)
                    break;
            }
        }
        var pages = connection.Statements.Where(s => s.Contains(" LIMIT ", StringComparison.Ordinal)).ToList();
        pages.Count.ShouldBeGreaterThan(versions.Length);
        foreach (var page in pages)
        {
            var plan = connection.Rows("EXPLAIN QUERY PLAN " + page, r => r.Text(3));
            plan.ShouldAllBe(step => !step.Contains("TEMP B-TREE", StringComparison.Ordinal), page);
            // A table that is not searched is that of the words, or an index in whose order the page is.
            plan.ShouldAllBe(step => !step.StartsWith("SCAN", StringComparison.Ordinal) || step.Contains("VIRTUAL TABLE", StringComparison.Ordinal)
                || step.Contains("USING INDEX asset_changed", StringComparison.Ordinal), page);
        }
    }
}
