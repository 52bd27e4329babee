using Cairn;
using Cairn.Catalog;
using Cairn.Providers;

namespace Catalog.Tests.Assets;

public sealed class AssetCollectionTests
{
    [Fact]
    public async Task Equal_content_and_metadata_make_no_version()
    {
        await using var test = await TestCatalog.OpenAsync();
        var first = await test.Assets.SaveAsync("Churn-Model", "a", new() { Type = "model", Metadata = { ["auc"] = 0.93 } });
        (first.ToString(), first.Created, first.CreatedBy).ShouldBe(("Churn-Model:1", true, "u:ada"));
        var again = await test.Assets.SaveAsync("churn-model", "a", new() { Metadata = { ["auc"] = 0.93 } });
        (again.Number, again.Created, again.Artifact).ShouldBe((1, false, first.Artifact));
        (await test.Assets.SaveAsync("churn-model", "a", new() { Metadata = { ["auc"] = 1 } })).Number.ShouldBe(2);
        (await test.Assets.SaveAsync("churn-model", "a", new() { Metadata = { ["auc"] = 1.0 } })).Number.ShouldBe(3);
        (await test.Assets.SaveAsync("churn-model", "b", new() { Metadata = { ["auc"] = 1.0 } })).Number.ShouldBe(4);
        (await test.Assets.SaveAsync("churn-model", "b", new() { Metadata = { ["auc"] = 1.0 }, Mode = SaveMode.Always })).Number.ShouldBe(5);
        await test.Assets.DeleteAsync("churn-model:5");
        (await test.Assets.SaveAsync("churn-model", "b", new() { Metadata = { ["auc"] = 1.0 } })).Number.ShouldBe(6);
        (await test.Assets.LoadAsync<string>("churn-model:3")).ShouldBe("a");
        (await Refused(() => test.Assets.SaveAsync("churn-model", "c", new() { Type = "table" }))).Reason.ShouldContain("'model'");
    }

    [Fact]
    public async Task Metadata_comes_back_by_type_and_value()
    {
        await using var test = await TestCatalog.OpenAsync();
        var time = new DateTimeOffset(2026, 11, 28, 15, 2, 11, TimeSpan.FromHours(2)).AddTicks(1234567);
        var options = new AssetSaveOptions
        {
            Metadata =
            {
                ["text"] = "é", ["flag"] = true, ["count"] = long.MaxValue, ["one"] = 1.0, ["nan"] = double.NaN, ["minus"] = double.NegativeInfinity, ["time"] = time,
                ["list"] = MetadataValue.List([1, 2.5, "x"]), ["object"] = MetadataValue.Object([new("inner", 7)]),
            },
        };
        await test.Assets.SaveAsync("x", "a", options);
        var read = (await test.Assets.GetAsync("x")).Metadata;
        read.Count.ShouldBe(9);
        foreach (var (key, value) in options.Metadata)
            read[key].ShouldBe(value, key);
        read["one"].ShouldNotBe((MetadataValue)1);
        (await test.Assets.SaveAsync("x", "a", options)).Created.ShouldBeFalse();
    }

    [Fact]
    public async Task Metadata_beyond_a_limit_is_refused_and_nothing_is_saved()
    {
        await using var test = await TestCatalog.OpenAsync();
        var deep = Enumerable.Range(0, 8).Aggregate((MetadataValue)1, (inner, _) => MetadataValue.Object([new("x", inner)]));
        var large = MetadataValue.List(Enumerable.Repeat((MetadataValue)new string('x', 4096), 17));
        foreach (var value in new[] { new string('x', 4097), deep, MetadataValue.List([MetadataValue.List([1])]), MetadataValue.Object([new("$", 1)]), "\ud800", large })
            (await Refused(() => test.Assets.SaveAsync("x", "a", new() { Metadata = { ["m"] = value } }))).Code.ShouldBe(StoreErrorCode.Unsupported);
        (await Refused(() => test.Assets.GetAssetAsync("x"))).Code.ShouldBe(StoreErrorCode.NotFound);
    }

    [Fact]
    public async Task An_alias_moves_only_from_where_it_is_expected_and_keeps_its_history()
    {
        await using var test = await TestCatalog.OpenAsync();
        for (var i = 1; i <= 3; i++)
            await test.Assets.SaveAsync("x", $"{i}", new() { Alias = "candidate" });
        (await test.Assets.GetAsync("x@Candidate")).Number.ShouldBe(3);
        (await Refused(() => test.Assets.MoveAliasAsync("x", "Production", 1))).Reason.ShouldContain("protected");
        (await test.Assets.MoveAliasAsync("x", "production", 1, AliasExpectation.Absent, "first")).ShouldBeTrue();
        (await test.Assets.MoveAliasAsync("x", "production", 1)).ShouldBeFalse();
        await using var other = await test.OpenAnotherAsync("u:bob");
        await other.Assets.MoveAliasAsync("x", "production", 2, from: 1, "better");
        var moved = await Should.ThrowAsync<AliasMovedException>(() => test.Assets.MoveAliasAsync("x", "production", 3, from: 1, "best"));
        (moved.Actual, moved.MovedBy, moved.Code).ShouldBe((2, "u:bob", StoreErrorCode.PreconditionFailed));
        (await test.Assets.MoveAliasAsync("x", "1.4.0", 2, isFixed: true)).ShouldBeTrue();
        (await Refused(() => test.Assets.MoveAliasAsync("x", "1.4.0", 3))).Reason.ShouldContain("fixed");
        (await Refused(() => test.Assets.RemoveAliasAsync("x", "1.4.0"))).Reason.ShouldContain("fixed");
        (await Refused(() => test.Assets.MoveAliasAsync("x", "candidate", 9))).Code.ShouldBe(StoreErrorCode.NotFound);
        await test.Assets.RemoveAliasAsync("x", "production", from: 2, why: "recalled");
        (await test.Assets.AliasHistoryAsync("x", "production").Select(m => (m.From, m.To, m.By, m.Why)).ToListAsync())
            .ShouldBe([((int?)2, (int?)null, "u:ada", "recalled"), (1, 2, "u:bob", "better"), (null, 1, "u:ada", "first")]);
        (await Refused(() => test.Assets.GetAsync("x@production"))).Reason.ShouldContain("1.4.0, candidate");
    }

    [Fact]
    public async Task A_save_creates_no_version_if_its_alias_is_elsewhere()
    {
        await using var test = await TestCatalog.OpenAsync();
        await test.Assets.SaveAsync("x", "1", new() { Alias = "a", AliasFrom = AliasExpectation.Absent });
        var moved = await Should.ThrowAsync<AliasMovedException>(() => test.Assets.SaveAsync("x", "2", new() { Alias = "a", AliasFrom = AliasExpectation.Absent }));
        (moved.Expected, moved.Actual).ShouldBe((null, 1));
        await Should.ThrowAsync<AliasMovedException>(() => test.Assets.SaveAsync("x", "2", new() { Alias = "b", AliasFrom = 1 }));
        (await test.Assets.GetAssetAsync("x")).Newest.ShouldBe(1);
        (await test.Assets.SaveAsync("x", "2", new() { Alias = "a", AliasFrom = 1, FixedAlias = "1.0" })).Aliases.ShouldBe(["1.0", "a"]);
        await Should.ThrowAsync<ArgumentException>(() => test.Assets.SaveAsync("x", "3", new() { AliasFrom = 1 }));
    }

    [Fact]
    public async Task A_deletion_is_refused_with_all_reasons()
    {
        await using var test = await TestCatalog.OpenAsync();
        await test.Assets.SaveAsync("x", "1", new() { Alias = "a", Why = "w" });
        await test.Assets.SaveAsync("x", "2");
        await test.Assets.MoveAliasAsync("x", "b", 1);
        await test.Assets.PinAsync("x:1");
        var error = await Refused(() => test.Assets.DeleteAsync("x:1"));
        error.Reason.ShouldContain("'a'");
        error.Reason.ShouldContain("'b'");
        error.Reason.ShouldContain("pinned");
        await test.Assets.UnpinAsync("x:1");
        (await test.Assets.DeleteAsync("x:1", withAliases: true)).ShouldBeTrue();
        (await test.Assets.DeleteAsync("x:1")).ShouldBeFalse();
        (await Refused(() => test.Assets.GetAsync("x:1"))).Reason.ShouldContain("deleted");
        (await test.Assets.GetAssetAsync("x")).Aliases.ShouldBeEmpty();
        await test.Assets.DeleteAsync("x:2");
        (await Refused(() => test.Assets.GetAsync("x"))).Code.ShouldBe(StoreErrorCode.NotFound);
        (await test.Assets.HistoryAsync("x").Select(v => (v.Number, v.IsDeleted)).ToListAsync()).ShouldBe([(2, true), (1, true)]);
        (await test.Assets.RestoreAsync("x:1")).ShouldBeTrue();
        (await test.Assets.GetAsync("x")).Number.ShouldBe(1);
        await test.Catalog.Repository.DeleteAsync(await test.ArtifactAsync("2"));
        (await Refused(() => test.Assets.RestoreAsync("x:2"))).Reason.ShouldContain("not in the store");
        (await Refused(() => test.Assets.DeleteAsync("x"))).Reason.ShouldContain("names an asset but not a version");
    }

    [Fact]
    public async Task A_deleted_asset_keeps_its_name_until_it_is_released()
    {
        await using var test = await TestCatalog.OpenAsync();
        await test.Assets.SaveAsync("x", "1");
        (await Refused(() => test.Assets.ReleaseNameAsync("x"))).Reason.ShouldContain("current name");
        (await test.Assets.DeleteAssetAsync("x")).ShouldBeTrue();
        (await Refused(() => test.Assets.SaveAsync("x", "2"))).Reason.ShouldContain("deleted");
        await test.Assets.RestoreAssetAsync("x");
        (await test.Assets.GetAsync("x")).Number.ShouldBe(1);
        await test.Assets.DeleteAssetAsync("x");
        (await test.Assets.ListAsync().ToListAsync()).ShouldBeEmpty();
        (await test.Assets.ListAsync(new() { IncludeDeleted = true }).ToListAsync()).Single().IsDeleted.ShouldBeTrue();
        (await test.Assets.ReleaseNameAsync("x")).ShouldBeTrue();
        (await test.Assets.ReleaseNameAsync("x")).ShouldBeFalse();
        var fresh = await test.Assets.SaveAsync("x", "2");
        (fresh.Number, fresh.Created).ShouldBe((1, true));
    }

    [Fact]
    public async Task A_former_name_leads_to_the_asset_until_it_is_released()
    {
        await using var test = await TestCatalog.OpenAsync();
        var id = (await test.Assets.SaveAsync("x", "1")).AssetId;
        await test.Assets.SaveAsync("z", "1");
        (await Refused(() => test.Assets.RenameAsync("x", "Z"))).Code.ShouldBe(StoreErrorCode.AlreadyExists);
        (await test.Assets.RenameAsync("x", "y")).ShouldBeTrue();
        (await test.Assets.RenameAsync("x", "y")).ShouldBeFalse();
        (await test.Assets.RenameAsync("y", "Y")).ShouldBeTrue();
        (await test.Assets.GetAsync("x")).ToString().ShouldBe("Y:1");
        (await test.Assets.SaveAsync("x", "2")).AssetId.ShouldBe(id);
        (await test.Assets.ListAsync().Select(a => (a.Name, string.Join(',', a.FormerNames))).ToListAsync()).ShouldBe([("Y", "x"), ("z", "")], ignoreOrder: true);
        (await test.Assets.ReleaseNameAsync("x")).ShouldBeTrue();
        (await test.Assets.SaveAsync("x", "3")).AssetId.ShouldNotBe(id);
        (await test.Assets.GetAssetAsync("y")).FormerNames.ShouldBeEmpty();
    }

    [Fact]
    public async Task Updates_change_the_asset_or_one_version()
    {
        await using var test = await TestCatalog.OpenAsync();
        await test.Assets.SaveAsync("x", "1", new() { Description = "first", Metadata = { ["a"] = 1, ["b"] = 2 } });
        (await test.Assets.UpdateAsync("x", e => e.Tag("reviewed").Tag("team:risk").Describe("Weekly.").Display("X!").OfType("model").Protect("stable"))).ShouldBeTrue();
        (await test.Assets.UpdateAsync("x", e => e.Tag("reviewed").Untag("none").Describe("Weekly."))).ShouldBeFalse();
        var asset = await test.Assets.GetAssetAsync("x");
        (asset.Description, asset.Display, asset.Type, string.Join(' ', asset.Tags), string.Join(' ', asset.ProtectedAliases)).ShouldBe(("Weekly.", "X!", "model", "reviewed team:risk", "production stable"));
        await test.Assets.UpdateAsync("x:1", e => e.Tag("good").Set("a", 7).Remove("b").Set("c", "new"));
        await test.Assets.UpdateAsync("x:1", e => e.Describe(null).Untag("good").Tag("bad"));
        await test.Assets.SaveAsync("x", "2");
        foreach (var version in new[] { await test.Assets.GetAsync("x:1"), (await test.Assets.HistoryAsync("x").ToListAsync())[1] })
        {
            version.Metadata.OrderBy(m => m.Key).Select(m => $"{m.Key}={m.Value}").ShouldBe(["a=7", "c=new"]);
            (version.Description, string.Join(' ', version.Tags)).ShouldBe((null, "bad"));
        }
        (await test.Assets.ListAsync(new() { Tag = "reviewed", Type = "model" }).CountAsync()).ShouldBe(1);
        (await test.Assets.ListAsync(new() { Tag = "bad" }).CountAsync()).ShouldBe(0);
        await Should.ThrowAsync<ArgumentException>(() => test.Assets.UpdateAsync("x", e => e.Set("a", 1)));
        await Should.ThrowAsync<ArgumentException>(() => test.Assets.UpdateAsync("x:1", e => e.OfType("t")));
    }

    [Fact]
    public async Task Two_versions_differ_by_files_and_metadata()
    {
        await using var test = await TestCatalog.OpenAsync();
        await test.Assets.SaveAsync("x", "1", new() { Metadata = { ["a"] = 1, ["b"] = double.NaN } });
        await test.Assets.SaveAsync("x", "2", new() { Metadata = { ["a"] = 1.0, ["b"] = double.NaN, ["c"] = true } });
        var diff = await test.Assets.DiffAsync("x:1", "x:2");
        diff.Files.Count.ShouldBe(1);
        diff.Metadata.Select(d => $"{d.Key}: {d.From?.Kind} {d.To?.Kind}").ShouldBe(["a: Integer Number", "c:  Boolean"]);
        (await test.Assets.DiffAsync("x:1", "x:1")).IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public async Task An_artifact_that_exists_is_registered_and_one_that_does_not_is_refused()
    {
        await using var test = await TestCatalog.OpenAsync();
        var digest = await test.ArtifactAsync("content");
        (await test.Assets.RegisterAsync("x", digest)).Artifact.ShouldBe(digest);
        (await Refused(() => test.Assets.RegisterAsync("y", Cairn.Artifacts.BlobDigest.Of([1])))).Code.ShouldBe(StoreErrorCode.NotFound);
        (await Refused(() => test.Assets.GetAssetAsync("y"))).Code.ShouldBe(StoreErrorCode.NotFound);
        (await test.Assets.LoadAsync<string>(digest.ToString())).ShouldBe("content");
        await test.Catalog.Repository.DeleteAsync(digest);
        (await Refused(() => test.Assets.LoadAsync<string>("x"))).Reason.ShouldContain("x:1 is recorded");
    }

    [Fact]
    public async Task Concurrent_saves_of_one_process_and_of_two_lose_nothing()
    {
        await using var test = await TestCatalog.OpenAsync();
        await using var other = await test.OpenAnotherAsync("u:bob");
        var saved = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => (i % 2 == 0 ? test : other).Assets.SaveAsync("x", $"{i}"))));
        saved.Select(v => v.Number).Order().ShouldBe(Enumerable.Range(1, 40));
        (await test.Assets.HistoryAsync("x").Select(v => v.Artifact).ToListAsync()).ShouldBe(saved.OrderByDescending(v => v.Number).Select(v => v.Artifact));
    }

    [Fact]
    public async Task Members_that_newer_software_wrote_survive_a_change()
    {
        await using var test = await TestCatalog.OpenAsync();
        var id = (await test.Assets.SaveAsync("x", "1")).AssetId;
        var path = (StorePath)$"catalog/assets/{id}/00000001.json";
        var text = (await test.Store.ReadTextAsync(path)).Replace("\"state\":{", "\"state\":{\"new\":{\"one\":1.0,\"big\":123456789012345678},");
        await test.Store.WriteTextAsync(path, text, WriteMode.Replace);
        await using var other = await test.OpenAnotherAsync("u:bob");
        await other.Assets.UpdateAsync("x", e => e.Tag("t"));
        (await test.Store.ReadTextAsync($"catalog/assets/{id}/00000002.json")).ShouldContain("\"new\":{\"one\":1.0,\"big\":123456789012345678}");
    }

    [Fact]
    public async Task A_store_without_CreateNew_is_refused_and_a_read_only_one_is_read()
    {
        await using var test = await TestCatalog.OpenAsync();
        await test.Assets.SaveAsync("x", "1");
        await using var weak = Limited(test, WriteModes.Replace);
        (await Refused(() => Cairn.Catalog.Catalog.OpenAsync(weak))).Code.ShouldBe(StoreErrorCode.Unsupported);
        await using var readOnly = Limited(test, WriteModes.None);
        var catalog = await Cairn.Catalog.Catalog.OpenAsync(readOnly);
        (await catalog.GetIdAsync()).ShouldBe(await test.Catalog.GetIdAsync());
        (await catalog.Assets.LoadAsync<string>("x")).ShouldBe("1");
        await Should.ThrowAsync<StoreException>(() => catalog.Assets.SaveAsync("x", "2"));
    }

    [Fact]
    public async Task A_chain_that_lost_its_first_record_does_not_begin_again()
    {
        await using var test = await TestCatalog.OpenAsync();
        var id = (await test.Assets.SaveAsync("x", "1")).AssetId;
        await test.Assets.SaveAsync("x", "2");
        await test.Store.RemoveAsync($"catalog/assets/{id}/00000001.json");
        await using var other = await test.OpenAnotherAsync("u:bob");
        (await Refused(() => other.Assets.SaveAsync("x", "3"))).Code.ShouldBe(StoreErrorCode.IntegrityFailure);
    }

    [Theory]
    [InlineData("churn-model")]
    [InlineData("a/b c:7")]
    [InlineData("données@1.4.0")]
    [InlineData("sha256:0000000000000000000000000000000000000000000000000000000000000000")]
    public void A_reference_comes_back_from_its_text(string text) => AssetReference.Parse(AssetReference.Parse(text).ToString()).ShouldBe(AssetReference.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData(":7")]
    [InlineData("a:")]
    [InlineData("a:07")]
    [InlineData("a:0")]
    [InlineData("a:x")]
    [InlineData("a:1@b")]
    [InlineData("a@b:1")]
    [InlineData("sha256:12")]
    public void What_is_no_reference_is_refused(string text)
    {
        AssetReference.TryParse(text, out _).ShouldBeFalse();
        Should.Throw<FormatException>(() => AssetReference.Parse(text));
    }

    private static Task<StoreException> Refused(Func<Task> call) => Should.ThrowAsync<StoreException>(call);

    private static ArtifactStore Limited(TestCatalog test, WriteModes modes) =>
        new(new LimitedDriver((StoreDriver)test.Root.GetService(typeof(StoreDriver))!, modes));

    private sealed class LimitedDriver(StoreDriver inner, WriteModes modes) : DelegatingStoreDriver(inner)
    {
        public override StoreCapabilities Capabilities => Inner.Capabilities with { WriteModes = modes };

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
