using Cairn;
using Cairn.Catalog;

namespace Catalog.Tests.Assets;

/// <summary>Saves with a key: repeated, they create one version.</summary>
public sealed class SaveKeyTests
{
    [Fact]
    public async Task A_repeated_save_returns_the_version_of_the_first_one()
    {
        await using var test = await TestCatalog.OpenAsync();
        await using var other = await test.OpenAnotherAsync("u:bob");
        var first = await test.Assets.SaveAsync("x", "1", new() { Key = "job 7", Metadata = { ["a"] = 1, ["b"] = 2 } });
        (first.Number, first.Created).ShouldBe((1, true));
        await test.Assets.SaveAsync("x", "2");
        var again = await other.Assets.SaveAsync("X", "1", new() { Key = "job 7", Metadata = { ["b"] = 2, ["a"] = 1 } });
        (again.Number, again.Created, again.Artifact, again.CreatedBy).ShouldBe((1, false, first.Artifact, "u:ada"));
        (await test.Assets.GetAssetAsync("x")).Newest.ShouldBe(2);
        // Another key is another save, also of the same content.
        (await other.Assets.SaveAsync("x", "1", new() { Key = "job 8" })).Number.ShouldBe(3);
    }

    [Fact]
    public async Task A_key_belongs_to_one_save()
    {
        await using var test = await TestCatalog.OpenAsync();
        await test.Assets.SaveAsync("x", "1", new() { Key = "k" });
        foreach (var save in new Func<Task>[]
        {
            () => test.Assets.SaveAsync("x", "2", new() { Key = "k" }), () => test.Assets.SaveAsync("y", "1", new() { Key = "k" }),
            () => test.Assets.SaveAsync("x", "1", new() { Key = "k", Alias = "a" }), () => test.Assets.SaveAsync("x", "1", new() { Key = "k", Metadata = { ["a"] = 1 } }),
        })
        {
            (await Should.ThrowAsync<StoreException>(save)).Code.ShouldBe(StoreErrorCode.AlreadyExists);
        }
        (await test.Assets.GetAssetAsync("x")).Newest.ShouldBe(1);
    }

    [Fact]
    public async Task An_equal_version_is_what_the_key_returns_from_then_on()
    {
        await using var test = await TestCatalog.OpenAsync();
        await test.Assets.SaveAsync("x", "1");
        (await test.Assets.SaveAsync("x", "1", new() { Key = "plain" })).ToString().ShouldBe("x:1");
        (await test.Assets.SaveAsync("x", "1", new() { Key = "named", Alias = "a" })).Created.ShouldBeFalse();
        await test.Assets.SaveAsync("x", "2", new() { Alias = "a" });
        (await test.Assets.SaveAsync("x", "1", new() { Key = "plain" })).ToString().ShouldBe("x:1");
        (await test.Assets.SaveAsync("x", "1", new() { Key = "named", Alias = "a" })).ToString().ShouldBe("x:1");
        var asset = await test.Assets.GetAssetAsync("x");
        (asset.Newest, asset.Aliases["a"]).ShouldBe((2, 2), "a repeated save moves no alias again");
    }

    [Fact]
    public async Task A_refused_save_leaves_the_key_unused()
    {
        await using var test = await TestCatalog.OpenAsync();
        (await Should.ThrowAsync<StoreException>(() => test.Assets.SaveAsync("x", "1", new() { Key = "k", Alias = "production" }))).Code.ShouldBe(StoreErrorCode.PreconditionFailed);
        (await test.Assets.SaveAsync("x", "2", new() { Key = "k" })).Number.ShouldBe(1);
    }

    [Fact]
    public async Task Many_callers_of_one_key_create_one_version()
    {
        await using var test = await TestCatalog.OpenAsync();
        await using var other = await test.OpenAnotherAsync("u:bob");
        var saves = Enumerable.Range(0, 40).Select(i => Task.Run(() => (i % 2 == 0 ? test : other).Assets.SaveAsync("x", i % 4 < 2 ? "keyed" : $"{i}", new() { Key = i % 4 < 2 ? "k" : null })));
        var saved = await Task.WhenAll(saves);
        var keyed = saved.Where((_, i) => i % 4 < 2).ToList();
        keyed.Select(v => v.Number).Distinct().ShouldHaveSingleItem();
        keyed.Count(v => v.Created).ShouldBe(1);
        (await test.Assets.HistoryAsync("x").CountAsync(v => v.Artifact == keyed[0].Artifact)).ShouldBe(1);
    }
}
