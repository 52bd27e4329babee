using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Catalog.Chains;
using Record = Cairn.Catalog.Records.Record;

namespace Catalog.Tests.Exploring;

/// <summary>Every interleaving of small scenarios, with a machine that dies before any request.</summary>
public sealed class ProtocolTests
{
    private static readonly BlobDigest[] _artifacts = new BlobDigest[4];

    [Fact]
    public async Task Two_creations_of_one_name_make_two_versions_of_one_asset()
    {
        await ExploreAsync(SetupAsync, [Save("x", 1), Save("x", 2)], async end =>
        {
            var next = await end.Assets.RegisterAsync("x", _artifacts[3]);
            foreach (var saved in end.Results.OfType<AssetVersion>())
                saved.AssetId.ShouldBe(next.AssetId);
        });
    }

    [Fact]
    public async Task Two_saves_lose_nothing() => await ExploreAsync(WithVersionsAsync, [Save("x", 2, "a"), Save("x", 3, "b")], _ => Task.CompletedTask);

    [Fact]
    public async Task A_key_makes_one_version_whoever_dies() => await ExploreAsync(
        WithVersionsAsync,
        [KeyedAsync, KeyedAsync, Save("x", 3)],
        async end =>
        {
            var repeated = (AssetVersion)(await KeyedAsync(end.Assets))!;
            foreach (var saved in end.Results.Take(2).OfType<AssetVersion>())
                saved.Number.ShouldBe(repeated.Number);
            (await end.Assets.HistoryAsync("x").CountAsync(v => v.Artifact == _artifacts[2])).ShouldBe(1);
        });

    private static async Task<object?> KeyedAsync(AssetCollection assets) => await assets.RegisterAsync("x", _artifacts[2], new() { Key = "k" });

    [Fact]
    public async Task Renames_and_a_save_of_the_new_name_leave_each_name_to_one_asset() =>
        await ExploreAsync(WithVersionsAsync, [Rename("x", "y"), Rename("x", "z"), Save("y", 3)], async end =>
        {
            if (end.Results[0] is true)
                (await end.Assets.GetAssetAsync("y")).Id.ShouldBe((await end.Assets.GetAssetAsync("x")).Id);
            if (end.Results[1] is true)
                (await end.Assets.GetAssetAsync("z")).Id.ShouldBe((await end.Assets.GetAssetAsync("x")).Id);
        });

    [Fact]
    public async Task Two_assets_do_not_get_one_new_name() => await ExploreAsync(
        async assets =>
        {
            await WithVersionsAsync(assets);
            await assets.RegisterAsync("w", _artifacts[0]);
        },
        [Rename("x", "y"), Rename("w", "y")],
        end =>
        {
            end.Results.Count(r => r is true).ShouldBeLessThan(2);
            return Task.CompletedTask;
        });

    [Fact]
    public async Task A_save_and_the_deletion_of_its_asset_happen_one_after_the_other() =>
        await ExploreAsync(WithVersionsAsync, [Save("x", 3), Do(a => a.DeleteAssetAsync("x"))], async end =>
        {
            if (end.Results[1] is true)
                (await end.Assets.GetAssetAsync("x")).IsDeleted.ShouldBeTrue();
        });

    [Fact]
    public async Task No_alias_leads_to_a_deleted_version() =>
        await ExploreAsync(WithVersionsAsync, [Do(a => a.MoveAliasAsync("x", "a", 1)), Do(a => a.DeleteAsync("x:1"))], async end =>
        {
            var asset = await end.Assets.GetAssetAsync("x");
            foreach (var number in asset.Aliases.Values)
                (await end.Assets.GetAsync(AssetReference.OfVersion("x", number))).IsDeleted.ShouldBeFalse();
            end.Results.Count(r => r is true).ShouldBeLessThan(2);
        });

    [Fact]
    public async Task Of_two_moves_from_one_version_one_wins() =>
        await ExploreAsync(
            async assets =>
            {
                await WithVersionsAsync(assets);
                await assets.MoveAliasAsync("x", "a", 1);
                await assets.RegisterAsync("x", _artifacts[3]);
            },
            [Do(a => a.MoveAliasAsync("x", "a", 2, from: 1)), Do(a => a.MoveAliasAsync("x", "a", 3, from: 1))],
            async end =>
            {
                var moves = await end.Assets.AliasHistoryAsync("x", "a").ToListAsync();
                moves.Count(m => m.From == 1).ShouldBeLessThan(2);
                for (var i = 0; i < 2; i++)
                {
                    if (end.Results[i] is true)
                        moves[0].To.ShouldBe(i + 2);
                }
                if (end.Results.All(r => r is not null))
                    end.Results.Count(r => r is AliasMovedException).ShouldBe(1);
            });

    [Fact]
    public async Task A_name_that_is_released_while_it_is_saved_leads_to_one_asset() => await ExploreAsync(RenamedAsync, [Do(a => a.ReleaseNameAsync("x")), Save("x", 3)], _ => Task.CompletedTask);

    [Fact]
    public async Task A_name_that_is_released_while_its_asset_takes_it_back_leads_to_one_asset() =>
        await ExploreAsync(RenamedAsync, [Do(a => a.ReleaseNameAsync("x")), Rename("y", "x")], async end =>
        {
            if (end.Results[1] is true && end.Results[0] is not true)
                (await end.Assets.GetAsync("x")).Number.ShouldBe(2);
            (await end.Assets.RegisterAsync("x", _artifacts[3])).Number.ShouldBeOneOf(1, 3);
        });

    [Fact]
    public async Task The_name_of_a_deleted_asset_is_not_taken_from_a_rename_that_is_under_way() =>
        await ExploreAsync(
            WithVersionsAsync,
            [Rename("x", "y"), Do(async a => await a.DeleteAssetAsync("x") && await a.ReleaseNameAsync("y") && await a.RestoreAssetAsync("x") && (await a.RegisterAsync("y", _artifacts[3])).Created)],
            _ => Task.CompletedTask);

    [Fact]
    public async Task A_name_that_is_released_taken_back_and_saved_leads_to_one_asset()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("CAIRN_FULL") == "1", "Three parties take minutes; ./test --full explores them.");
        await ExploreAsync(RenamedAsync, [Do(a => a.ReleaseNameAsync("x")), Rename("y", "x"), Save("x", 3)], async end =>
        {
            if (end.Results[1] is true && end.Results[2] is AssetVersion saved)
                (await end.Assets.GetAssetAsync("y")).ShouldSatisfyAllConditions(y => (y.Id == saved.AssetId || !y.FormerNames.Append(y.Name).Contains("x")).ShouldBeTrue());
        }, deaths: 0);
    }

    /// <summary>While one caller releases a former name, another releases it, takes it back, and gives it up for a third one.</summary>
    [Fact]
    public async Task A_release_that_is_acknowledged_frees_a_former_name_or_leaves_it_to_the_asset() =>
        await ExploreAsync(
            RenamedAsync, [Do(a => a.ReleaseNameAsync("x")), Do(async a =>
            {
                await a.ReleaseNameAsync("x");
                return await a.RenameAsync("y", "x") && await a.RenameAsync("x", "z");
            })
            ], async end =>
            {
                if (end.Results[1] is not true)
                    return;
                // Nothing was interrupted, so nothing is reserved: the name leads to the asset, or anybody may have it.
                var isFormer = (await end.Assets.GetAssetAsync("z")).FormerNames.Contains("x");
                if (!isFormer)
                    (await end.Assets.RegisterAsync("x", _artifacts[3])).AssetId.ShouldNotBe((await end.Assets.GetAssetAsync("z")).Id);
            }, deaths: 0);

    [Fact]
    public async Task An_alias_that_moves_while_its_version_is_deleted_and_restored_never_dangles() =>
        await ExploreAsync(WithVersionsAsync, [Do(a => a.MoveAliasAsync("x", "a", 1)), Do(a => a.DeleteAsync("x:1", withAliases: true)), Do(a => a.RestoreAsync("x:1"))], async end =>
        {
            var asset = await end.Assets.GetAssetAsync("x");
            foreach (var number in asset.Aliases.Values)
                (await end.Assets.GetAsync(AssetReference.OfVersion("x", number))).IsDeleted.ShouldBeFalse();
        }, deaths: 0);

    private static Func<AssetCollection, Task<object?>> Save(string name, int artifact, string? alias = null) =>
        async assets => await assets.RegisterAsync(name, _artifacts[artifact], new() { Alias = alias });

    private static Func<AssetCollection, Task<object?>> Rename(string from, string to) => Do(a => a.RenameAsync(from, to));

    private static Func<AssetCollection, Task<object?>> Do(Func<AssetCollection, Task<bool>> work) => async assets => await work(assets);

    private static async Task SetupAsync(AssetCollection assets)
    {
        for (var i = 0; i < _artifacts.Length; i++)
            _artifacts[i] = (await assets.SaveAsync("artifacts", $"{i}")).Artifact;
    }

    /// <summary>The asset x has versions 1 and 2.</summary>
    private static async Task WithVersionsAsync(AssetCollection assets)
    {
        await SetupAsync(assets);
        await assets.RegisterAsync("x", _artifacts[0]);
        await assets.RegisterAsync("x", _artifacts[1]);
    }

    /// <summary>The asset y has the former name x.</summary>
    private static async Task RenamedAsync(AssetCollection assets)
    {
        await WithVersionsAsync(assets);
        await assets.RenameAsync("x", "y");
    }

    private static async Task ExploreAsync(Func<AssetCollection, Task> setup, Func<AssetCollection, Task<object?>>[] parties, Func<Explorer.Ended, Task> check, int deaths = 1)
    {
        var ends = await Explorer.RunAsync(setup, parties, async end =>
        {
            await CheckAsync(end);
            await check(end);
            await CheckAsync(end);
        }, deaths);
        ends.ShouldBeGreaterThan(5);
        TestContext.Current.TestOutputHelper?.WriteLine($"{ends} ends");
    }

    /// <summary>What holds at every end: no error but a refusal, no name with two owners, dense numbers, chains without forks, and every acknowledged version where it was said to be.</summary>
    private static async Task CheckAsync(Explorer.Ended end)
    {
        var errors = end.Results.OfType<StoreException>().Where(e => e.Code is not (StoreErrorCode.NotFound or StoreErrorCode.AlreadyExists or StoreErrorCode.PreconditionFailed)).ToList();
        errors.ShouldBeEmpty();
        var owners = new Dictionary<string, Guid>();
        var versions = new Dictionary<(Guid, int), BlobDigest>();
        foreach (var asset in await AllAsync(end))
        {
            foreach (var name in asset.FormerNames.Prepend(asset.Name))
            {
                owners.TryAdd(name, asset.Id).ShouldBeTrue($"{name} has two owners");
                (await end.Assets.GetAssetAsync(name)).Id.ShouldBe(asset.Id, $"{name} leads to another asset");
            }
            // Reads each record, and checks its hash.
            if (asset.Newest == 0)
                continue;
            var history = await end.Assets.HistoryAsync(asset.Name).ToListAsync();
            history.Select(v => v.Number).ShouldBe(Enumerable.Range(1, asset.Newest).Reverse());
            foreach (var version in history)
                versions.Add((asset.Id, version.Number), version.Artifact);
        }
        foreach (var saved in end.Results.OfType<AssetVersion>())
            versions[(saved.AssetId, saved.Number)].ShouldBe(saved.Artifact, "an acknowledged version is lost");
        end.Results.OfType<AssetVersion>().Where(v => v.Created).Select(v => (v.AssetId, v.Number)).ShouldBeUnique();
    }

    /// <summary>Every asset that a name leads to, by the chains themselves.</summary>
    private static async Task<List<Asset>> AllAsync(Explorer.Ended end)
    {
        var all = new Dictionary<Guid, Asset>();
        await foreach (var (key, _) in ChainListing.ListAsync(end.Store, default).Where(c => c.Key.Kind == "name"))
        {
            var first = Record.Parse(await end.Store.ReadBytesAsync(key.Open(end.Store).PathOf(1)));
            try
            {
                var asset = await end.Assets.GetAssetAsync(Record.Text(first.Node["text"])!);
                all.TryAdd(asset.Id, asset);
            }
            catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
            {
                // The name is free, or reserved by a rename that died.
            }
        }
        return [.. all.Values];
    }
}
