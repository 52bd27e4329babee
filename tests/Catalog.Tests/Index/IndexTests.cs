using System.Text;
using Cairn;
using Cairn.Catalog.Checkpoints;
using Cairn.Catalog.Feed;
using Cairn.Catalog;
using Cairn.Catalog.Index;
using Cairn.Catalog.Records;
using Cairn.Tests.Workspaces;
using FsCheck;
using FsCheck.Fluent;
using Record = Cairn.Catalog.Records.Record;

namespace Catalog.Tests.Index;

public sealed class IndexTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Records_in_any_order_and_any_number_of_times_give_the_same_index()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        await catalog.FillAsync();
        var expected = await ApplyAsync(catalog, [catalog.Records]);
        expected.ShouldContain("production");
        var batches = Gen.Choose(0, catalog.Records.Count - 1).ArrayOf(4).ArrayOf(20);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(30), Prop.ForAll(batches.ToArbitrary(), picks => Task.Run(async () =>
        {
            // At the end, whatever was not picked.
            var order = picks.Select(p => p.Select(i => catalog.Records[i])).Append(catalog.Records.AsEnumerable().Reverse());
            (await ApplyAsync(catalog, order)).ShouldBe(expected);
        })));
    }

    [Fact]
    public async Task The_last_record_alone_brings_its_whole_chain()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        await catalog.FillAsync();
        var last = catalog.Records.GroupBy(r => r.Node["asset"]?.ToString() ?? r.Node["name"]!.ToString()).Select(g => g.Last());
        (await ApplyAsync(catalog, [last])).ShouldBe(await ApplyAsync(catalog, [catalog.Records]));
    }

    [Fact]
    public async Task A_checkpoint_the_feed_and_a_full_listing_give_the_same_index()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        await catalog.FillAsync();
        await PublishAsync(catalog, 0);
        var byFeed = await SyncAsync(catalog, "feed", isFull: false);
        // The first time, in one transaction and with rows that are written at the end.
        byFeed.ShouldBe(await ApplyAsync(catalog, [catalog.Records]));
        await new CheckpointMaker(catalog.Store, catalog.Id, new(TimeProvider.System), TimeProvider.System).MakeAsync("", default);
        (await SyncAsync(catalog, "checkpoint", isFull: false)).ShouldBe(byFeed);
        var count = catalog.Records.Count;
        await catalog.FillAsync();
        await PublishAsync(catalog, count);
        var behind = await SyncAsync(catalog, "checkpoint", isFull: false);
        behind.ShouldNotBe(byFeed);
        (await SyncAsync(catalog, "feed", isFull: false)).ShouldBe(behind);
        await catalog.Store.RemoveTreeAsync("catalog/feed");
        (await SyncAsync(catalog, "full", isFull: true)).ShouldBe(behind);
    }

    [Fact]
    public async Task A_damaged_index_is_built_again()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        await catalog.FillAsync();
        await PublishAsync(catalog, 0);
        var expected = await SyncAsync(catalog, "i", isFull: false);
        var path = FileOf(catalog, "i").Path;
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
            (await SyncAsync(catalog, "i", isFull: false)).ShouldBe(expected, $"round {round}");
        }
    }

    [Fact]
    public async Task An_index_that_is_damaged_while_it_is_open_is_built_again()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        await catalog.FillAsync();
        await PublishAsync(catalog, 0);
        var expected = await SyncAsync(catalog, "i", isFull: false);
        var file = FileOf(catalog, "i");
        for (var round = 0; round < 4; round++)
        {
            using (var index = Open(catalog, "i"))
            {
                index.Status().Assets.ShouldBe(2);
                if (round % 2 == 0)
                    File.Delete(file.Path);
                else
                    await File.WriteAllBytesAsync(file.Path, Enumerable.Repeat((byte)'x', 50_000).ToArray());
                await index.SyncAsync(isFull: false, default);
            }
            (await SyncAsync(catalog, "i", isFull: false)).ShouldBe(expected);
        }
    }

    [Theory]
    [InlineData("boot-1", true)]
    [InlineData("boot-2", false)]
    [InlineData("", false)]
    public async Task An_index_that_was_not_closed_is_kept_until_the_machine_is_started_again(string boot, bool isKept)
    {
        await using var catalog = await TestCatalog.OpenAsync();
        var file = new IndexFile(_folder.Path, catalog.Id, "mem://x", 1, "boot-1");
        file.Open();
        await File.WriteAllTextAsync(file.Path, "data");
        new IndexFile(_folder.Path, catalog.Id, "mem://x", 1, boot).Open();
        File.Exists(file.Path).ShouldBe(isKept);
        new IndexFile(_folder.Path, catalog.Id, "mem://copy", 1, boot).Path.ShouldNotBe(file.Path);
        new IndexFile(_folder.Path, catalog.Id, "mem://x", 2, boot).Path.ShouldNotBe(file.Path);
    }

    [Fact]
    public async Task Two_appliers_at_once_give_the_same_index()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        for (var i = 0; i < 5; i++)
        {
            await catalog.FillAsync();
            await PublishAsync(catalog, catalog.Records.Count - 14);
        }
        var expected = await SyncAsync(catalog, "one", isFull: false);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            using var index = Open(catalog, "shared");
            while ((await index.SyncAsync(isFull: true, default)).IsLeft)
                await Task.Delay(5);
        })));
        (await SyncAsync(catalog, "shared", isFull: false)).ShouldBe(expected);
    }

    [Fact]
    public async Task Records_that_cannot_be_read_are_counted_and_applied_by_nothing()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        await catalog.FillAsync();
        var expected = await ApplyAsync(catalog, [catalog.Records]);
        using var index = Open(catalog, "bad");
        await PublishAsync(catalog, 0);
        var now = DateTimeOffset.UtcNow;
        var envelope = "\"v\":1,\"id\":\"01990000-0000-7000-8000-000000000000\",\"at\":\"2026-11-28T15:02:11Z\"";
        var asset = catalog.Records[1].Node["asset"]!.ToString();
        string[] bad = ["{", "[]", "not JSON", $"{{{envelope},\"kind\":\"asset\",\"must\":[\"x\"]}}", $"{{{envelope},\"kind\":\"asset\",\"asset\":\"../up\",\"seq\":1}}",
            $"{{{envelope},\"kind\":\"asset\",\"asset\":\"{asset}\",\"seq\":\"9\"}}", $"{{{envelope},\"kind\":\"asset\",\"asset\":\"{asset}\",\"seq\":90,\"prev\":\"{new string('0', 64)}\"}}",
            $"{{{envelope},\"kind\":\"name\",\"of\":\"asset\",\"name\":\"z\",\"owner\":\"me\",\"seq\":1}}", new string('x', 1_100_000)];
        await catalog.Store.WriteTextAsync(FeedPath.Create(now), string.Join('\n', bad) + "\n\n{\"v\":1,\"kind\":\"future\",\"id\":\"01990000-0000-7000-8000-000000000000\",\"at\":\"2026-11-28T15:02:11Z\"}", WriteMode.CreateNew);
        await catalog.Store.WriteTextAsync(FeedPath.Create(now), bad[0], WriteMode.CreateNew);
        await index.SyncAsync(isFull: false, default);
        // One record of the catalog itself cannot be applied.
        index.Status().Unreadable.ShouldBe(bad.Length + 1);
        var dump = IndexDump.Of(FileOf(catalog, "bad").Path);
        WithoutUnreadable(dump).ShouldBe(WithoutUnreadable(expected));
    }

    [Fact]
    public async Task A_forged_copy_is_replaced_by_the_chain()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        var asset = Guid.CreateVersion7();
        await catalog.NameAsync("a", asset);
        var first = await catalog.VersionAsync(asset, 1, "a");
        var second = await catalog.VersionAsync(asset, 2, "a");
        var third = await catalog.VersionAsync(asset, 3, "a");
        var node = second.Node.DeepClone().AsObject();
        node["change"]!["artifact"] = $"sha256:{99:x64}";
        var forged = Record.Create(node);
        (await ApplyAsync(catalog, [[first, forged], [third], catalog.Records])).ShouldBe(await ApplyAsync(catalog, [catalog.Records]));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(30 * 24 * 60)]
    public async Task A_clock_of_the_store_and_the_reader_that_is_stepped_and_set_back_loses_nothing(int minutes)
    {
        var clock = new SteppedClock(TimeProvider.System);
        await using var catalog = await TestCatalog.OpenAsync(clock);
        await using var publisher = new FeedPublisher(catalog.Store, clock);
        using var index = new CatalogIndex(FileOf(catalog, "i"), catalog.Store, catalog.Id, clock);
        var asset = Guid.CreateVersion7();
        var elapsed = TimeSpan.Zero;
        for (var n = 1; n <= 20; n++)
        {
            elapsed += TimeSpan.FromMinutes(40);
            clock.Offset = elapsed + TimeSpan.FromMinutes(n is > 5 and < 9 ? minutes : 0);
            await publisher.PublishAsync([await catalog.VersionAsync(asset, n, "a")], default);
            if (n % 3 != 0 && n is not (> 9 and < 14))
            {
                await index.SyncAsync(isFull: false, default);
                index.Status().Versions.ShouldBe(n);
            }
        }
        (await index.StatusAsync(default)).Behind.ShouldBe(0);
    }

    [Fact]
    public async Task Names_and_aliases_are_resolved_by_what_the_chains_say()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        await catalog.FillAsync();
        using var index = Open(catalog, "i");
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
        using var index = Open(catalog, "i");
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
        using var index = Open(catalog, "i");
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
    public async Task A_checkpoint_that_cannot_be_read_is_counted_and_the_one_before_or_the_records_are_used()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        var maker = new CheckpointMaker(catalog.Store, catalog.Id, new(TimeProvider.System), TimeProvider.System);
        await catalog.FillAsync();
        await PublishAsync(catalog, 0);
        var expected = await SyncAsync(catalog, "feed", isFull: false);
        await maker.MakeAsync("", default);
        // Only the checkpoint has the records.
        await catalog.Store.RemoveTreeAsync("catalog/feed");
        await catalog.Store.WriteTextAsync("catalog/checkpoints/00000002.json", "{}", WriteMode.CreateNew);
        WithoutUnreadable(await SyncAsync(catalog, "before", isFull: false)).ShouldBe(WithoutUnreadable(expected));
        Unreadable("before").ShouldBe(2);

        await maker.MakeAsync("", default);
        (await catalog.Store.IsFileAsync("catalog/checkpoints/00000003.json")).ShouldBeTrue();
        WithoutUnreadable(await SyncAsync(catalog, "after", isFull: false)).ShouldBe(WithoutUnreadable(expected));
        Unreadable("after").ShouldBe(1);

        await catalog.Store.RemoveTreeAsync("blobs");
        (await SyncAsync(catalog, "none", isFull: false)).ShouldNotContain("production");
        Unreadable("none").ShouldBe(3);
        WithoutUnreadable(await SyncAsync(catalog, "none", isFull: true)).ShouldBe(WithoutUnreadable(expected));
        (await maker.MakeAsync("", default))!.Segments.Sum(s => s.Records).ShouldBe(catalog.Records.Count);
        WithoutUnreadable(await SyncAsync(catalog, "again", isFull: false)).ShouldBe(WithoutUnreadable(expected));

        // One of the records of the catalog cannot be applied.
        long Unreadable(string folder)
        {
            using var index = Open(catalog, folder);
            return index.Status().Unreadable;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_full_synchronization_finds_a_chain_that_was_replaced(int records)
    {
        await using var catalog = await TestCatalog.OpenAsync();
        var asset = Guid.CreateVersion7();
        await catalog.NameAsync("a", asset);
        for (var n = 1; n <= 3; n++)
            await catalog.VersionAsync(asset, n, "a");
        using var index = Open(catalog, "i");
        await index.SyncAsync(isFull: true, default);
        index.FindAsset("a")!.State.Newest.ShouldBe(3);

        await using var other = await TestCatalog.OpenAsync();
        for (var n = 1; n <= records; n++)
            await other.VersionAsync(asset, n, "a", """{"auc":0.5}""");
        await catalog.Store.RemoveTreeAsync($"catalog/assets/{asset}");
        foreach (var record in other.Records)
            await catalog.Store.WriteBytesAsync($"catalog/assets/{asset}/{record.Sequence:D8}.json", record.Content, WriteMode.CreateNew);
        await index.SyncAsync(isFull: false, default);
        index.FindVersion(asset, 1)!.Metadata.ShouldBeEmpty();
        await index.SyncAsync(isFull: true, default);
        index.FindAsset("a")!.State.Newest.ShouldBe(records);
        index.FindVersion(asset, 1)!.Metadata["auc"].ShouldBe(0.5);
        index.FindVersion(asset, 2)?.Metadata.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Who_finds_the_index_locked_says_how_far_behind_it_is()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        await catalog.FillAsync();
        await PublishAsync(catalog, 0);
        using var index = Open(catalog, "i");
        index.Status().Versions.ShouldBe(0);
        using (var other = new IndexConnection(FileOf(catalog, "i").Path))
        {
            other.TryBegin().ShouldBeTrue();
            (await index.SyncAsync(isFull: false, default)).ShouldBe(new SyncResult(0, 0, IsLeft: true, Behind: 1));
            other.RollBack();
        }
        (await index.SyncAsync(isFull: false, default)).ShouldSatisfyAllConditions(r => r.IsLeft.ShouldBeFalse(), r => r.Batches.ShouldBe(1));
        await catalog.FillAsync();
        await PublishAsync(catalog, catalog.Records.Count / 2);
        using (var other = new IndexConnection(FileOf(catalog, "i").Path))
        {
            other.TryBegin().ShouldBeTrue();
            (await index.SyncAsync(isFull: false, default)).ShouldBe(new SyncResult(0, 0, IsLeft: true, Behind: 1));
            index.Status().Assets.ShouldBe(2);
        }
    }

    [Fact]
    public async Task Files_of_other_schemas_are_removed_after_a_week_without_writing()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        IndexFile Other(int schema) => new(_folder["i"], catalog.Id, catalog.Store.Root.ToString(), schema, BootId.Current);
        Directory.CreateDirectory(_folder["i"]);
        foreach (var (schema, days, walDays) in ((int, int, int)[])[(90, 8, 8), (91, 6, 6), (92, 8, 1)])
        {
            foreach (var (suffix, age) in ((string, int)[])[("", days), (".mark", days), ("-wal", walDays)])
            {
                await File.WriteAllTextAsync(Other(schema).Path + suffix, "x");
                File.SetLastWriteTimeUtc(Other(schema).Path + suffix, DateTime.UtcNow.AddDays(-age));
            }
        }
        await File.WriteAllTextAsync(_folder["i/unrelated.db"], "x");
        File.SetLastWriteTimeUtc(_folder["i/unrelated.db"], DateTime.UtcNow.AddDays(-100));
        using (var index = Open(catalog, "i"))
            index.Status().Assets.ShouldBe(0);
        Directory.GetFiles(_folder["i"]).Where(f => !f.StartsWith(FileOf(catalog, "i").Path, StringComparison.Ordinal)).ShouldBe(
            [_folder["i/unrelated.db"], .. new[] { 91, 92 }.SelectMany(s => new[] { Other(s).Path, Other(s).Path + ".mark", Other(s).Path + "-wal" })],
            ignoreOrder: true);
    }

    [Fact]
    public async Task Pages_are_found_by_an_index_and_not_sorted()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        await catalog.FillAsync();
        var asset = Guid.CreateVersion7();
        for (var n = 1; n <= 6; n++)
            await catalog.VersionAsync(asset, n, "a", """{"auc":0.5,"region":"north"}""");
        await SyncAsync(catalog, "i", isFull: true);
        using var connection = new IndexConnection(FileOf(catalog, "i").Path);
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

    [Fact]
    public void An_index_is_never_on_a_network_file_system()
    {
        IndexFolder.Local(_folder["x"], _ => false).ShouldBe(_folder["x"]);
        IndexFolder.Local(_folder["x"], f => f == _folder["x"]).ShouldBe(IndexFolder.Default(_ => false));
        IndexFolder.Local(_folder["x"], _ => true).ShouldBe(Path.Join(Path.GetTempPath(), "cairn", "index"));
        IndexFolder.IsRemote(_folder["new/and/deep"]).ShouldBeFalse();
    }

    private static string WithoutUnreadable(string dump) => string.Join('\n', dump.Split("SELECT fold, text, hex(owner), seq FROM name") is [var head, var tail] ? [head.Split("SELECT hash, reason")[0], tail] : []);

    private static async Task PublishAsync(TestCatalog catalog, int from)
    {
        await using var publisher = new FeedPublisher(catalog.Store, TimeProvider.System);
        await publisher.PublishAsync(catalog.Records[from..], default);
    }

    private IndexFile FileOf(TestCatalog catalog, string folder) => new(_folder[folder], catalog.Id, catalog.Store.Root.ToString(), IndexSchema.Number, BootId.Current);

    private CatalogIndex Open(TestCatalog catalog, string folder) => CatalogIndex.Open(_folder[folder], catalog.Store, catalog.Id, TimeProvider.System);

    private async Task<string> SyncAsync(TestCatalog catalog, string folder, bool isFull)
    {
        using (var index = Open(catalog, folder))
            (await index.SyncAsync(isFull, default)).IsLeft.ShouldBeFalse();
        return Dump(catalog, folder);
    }

    /// <summary>The dump of a copy: reading must not change the file.</summary>
    private string Dump(TestCatalog catalog, string folder)
    {
        var copy = _folder[$"{Guid.NewGuid():N}.db"];
        File.Copy(FileOf(catalog, folder).Path, copy);
        return IndexDump.Of(copy);
    }

    private async Task<string> ApplyAsync(TestCatalog catalog, IEnumerable<IEnumerable<Record>> batches)
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

    [Fact]
    public void A_folder_that_cannot_be_written_is_named()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["file"], "");
        var error = Should.Throw<StoreException>(() => new IndexFile(Path.Join(folder["file"], "index"), Guid.NewGuid(), "mem://x", 1, "boot").Open());
        (error.Code, error.Reason.Contains(folder["file"], StringComparison.Ordinal)).ShouldBe((StoreErrorCode.Unavailable, true));
    }
}
