using System.Text;
using Cairn;
using Cairn.Catalog;
using Cairn.Catalog.Checkpoints;
using Cairn.Catalog.Feed;
using Cairn.Catalog.Index;
using Cairn.Catalog.Records;
using Cairn.Catalog.RunRecords;
using Catalog.Tests.Runs;
using FsCheck;
using FsCheck.Fluent;
using Record = Cairn.Catalog.Records.Record;

namespace Catalog.Tests.Index;

/// <summary>The content of an index, however the records reach it.</summary>
public sealed class IndexSyncTests : IDisposable
{
    private readonly TestIndexes _indexes = new();

    public void Dispose() => _indexes.Dispose();

    [Fact]
    public async Task Records_in_any_order_and_any_number_of_times_give_the_same_index()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        await catalog.FillAsync();
        var expected = await _indexes.ApplyAsync(catalog, [catalog.Records]);
        expected.ShouldContain("production");
        var batches = Gen.Choose(0, catalog.Records.Count - 1).ArrayOf(4).ArrayOf(20);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(30), Prop.ForAll(batches.ToArbitrary(), picks => Task.Run(async () =>
        {
            // At the end, whatever was not picked.
            var order = picks.Select(p => p.Select(i => catalog.Records[i])).Append(catalog.Records.AsEnumerable().Reverse());
            (await _indexes.ApplyAsync(catalog, order)).ShouldBe(expected);
        })));
    }

    [Fact]
    public async Task Records_of_runs_in_any_order_and_any_number_of_times_give_the_same_index()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        var sample = new RunSample();
        sample.Fill();
        List<Record> records = [.. sample.Records];
        var (first, last) = (RecordValues.Id(records[0].Node["run"], "run"), RecordValues.Id(records[^1].Node["run"], "run"));
        records.Add(await catalog.DecideAsync(first, """{"delete":true}""", """{"deleted":true}"""));
        records.Add(await catalog.DecideAsync(first, """{"restore":true}""", """{"deleted":false}"""));
        records.Add(await catalog.DecideAsync(last, """{"close":"Failed","why":"gone"}""", """{"closed":"Failed"}"""));
        records.Add(await catalog.DecideAsync(last, """{"delete":true}""", """{"closed":"Failed","deleted":true}"""));
        var expected = await _indexes.ApplyAsync(catalog, [records]);
        expected.ShouldContain("accuracy|0.9|0|0.9|2|1");
        expected.ShouldContain("accuracy|0.2|0|0.2|2|1");
        expected.ShouldContain("|Running|Failed|Failed|1|");
        var orders = Gen.Choose(0, records.Count - 1).ArrayOf(5).ArrayOf(12);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(orders.ToArbitrary(), picks => Task.Run(async () =>
        {
            // Old records come before all records and after them.
            var batches = picks.Select(p => p.Select(i => records[i])).ToList();
            IEnumerable<IEnumerable<Record>> order = [.. batches.Take(6), records.AsEnumerable().Reverse(), .. batches.Skip(6)];
            (await _indexes.ApplyAsync(catalog, order)).ShouldBe(expected);
        })));
    }

    [Fact]
    public async Task A_checkpoint_contains_what_the_feed_has_of_runs()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        var maker = new CheckpointMaker(catalog.Store, catalog.Id, new(TimeProvider.System), TimeProvider.System, maxSegment: 9000);
        await catalog.FillAsync();
        var sample = new RunSample();
        for (var round = 0; round < 4; round++)
        {
            var count = sample.Records.Count;
            sample.Fill();
            await using var publisher = new FeedPublisher(catalog.Store, TimeProvider.System);
            await publisher.PublishAsync([.. round == 0 ? catalog.Records : [], .. sample.Records[count..]], default);
            var made = await maker.MakeAsync("", default);
            made!.Segments.Sum(s => s.Records).ShouldBe(catalog.Records.Count + sample.Records.Count);
        }
        var byFeed = await _indexes.SyncAsync(catalog, "feed", isFull: false);
        byFeed.ShouldContain("accuracy");
        await catalog.Store.RemoveTreeAsync("catalog/feed");
        (await _indexes.SyncAsync(catalog, "checkpoint", isFull: false)).ShouldBe(byFeed);
        // A record that needs newer software is carried on for those who know it.
        var checkpoints = new CheckpointStore(catalog.Store, catalog.Id);
        var newer = "{\"v\":1,\"must\":[\"x\"],\"kind\":\"task\",\"id\":\"01990000-0000-7000-8000-000000000000\",\"at\":\"2026-11-28T15:02:11Z\"}";
        await catalog.Store.WriteTextAsync(FeedPath.Create(DateTimeOffset.UtcNow), newer + "\nnonsense", WriteMode.CreateNew);
        List<string> lines = [];
        foreach (var segment in (await maker.MakeAsync("", default))!.Segments)
        {
            await foreach (var line in checkpoints.ReadAsync(segment, default))
                lines.Add(Encoding.UTF8.GetString(line.Content.Span));
        }
        lines.Count.ShouldBe(catalog.Records.Count + sample.Records.Count + 1);
        lines.ShouldContain(newer);
    }

    [Fact]
    public async Task The_last_record_alone_brings_its_whole_chain()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        await catalog.FillAsync();
        var last = catalog.Records.GroupBy(r => r.Node["asset"]?.ToString() ?? r.Node["name"]!.ToString()).Select(g => g.Last());
        (await _indexes.ApplyAsync(catalog, [last])).ShouldBe(await _indexes.ApplyAsync(catalog, [catalog.Records]));
    }

    [Fact]
    public async Task A_checkpoint_the_feed_and_a_full_listing_give_the_same_index()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        await catalog.FillAsync();
        await TestIndexes.PublishAsync(catalog, 0);
        var byFeed = await _indexes.SyncAsync(catalog, "feed", isFull: false);
        // The first time, in one transaction and with rows that are written at the end.
        byFeed.ShouldBe(await _indexes.ApplyAsync(catalog, [catalog.Records]));
        await new CheckpointMaker(catalog.Store, catalog.Id, new(TimeProvider.System), TimeProvider.System).MakeAsync("", default);
        (await _indexes.SyncAsync(catalog, "checkpoint", isFull: false)).ShouldBe(byFeed);
        var count = catalog.Records.Count;
        await catalog.FillAsync();
        await TestIndexes.PublishAsync(catalog, count);
        var behind = await _indexes.SyncAsync(catalog, "checkpoint", isFull: false);
        behind.ShouldNotBe(byFeed);
        (await _indexes.SyncAsync(catalog, "feed", isFull: false)).ShouldBe(behind);
        await catalog.Store.RemoveTreeAsync("catalog/feed");
        (await _indexes.SyncAsync(catalog, "full", isFull: true)).ShouldBe(behind);
    }

    [Fact]
    public async Task Records_in_many_groups_give_the_same_index()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        for (var i = 0; i < 24; i++)
            await catalog.FillAsync();
        var expected = await _indexes.ApplyAsync(catalog, [catalog.Records]);
        // Each record far from its neighbours in its chain, so that an asset is in many groups, and its records come before those that they follow.
        await TestIndexes.PublishAsync(catalog, [.. catalog.Records.Select((r, i) => (r, i)).OrderBy(r => r.i % 5).Select(r => r.r)]);
        (await _indexes.SyncAsync(catalog, "feed", isFull: false)).ShouldBe(expected);
        await new CheckpointMaker(catalog.Store, catalog.Id, new(TimeProvider.System), TimeProvider.System).MakeAsync("", default);
        await catalog.Store.RemoveTreeAsync("catalog/feed");
        (await _indexes.SyncAsync(catalog, "checkpoint", isFull: false)).ShouldBe(expected);
    }

    [Fact]
    public async Task Two_appliers_at_once_give_the_same_index()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        for (var i = 0; i < 5; i++)
        {
            await catalog.FillAsync();
            await TestIndexes.PublishAsync(catalog, catalog.Records.Count - 14);
        }
        var expected = await _indexes.SyncAsync(catalog, "one", isFull: false);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            using var index = _indexes.Open(catalog, "shared");
            while ((await index.SyncAsync(isFull: true, default)).IsLeft)
                await Task.Delay(5);
        })));
        (await _indexes.SyncAsync(catalog, "shared", isFull: false)).ShouldBe(expected);
    }

    [Fact]
    public async Task Records_that_cannot_be_read_are_counted_and_applied_by_nothing()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        await catalog.FillAsync();
        var expected = await _indexes.ApplyAsync(catalog, [catalog.Records]);
        using var index = _indexes.Open(catalog, "bad");
        await TestIndexes.PublishAsync(catalog, 0);
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
        var dump = IndexDump.Of(_indexes.FileOf(catalog, "bad").Path);
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
        (await _indexes.ApplyAsync(catalog, [[first, forged], [third], catalog.Records])).ShouldBe(await _indexes.ApplyAsync(catalog, [catalog.Records]));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(30 * 24 * 60)]
    public async Task A_clock_of_the_store_and_the_reader_that_is_stepped_and_set_back_loses_nothing(int minutes)
    {
        var clock = new SteppedClock(TimeProvider.System);
        await using var catalog = await TestCatalog.OpenAsync(clock);
        await using var publisher = new FeedPublisher(catalog.Store, clock);
        using var index = new CatalogIndex(_indexes.FileOf(catalog, "i"), catalog.Store, catalog.Id, clock);
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
    public async Task A_checkpoint_that_cannot_be_read_is_counted_and_the_one_before_or_the_records_are_used()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        var maker = new CheckpointMaker(catalog.Store, catalog.Id, new(TimeProvider.System), TimeProvider.System);
        await catalog.FillAsync();
        await TestIndexes.PublishAsync(catalog, 0);
        var expected = await _indexes.SyncAsync(catalog, "feed", isFull: false);
        await maker.MakeAsync("", default);
        // Only the checkpoint has the records.
        await catalog.Store.RemoveTreeAsync("catalog/feed");
        await catalog.Store.WriteTextAsync("catalog/checkpoints/00000002.json", "{}", WriteMode.CreateNew);
        WithoutUnreadable(await _indexes.SyncAsync(catalog, "before", isFull: false)).ShouldBe(WithoutUnreadable(expected));
        Unreadable("before").ShouldBe(2);

        await maker.MakeAsync("", default);
        (await catalog.Store.IsFileAsync("catalog/checkpoints/00000003.json")).ShouldBeTrue();
        WithoutUnreadable(await _indexes.SyncAsync(catalog, "after", isFull: false)).ShouldBe(WithoutUnreadable(expected));
        Unreadable("after").ShouldBe(1);

        await catalog.Store.RemoveTreeAsync("blobs");
        (await _indexes.SyncAsync(catalog, "none", isFull: false)).ShouldNotContain("production");
        Unreadable("none").ShouldBe(3);
        WithoutUnreadable(await _indexes.SyncAsync(catalog, "none", isFull: true)).ShouldBe(WithoutUnreadable(expected));
        (await maker.MakeAsync("", default))!.Segments.Sum(s => s.Records).ShouldBe(catalog.Records.Count);
        WithoutUnreadable(await _indexes.SyncAsync(catalog, "again", isFull: false)).ShouldBe(WithoutUnreadable(expected));

        // One of the records of the catalog cannot be applied.
        long Unreadable(string folder)
        {
            using var index = _indexes.Open(catalog, folder);
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
        using var index = _indexes.Open(catalog, "i");
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
        await TestIndexes.PublishAsync(catalog, 0);
        using var index = _indexes.Open(catalog, "i");
        index.Status().Versions.ShouldBe(0);
        using (var other = new IndexConnection(_indexes.FileOf(catalog, "i").Path))
        {
            other.TryBegin().ShouldBeTrue();
            (await index.SyncAsync(isFull: false, default)).ShouldBe(new SyncResult(0, 0, IsLeft: true, Behind: 1));
            other.RollBack();
        }
        (await index.SyncAsync(isFull: false, default)).ShouldSatisfyAllConditions(r => r.IsLeft.ShouldBeFalse(), r => r.Batches.ShouldBe(1));
        await catalog.FillAsync();
        await TestIndexes.PublishAsync(catalog, catalog.Records.Count / 2);
        using (var other = new IndexConnection(_indexes.FileOf(catalog, "i").Path))
        {
            other.TryBegin().ShouldBeTrue();
            (await index.SyncAsync(isFull: false, default)).ShouldBe(new SyncResult(0, 0, IsLeft: true, Behind: 1));
            index.Status().Assets.ShouldBe(2);
        }
    }

    private static string WithoutUnreadable(string dump) => string.Join('\n', dump.Split("SELECT fold, text, hex(owner), seq FROM name") is [var head, var tail] ? [head.Split("SELECT hash, reason")[0], tail] : []);
}
