using Cairn;
using Cairn.Catalog;
using Cairn.Tests.Workspaces;
using Catalog.Stores.Tests.Checking;
using Catalog.Stores.Tests.Places;

namespace Catalog.Stores.Tests.Stores;

/// <summary>The operations on assets do the same on every kind of store.</summary>
public sealed class OperationTests
{
    public static TheoryData<string> Flavors => ["memory", "local", "s3", "azure", "gcs"];

    [Theory]
    [MemberData(nameof(Flavors))]
    public async Task An_asset_lives_from_its_first_version_to_the_release_of_its_name(string flavor)
    {
        await using var place = await TestPlace.CreateAsync(flavor);
        var assets = (await place.OpenAsync("ada")).Assets;
        (await assets.ListAsync().ToListAsync()).ShouldBeEmpty();
        (await Refused(() => assets.GetAsync("Éclair/model"))).Code.ShouldBe(StoreErrorCode.NotFound);

        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["weights.txt"], "from a file");
        var first = await assets.SaveAsync("Éclair/model", "an object", new() { Type = "model", Metadata = { ["auc"] = 0.93, ["when"] = DateTimeOffset.UnixEpoch }, Alias = "candidate" });
        var second = await assets.SaveFileAsync("éclair/MODEL", folder["weights.txt"], new() { Description = "Weekly.", FixedAlias = "1.0" });
        using (var stream = new MemoryStream("from a stream"u8.ToArray()))
            (await assets.SaveAsync("éclair/model", (Stream)stream)).Number.ShouldBe(3);
        (first.ToString(), second.ToString(), second.AssetId).ShouldBe(("Éclair/model:1", "Éclair/model:2", first.AssetId));
        var registered = await assets.RegisterAsync("éclair/model", first.Artifact);
        (registered.Number, registered.Created).ShouldBe((4, true));
        (await assets.RegisterAsync("éclair/model", first.Artifact)).Created.ShouldBeFalse();

        // Another machine sees all of it.
        var others = await place.OpenAsync("bob");
        var other = others.Assets;
        (await other.LoadAsync<string>("éclair/model@candidate")).ShouldBe("an object");
        await using (var content = await (await place.OpenAsync()).Repository.OpenFileAsync(second.Artifact))
        {
            using var reader = new StreamReader(content);
            (await reader.ReadToEndAsync()).ShouldBe("from a file");
        }
        await using (var content = await other.LoadAsync<Stream>("éclair/model:3"))
        {
            using var reader = new StreamReader(content);
            (await reader.ReadToEndAsync()).ShouldBe("from a stream");
        }
        (await other.GetAsync("éclair/model")).Number.ShouldBe(4);
        (await other.GetAsync("éclair/model:1")).Metadata["auc"].ShouldBe((MetadataValue)0.93);

        (await other.MoveAliasAsync("éclair/model", "candidate", 3, from: 1)).ShouldBeTrue();
        await Should.ThrowAsync<AliasMovedException>(() => assets.MoveAliasAsync("éclair/model", "candidate", 2, from: 1));
        (await Refused(() => assets.MoveAliasAsync("éclair/model", "production", 2))).Reason.ShouldContain("protected");
        (await Refused(() => assets.RemoveAliasAsync("éclair/model", "1.0"))).Reason.ShouldContain("fixed");
        (await Refused(() => assets.DeleteAsync("éclair/model:3"))).Reason.ShouldContain("candidate");
        (await assets.DeleteAsync("éclair/model:3", withAliases: true)).ShouldBeTrue();
        (await Refused(() => other.GetAsync("éclair/model:3"))).Reason.ShouldContain("deleted");
        (await other.RestoreAsync("éclair/model:3")).ShouldBeTrue();
        (await assets.PinAsync("éclair/model:3")).ShouldBeTrue();
        (await Refused(() => other.DeleteAsync("éclair/model:3"))).Reason.ShouldContain("pinned");
        (await other.UnpinAsync("éclair/model:3")).ShouldBeTrue();
        (await assets.UpdateAsync("éclair/model", e => e.Tag("team:risk").Unfix("1.0"))).ShouldBeTrue();
        (await assets.UpdateAsync("éclair/model:1", e => e.Set("auc", 0.5).Describe("corrected"))).ShouldBeTrue();
        (await other.RemoveAliasAsync("éclair/model", "1.0")).ShouldBeTrue();
        (await other.AliasHistoryAsync("éclair/model", "candidate").Select(m => (m.From, m.To, m.By)).ToListAsync()).ShouldBe([(3, (int?)null, "u:ada"), (1, 3, "u:bob"), (null, 1, "u:ada")]);
        (await other.HistoryAsync("éclair/model").Select(v => (v.Number, v.Description)).ToListAsync()).ShouldBe([(4, null), (3, null), (2, "Weekly."), (1, "corrected")]);
        var diff = await other.DiffAsync("éclair/model:1", "éclair/model:4");
        (diff.Files.Count, diff.Metadata.Count).ShouldBe((0, 2));

        (await other.RenameAsync("éclair/model", "models/cake")).ShouldBeTrue();
        (await assets.GetAsync("ÉCLAIR/model")).ToString().ShouldBe("models/cake:4");
        (await Refused(() => assets.ReleaseNameAsync("models/cake"))).Code.ShouldBe(StoreErrorCode.PreconditionFailed);
        (await assets.ReleaseNameAsync("éclair/model")).ShouldBeTrue();
        var fresh = await other.SaveAsync("éclair/model", "a new asset");
        (fresh.Number, fresh.AssetId == first.AssetId).ShouldBe((1, false));
        await others.FlushAsync();
        (await assets.ListAsync().Select(a => a.Name).ToListAsync()).ShouldBe(["models/cake", "éclair/model"], ignoreOrder: true);
        (await assets.DeleteAssetAsync("models/cake")).ShouldBeTrue();
        (await Refused(() => other.SaveAsync("models/cake", "no"))).Reason.ShouldContain("deleted");
        (await other.RestoreAssetAsync("models/cake")).ShouldBeTrue();
        (await assets.GetAsync("models/cake")).Number.ShouldBe(4);

        var (chains, names) = await StoredChain.ReadAllAsync(await place.OpenStoreAsync());
        (chains.Count, names.Count).ShouldBe((2, 2));
    }

    /// <summary>Each caller decides on what the one before it wrote, also when all of them are in one process.</summary>
    [Theory]
    [MemberData(nameof(Flavors))]
    public async Task Saves_at_the_same_time_lose_nothing(string flavor)
    {
        await using var place = await TestPlace.CreateAsync(flavor);
        Cairn.Catalog.Catalog[] catalogs = [await place.OpenAsync("ada"), await place.OpenAsync("bob")];
        var saved = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => catalogs[i % 2].Assets.SaveAsync("x", $"{i}", new() { Alias = $"a{i}" }))));
        saved.Select(v => v.Number).Order().ShouldBe(Enumerable.Range(1, 12));
        saved.Select(v => v.AssetId).Distinct().Count().ShouldBe(1);
        (await catalogs[0].Assets.GetAssetAsync("x")).Aliases.Values.Order().ShouldBe(Enumerable.Range(1, 12));
    }

    private static Task<StoreException> Refused(Func<Task> call) => Should.ThrowAsync<StoreException>(call);
}
