using Cairn.Layers;
using Cairn.Providers;
using Cairn.Providers.Memory;

namespace Cairn.Tests.Layers;

public sealed class PrefixDriverTests
{
    [Fact]
    public async Task A_view_is_a_store_of_its_own_on_a_directory()
    {
        await using var whole = await ArtifactStore.OpenAsync(new MemoryProvider(), "mem://x/root");
        var view = whole.Under("a").Under("b");
        view.Root.ToString().ShouldBe("mem://x/root/a/b");
        (await view.WriteTextAsync("f", "1", WriteMode.CreateNew)).Path.Value.ShouldBe("f");
        await view.WriteTextAsync("d/g", "2", WriteMode.CreateNew);
        await view.MakeDirectoryAsync("e");
        await whole.WriteTextAsync("a/bc", "outside", WriteMode.CreateNew);
        await whole.WriteTextAsync("a/b", "outside", WriteMode.CreateNew);
        (await Names(whole)).ShouldBe(["a/b", "a/b/d/g", "a/b/e/", "a/b/f", "a/bc"]);
        (await Names(view)).ShouldBe(["d/g", "e/", "f"]);
        (await view.ListAsync(default, new() { StartAfter = "d/" }).Select(i => i.OrderKey).ToListAsync()).ShouldBe(["e/", "f"]);
        (await view.ListAsync("", new() { NamePrefix = "d" }).Select(i => i.OrderKey).ToListAsync()).ShouldBe(["d/"]);
        (await view.GlobAsync("**/g").Select(i => i.Path.Value).ToListAsync()).ShouldBe(["d/g"]);
        (await view.StatAsync("d/g")).Path.Value.ShouldBe("d/g");
        await using (var read = await view.OpenReadAsync("f"))
            (read.Info.Path.Value, read.Uri.ToString()).ShouldBe(("f", "mem://x/root/a/b/f"));
        (await view.CopyAsync("f", "h", WriteMode.CreateNew)).Path.Value.ShouldBe("h");
        (await view.MoveAsync("h", "i", WriteMode.CreateNew)).Path.Value.ShouldBe("i");
        (await view.TouchAsync("i")).Path.Value.ShouldBe("i");
        (await view.RemoveTreeAsync("")).ShouldBe(3);
        (await Names(whole)).ShouldBe(["a/b", "a/bc"]);
    }

    [Fact]
    public async Task Only_what_is_staged_below_the_view_shows_there()
    {
        var inner = await new MemoryProvider().OpenAsync(new StoreContext { Root = StoreUri.Parse("mem://x") }, default);
        await using var driver = new PrefixDriver(inner, "a");
        await using var inside = await inner.BeginUploadAsync(new("a/f", WriteMode.CreateNew), default);
        await using var outside = await inner.BeginUploadAsync(new("ab/f", WriteMode.CreateNew), default);
        await inside.WritePartAsync(new(0, 0, new byte[3]), default);
        var staged = await driver.ListStagedAsync(default).ToListAsync();
        staged.ShouldHaveSingleItem().Path.ShouldBe("f");
        await driver.RemoveStagedAsync(staged[0], default);
        (await driver.ListStagedAsync(default).CountAsync()).ShouldBe(0);
        (await inner.ListStagedAsync(default).CountAsync()).ShouldBe(1);
    }

    private static async Task<List<string>> Names(ArtifactStore store) =>
        await store.ListAsync(default, new() { Recursive = true, IncludeEmptyDirectories = true }).Select(i => i.OrderKey).ToListAsync();
}
