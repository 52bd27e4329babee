using Cairn.Listing;
using Cairn.Tests.Drivers;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Tests.Listing;

public sealed class GlobSearchTests
{
    [Fact]
    public async Task Finds_what_a_filter_over_everything_finds_in_the_same_order()
    {
        var (_, store) = await RemoteDriver.OpenAsync();
        string[] paths = ["a", "a/b", "a/b.txt", "a/b/c", "a-b/c", "a.d/e", "b", "b/c/d/e", "b/c/e", "ab/b", "ab/bb/c", "c/*", "é/b", "\uE000/b", "\U0001F600/b"];
        foreach (var path in paths)
            await store.WriteTextAsync(path, "", WriteMode.CreateNew);
        await store.MakeDirectoryAsync("a/empty");
        var everything = await store.ListAsync(default, new() { Recursive = true }).ToListAsync();
        everything.Count.ShouldBe(paths.Length);
        var pieces = Gen.Elements("a", "b", "c", "*", "?", "a*", "*b", "{a,b}", "{a,ab/b*}", "[ab]", "**", "{b,a.d}", "{a,a-b,b/c}");
        var patterns = Some(pieces, 4).Select(l => string.Join('/', l));
        Prop.ForAll(patterns.ToArbitrary(), pattern =>
        {
            var glob = Glob.Parse(pattern);
            var found = store.GlobAsync(pattern).Select(i => i.Path.Value).ToListAsync().AsTask().GetAwaiter().GetResult();
            found.ShouldBe(everything.Where(i => glob.IsMatch(i.Path)).Select(i => i.Path.Value), pattern);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Theory]
    [InlineData("x/y/*.txt", new[] { "x/y:False:" })]
    [InlineData("x/y/2024-*.txt", new[] { "x/y:False:2024-" })]
    [InlineData("x/y/**", new[] { "x/y:True:" })]
    [InlineData("x/{y1,y2}*/z", new[] { "x:False:y" })]
    [InlineData("x/y/z", new string[0])]
    [InlineData("{x,y}/*", new[] { "x:False:", "y:False:" })]
    public async Task Asks_the_store_for_what_the_pattern_says_literally(string pattern, string[] lists)
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        await store.WriteTextAsync("x/y/z", "", WriteMode.CreateNew);
        driver.Listed.Clear();
        await store.GlobAsync(pattern).ToListAsync();
        driver.Listed.Select(l => $"{l.Directory}:{l.Recursive}:{l.NamePrefix}").ShouldBe(lists);
    }

    [Fact]
    public async Task Directories_that_cannot_match_are_not_listed()
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        foreach (var path in new[] { "a1/x/f", "a2/y/f", "b/x/f" })
            await store.WriteTextAsync(path, "", WriteMode.CreateNew);
        driver.Listed.Clear();
        (await store.GlobAsync("a*/x/*").Select(i => i.Path.Value).ToListAsync()).ShouldBe(["a1/x/f"]);
        driver.Listed.Select(l => l.Directory.Value).ShouldBe(["", "a1/x", "a2/x"]);
    }

    private static Gen<List<string>> Some(Gen<string> texts, int most) =>
        from count in Gen.Choose(1, most)
        from list in texts.ListOf(count)
        select list.ToList();
}
