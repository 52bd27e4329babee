using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Materializers;
using Cairn.Providers.Memory;

namespace Catalog.Tests.Assets;

/// <summary>Lists, searches and what other machines see: the feed, the index and the checkpoint behind a catalog.</summary>
public sealed class ListingTests
{
    [Fact]
    public async Task A_list_shows_all_that_was_saved_here_and_elsewhere()
    {
        await using var test = await TestCatalog.OpenAsync();
        await using var other = await test.OpenAnotherAsync("u:bob");
        await test.Assets.SaveAsync("models/churn", "1", new() { Type = "model", Metadata = { ["auc"] = 0.93, ["site"] = "north" }, Alias = "candidate", Description = "first" });
        await test.Assets.UpdateAsync("models/churn:1", e => e.Tag("good").Set("auc", 0.95));
        await test.Assets.UpdateAsync("models/churn", e => e.Tag("team:risk").Describe("Who leaves."));
        await other.Assets.SaveAsync("table", "2", new() { Type = "dataset" });
        await other.Assets.SaveAsync("table", "3");
        await other.Assets.DeleteAsync("table:1");
        await test.Catalog.FlushAsync();
        await other.Catalog.FlushAsync();
        foreach (var assets in new[] { test.Assets, other.Assets })
        {
            (await assets.ListAsync().Select(a => $"{a.Name} {a.Type} {a.Count} {a.Latest} {string.Join(',', a.Tags)} {string.Join(',', a.Aliases.Keys)} {a.Description}").ToListAsync())
                .ShouldBe(["models/churn model 1 1 team:risk candidate Who leaves.", "table dataset 1 2   "]);
            var version = (await assets.ListVersionsAsync(new() { Where = [Meta.Key("auc") > 0.94] }).ToListAsync()).ShouldHaveSingleItem();
            // The same as a look-up gives.
            var looked = await assets.GetAsync("models/churn:1");
            version.ShouldSatisfyAllConditions(
                () => version.Reference.ShouldBe(looked.Reference),
                () => version.Artifact.ShouldBe(looked.Artifact),
                () => version.Metadata.OrderBy(m => m.Key).ShouldBe(looked.Metadata.OrderBy(m => m.Key)),
                () => (version.CreatedAt, version.CreatedBy, version.Description).ShouldBe((looked.CreatedAt, looked.CreatedBy, looked.Description)),
                () => version.Tags.ShouldBe(looked.Tags),
                () => version.Aliases.ShouldBe(looked.Aliases),
                () => version.AssetId.ShouldBe(looked.AssetId));
            (await version.As<string>().LoadAsync()).ShouldBe("1");
            (await assets.ListAsync(new() { Alias = "Candidate" }).Select(a => a.Name).ToListAsync()).ShouldBe(["models/churn"]);
            (await assets.ListAsync(new() { Where = [Meta.Key("site").Is("north")] }).Select(a => a.Name).ToListAsync()).ShouldBe(["models/churn"]);
            (await assets.ListAsync(new() { NamePrefix = "MODELS/" }).CountAsync()).ShouldBe(1);
            (await assets.ListAsync(new() { NewestFirst = true }).Select(a => a.Name).FirstAsync()).ShouldBe("table");
            (await assets.ListVersionsAsync(new() { Name = "table" }).Select(v => v.Number).ToListAsync()).ShouldBe([2]);
            (await assets.ListVersionsAsync(new() { ByName = true }).Select(v => v.ToString()).ToListAsync()).ShouldBe(["models/churn:1", "table:2"]);
        }
        (await test.Catalog.SearchAsync("leav").Select(h => h.ToString()).ToListAsync()).ShouldBe(["models/churn"]);
        (await other.Catalog.SearchAsync("north").Select(h => h.ToString()).ToListAsync()).ShouldBe(["models/churn:1"]);
        await Should.ThrowAsync<StoreException>(() => test.Assets.ListVersionsAsync(new() { Name = "none" }).ToListAsync().AsTask());
        Should.Throw<ArgumentException>(() => Meta.Key("x") > MetadataValue.List(["a"]));
    }

    [Fact]
    public async Task A_cached_list_makes_no_request()
    {
        await using var test = await TestCatalog.OpenAsync();
        await test.Assets.SaveAsync("x", "1");
        await test.Catalog.FlushAsync();
        RecordingDriver driver = null!;
        await using var other = await test.OpenThroughAsync(d => driver = new(d));
        (await other.Assets.ListAsync(new() { Freshness = Freshness.Cached }).CountAsync()).ShouldBe(0);
        (await other.Assets.ListAsync().CountAsync()).ShouldBe(1);
        driver.Take();
        (await other.Assets.ListAsync(new() { Freshness = Freshness.Cached }).CountAsync()).ShouldBe(1);
        driver.Take().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_known_asset_is_resolved_by_one_request_and_saved_by_two(bool isLocal)
    {
        // An absent file of this machine is asked for; elsewhere, the question would be a request beside that for the content.
        var probe = isLocal ? "stat" : "read";
        await using var test = await TestCatalog.OpenAsync();
        for (var i = 0; i < 5; i++)
            await test.Assets.SaveAsync("x", $"{i}", new() { Alias = "a" });
        RecordingDriver driver = null!;
        await using var other = await test.OpenThroughAsync(d => driver = new(d) { IsLocal = isLocal });
        var id = (await other.Assets.GetAsync("x@a")).AssetId;
        (await other.Assets.GetAsync("x:2")).Number.ShouldBe(2);
        driver.Take();
        await other.Assets.GetAsync("x@a");
        driver.Take().ShouldBe([$"{probe} catalog/assets/{id}/00000006.json"]);
        await other.Assets.GetAsync("x:2");
        driver.Take().ShouldBe([$"{probe} catalog/assets/{id}/00000006.json"]);
        // The record that the decision rests on is confirmed before a write, which tells whether it is the newest one.
        await other.Assets.SaveAsync("x", "5");
        await other.Catalog.FlushAsync();
        AssetRequests().ShouldBe([$"read catalog/assets/{id}/00000005.json", $"write catalog/assets/{id}/00000006.json"]);
        // To write nothing tells nothing: a later record is looked for.
        (await other.Assets.SaveAsync("x", "5")).Created.ShouldBeFalse();
        AssetRequests().ShouldBe([$"read catalog/assets/{id}/00000006.json", $"{probe} catalog/assets/{id}/00000007.json"]);
        // A change of another machine is seen.
        await test.Assets.SaveAsync("x", "6");
        (await other.Assets.GetAsync("x")).Number.ShouldBe(7);
        driver.Take().Where(r => !isLocal || !r.StartsWith("stat", StringComparison.Ordinal))
            .ShouldBe([$"read catalog/assets/{id}/00000007.json", .. isLocal ? (string[])[] : [$"read catalog/assets/{id}/00000008.json"]]);

        List<string> AssetRequests() => [.. driver.Take().Where(r => r.Contains("catalog/assets", StringComparison.Ordinal)).Order()];
    }

    [Fact]
    public async Task A_save_that_remembers_an_old_record_is_decided_on_the_newest()
    {
        await using var test = await TestCatalog.OpenAsync();
        await test.Assets.SaveAsync("x", "1");
        await using var other = await test.OpenThroughAsync(d => d);
        await other.Assets.GetAsync("x");
        await test.Assets.SaveAsync("x", "2");
        // Equal to the version that is remembered, and not to the newest.
        (await other.Assets.SaveAsync("x", "1")).Number.ShouldBe(3);
        await test.Assets.SaveAsync("x", "4", new() { Alias = "a" });
        // Refused by the state that is remembered, and not by the newest.
        (await other.Assets.SaveAsync("x", "5", new() { Alias = "a", AliasFrom = 4 })).Number.ShouldBe(5);
    }

    [Fact]
    public async Task A_copy_that_was_not_published_is_reported_and_found_by_a_full_synchronization()
    {
        await using var test = await TestCatalog.OpenAsync();
        RecordingDriver driver = null!;
        await using var writer = await test.OpenThroughAsync(d => driver = new(d) { Refuses = (verb, path) => verb == "write" && path.Value.StartsWith("catalog/feed", StringComparison.Ordinal) });
        (await writer.Assets.SaveAsync("x", "1")).Created.ShouldBeTrue();
        (await Should.ThrowAsync<StoreException>(() => writer.Catalog.FlushAsync())).Code.ShouldBe(StoreErrorCode.PermissionDenied);
        await writer.Catalog.FlushAsync();
        (await test.Assets.GetAsync("x")).Number.ShouldBe(1);
        (await test.Assets.ListAsync().CountAsync()).ShouldBe(0);
        (await test.Catalog.SyncAsync(full: true)).Records.ShouldBe(2);
        (await test.Assets.ListAsync().Select(a => a.Name).ToListAsync()).ShouldBe(["x"]);
        driver.Refuses = (_, _) => false;
    }

    [Fact]
    public async Task A_store_that_went_back_is_reported_before_a_change()
    {
        await using var test = await TestCatalog.OpenAsync();
        await using var other = await test.OpenAnotherAsync("u:bob");
        var id = (await test.Assets.SaveAsync("x", "1")).AssetId;
        await test.Assets.SaveAsync("x", "2");
        (await test.Assets.ListAsync().CountAsync()).ShouldBe(1);
        await test.Store.RemoveAsync($"catalog/assets/{id}/00000002.json");
        var error = await Should.ThrowAsync<StoreException>(() => test.Assets.SaveAsync("x", "3"));
        (error.Code, error.Reason.Contains("the store went back", StringComparison.Ordinal)).ShouldBe((StoreErrorCode.IntegrityFailure, true));
        (await test.Assets.ListAsync(new() { Freshness = Freshness.Cached }).CountAsync()).ShouldBe(0, "the index was dropped");
        // The next call begins with what the store has.
        (await test.Assets.SaveAsync("x", "4")).Number.ShouldBe(2);
    }

    [Fact]
    public async Task An_index_is_rebuilt_from_a_checkpoint_or_from_the_records()
    {
        await using var test = await TestCatalog.OpenAsync();
        for (var i = 0; i < 3; i++)
            await test.Assets.SaveAsync($"x{i}", "1");
        (await test.Catalog.CheckpointAsync()).ShouldBeTrue();
        await test.Assets.SaveAsync("y", "1");
        var before = await test.Assets.ListAsync().Select(a => a.Name).ToListAsync();
        foreach (var fromRecords in new[] { true, false })
        {
            await using var other = await test.OpenAnotherAsync("u:bob");
            await other.Catalog.RebuildAsync(fromRecords);
            (await other.Assets.ListAsync(new() { Freshness = Freshness.Cached }).Select(a => a.Name).ToListAsync()).ShouldBe(before);
            var status = await other.Catalog.StatusAsync();
            (status.Assets, status.Versions, status.Unreadable, status.Behind, status.SynchronizedAt is not null).ShouldBe((4L, 4L, 0L, 0, true));
        }
    }

    [Fact]
    public async Task A_verification_names_what_is_missing_damaged_or_contradictory()
    {
        await using var test = await TestCatalog.OpenAsync();
        await test.Assets.SaveAsync("sound", "1", new() { Alias = "a" });
        await test.Assets.SaveAsync("sound", "2");
        await test.Assets.DeleteAsync("sound:2");
        await test.Assets.SaveAsync("free", "1");
        await test.Assets.DeleteAssetAsync("free");
        await test.Assets.ReleaseNameAsync("free");
        (await test.Catalog.CheckpointAsync()).ShouldBeTrue();
        await test.Catalog.FlushAsync();
        (await test.Catalog.VerifyAsync().ToListAsync()).ShouldBeEmpty();

        var ids = new Dictionary<string, Guid>();
        foreach (var name in new[] { "missing", "forged", "gone", "other" })
        {
            ids[name] = (await test.Assets.SaveAsync(name, name)).AssetId;
            await test.Assets.SaveAsync(name, $"{name} 2");
            await test.Assets.SaveAsync(name, $"{name} 3");
        }
        await test.Store.RemoveAsync($"catalog/assets/{ids["missing"]}/00000002.json");
        var forged = (StorePath)$"catalog/assets/{ids["forged"]}/00000002.json";
        await test.Store.WriteTextAsync(forged, (await test.Store.ReadTextAsync(forged)).Replace("u:ada", "u:eve", StringComparison.Ordinal), WriteMode.Replace);
        await test.Catalog.Repository.DeleteAsync(await test.ArtifactAsync("gone 2"));
        await test.Store.WriteTextAsync($"catalog/assets/{ids["other"]}/00000004.json", "{", WriteMode.CreateNew);
        var faults = await test.Catalog.VerifyAsync().Select(f => $"{f.AssetName} {f.Uri.ToString().Split('/')[^1]}: {f.Reason}").ToListAsync();
        faults.ShouldContain(f => f.StartsWith("missing 00000002.json: it is missing", StringComparison.Ordinal));
        faults.ShouldContain(f => f.StartsWith("forged 00000003.json: its 'prev' is not the hash of record 2", StringComparison.Ordinal));
        faults.ShouldContain(f => f.StartsWith("gone 00000002.json: the artifact of version 2 cannot be used", StringComparison.Ordinal));
        faults.ShouldContain(f => f.StartsWith("other 00000004.json: ", StringComparison.Ordinal));
        // A record after a missing one is judged by what is known.
        faults.Count.ShouldBe(5, string.Join('\n', faults));
    }

    [Fact]
    public async Task An_index_that_exists_answers_without_a_request_for_the_catalog()
    {
        var folder = Directory.CreateTempSubdirectory("cairn-index-");
        try
        {
            var provider = new MemoryProvider();
            await using var store = await ArtifactStore.OpenAsync(provider, "mem://catalog");
            var repository = new ArtifactRepository(store, MaterializerRegistry.CreateDefault());
            var options = new CatalogOptions { IndexFolder = folder.FullName };
            await using (var first = new Cairn.Catalog.Catalog(repository, options))
            {
                first.GetCachedStatus().ShouldBeNull();
                await first.Assets.SaveAsync("x", "1");
                (await first.Assets.ListAsync().CountAsync()).ShouldBe(1);
                first.GetCachedStatus().ShouldNotBeNull().Behind.ShouldBeNull();
            }
            // Another address has no index, and an empty store at the same address shows that it is not asked.
            await using var empty = await ArtifactStore.OpenAsync(new MemoryProvider(), "mem://catalog");
            await using var second = new Cairn.Catalog.Catalog(new ArtifactRepository(empty, MaterializerRegistry.CreateDefault()), options);
            var status = second.GetCachedStatus().ShouldNotBeNull();
            (status.Assets, status.Versions).ShouldBe((1, 1));
            (await second.Assets.ListAsync(new() { Freshness = Freshness.Cached }).SingleAsync()).Name.ShouldBe("x");
            (await empty.ListAsync(StorePath.Root, new() { Recursive = true }).CountAsync()).ShouldBe(0);
            await using var elsewhere = await ArtifactStore.OpenAsync(provider, "mem://elsewhere");
            await using var third = new Cairn.Catalog.Catalog(new ArtifactRepository(elsewhere, MaterializerRegistry.CreateDefault()), options);
            third.GetCachedStatus().ShouldBeNull();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
