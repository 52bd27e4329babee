using Cairn.Providers;

namespace Cairn.Tests.Providers;

public class DirectoryListingTests
{
    // Given out of order, and with names around '/' in the order of bytes: a-, a/, a/…, a0.
    private static readonly string[] Tree = ["b", "a0", "a/z", "a/c/x", "a/c/y", "a-", "d/e/f"];

    [Fact]
    public async Task Everything_below_comes_in_the_order_of_its_keys()
    {
        (await KeysAsync(new ListRequest("", Recursive: true))).ShouldBe(["a-", "a/", "a/c/", "a/c/x", "a/c/y", "a/z", "a0", "b", "d/", "d/e/", "d/e/f"]);
        (await KeysAsync(new ListRequest("", Recursive: true), DirectoryKind.Virtual)).ShouldBe(["a-", "a/c/x", "a/c/y", "a/z", "a0", "b", "d/e/f"]);
        (await KeysAsync(new ListRequest("a", Recursive: true))).ShouldBe(["a/c/", "a/c/x", "a/c/y", "a/z"]);
    }

    [Fact]
    public async Task One_level_shows_directories_of_either_kind()
    {
        (await KeysAsync(new ListRequest("", Recursive: false))).ShouldBe(["a-", "a/", "a0", "b", "d/"]);
        (await KeysAsync(new ListRequest("", Recursive: false), DirectoryKind.Virtual)).ShouldBe(["a-", "a/", "a0", "b", "d/"]);
    }

    [Theory]
    [InlineData("a", new[] { "a-", "a/", "a/c/", "a/c/x", "a/c/y", "a/z", "a0" }, new[] { "", "a", "a/c" })]
    [InlineData("a/c", new[] { "a/c/", "a/c/x", "a/c/y" }, new[] { "", "a", "a/c" })]
    [InlineData("a/c/x", new[] { "a/c/x" }, new[] { "", "a", "a/c" })]
    [InlineData("a/z", new[] { "a/z" }, new[] { "", "a" })]
    [InlineData("a0", new[] { "a0" }, new[] { "" })]
    [InlineData("b", new[] { "b" }, new[] { "" })]
    [InlineData("none", new string[0], new[] { "" })]
    public async Task A_prefix_reads_only_the_directories_that_may_hold_it(string prefix, string[] keys, string[] reads)
    {
        var read = new List<string>();
        (await KeysAsync(new ListRequest("", Recursive: true) { NamePrefix = prefix }, reads: read)).ShouldBe(keys);
        read.ShouldBe(reads);
    }

    [Fact]
    public async Task A_prefix_is_of_the_name_below_the_directory() =>
        (await KeysAsync(new ListRequest("a", Recursive: true) { NamePrefix = "c" })).ShouldBe(["a/c/", "a/c/x", "a/c/y"]);

    [Theory]
    [InlineData("a/c/x", new[] { "a/c/y", "a/z", "a0", "b", "d/", "d/e/", "d/e/f" }, new[] { "", "a", "a/c", "d", "d/e" })]
    [InlineData("a/", new[] { "a/c/", "a/c/x", "a/c/y", "a/z", "a0", "b", "d/", "d/e/", "d/e/f" }, new[] { "", "a", "a/c", "d", "d/e" })]
    [InlineData("a/d", new[] { "a/z", "a0", "b", "d/", "d/e/", "d/e/f" }, new[] { "", "a", "d", "d/e" })]
    [InlineData("a0", new[] { "b", "d/", "d/e/", "d/e/f" }, new[] { "", "d", "d/e" })]
    [InlineData("d/e/f", new string[0], new[] { "", "d", "d/e" })]
    public async Task A_start_skips_the_directories_that_lie_before_it(string after, string[] keys, string[] reads)
    {
        var read = new List<string>();
        (await KeysAsync(new ListRequest("", Recursive: true) { StartAfter = after }, reads: read)).ShouldBe(keys);
        read.ShouldBe(reads);
    }

    [Fact]
    public async Task A_page_holds_as_many_entries_as_its_limit_and_none_is_empty()
    {
        (await PagesAsync(new ListRequest("", Recursive: true) { Limit = 4 })).ShouldBe([4, 4, 3]);
        (await PagesAsync(new ListRequest("", Recursive: false) { Limit = 5 })).ShouldBe([5]);
        (await PagesAsync(new ListRequest("", Recursive: false) { Limit = 0 })).ShouldBe([1, 1, 1, 1, 1]);
        (await PagesAsync(new ListRequest("none", Recursive: true))).ShouldBeEmpty();
        string[] many = [.. Enumerable.Range(0, 600).Select(i => $"{i:d3}")];
        (await PagesAsync(new ListRequest("", Recursive: true), many)).ShouldBe([256, 256, 88]);
        (await PagesAsync(new ListRequest("", Recursive: true) { Limit = 500 }, many)).ShouldBe([256, 256, 88]);
    }

    [Fact]
    public async Task A_directory_is_read_only_when_its_entries_are_asked_for()
    {
        var read = new List<string>();
        await foreach (var page in ListAsync(new ListRequest("", Recursive: true) { Limit = 1 }, DirectoryKind.Real, Tree, read))
            break;
        read.ShouldBe([""]);
    }

    [Fact]
    public async Task Nothing_is_listed_without_a_request_or_a_way_to_read()
    {
        await Should.ThrowAsync<ArgumentNullException>(async () => await KeysAsync(null!));
        await Should.ThrowAsync<ArgumentNullException>(async () => await DirectoryListing.ListAsync(new ListRequest("", true), DirectoryKind.Real, null!, default).GetAsyncEnumerator()
            .MoveNextAsync());
    }

    private static async Task<List<string>> KeysAsync(ListRequest request, DirectoryKind kind = DirectoryKind.Real, List<string>? reads = null)
    {
        var keys = new List<string>();
        await foreach (var page in ListAsync(request, kind, Tree, reads ?? []))
            keys.AddRange(page.Select(e => e.OrderKey));
        return keys;
    }

    private static async Task<List<int>> PagesAsync(ListRequest request, string[]? files = null)
    {
        var counts = new List<int>();
        await foreach (var page in ListAsync(request, DirectoryKind.Real, files ?? Tree, []))
            counts.Add(page.Count);
        return counts;
    }

    private static IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, DirectoryKind kind, string[] files, List<string> reads) =>
        DirectoryListing.ListAsync(request, kind, (directory, _) =>
        {
            reads.Add(directory.Value);
            var below = files.Select(StorePath.Parse).Where(f => f != directory && f.IsUnder(directory)).ToList();
            var entries = below.Select(f => StorePath.Parse(f.RelativeTo(directory).Segments[0])).Distinct().Select(name => directory / name)
                .Select(path => new StoreEntry { Path = path, Kind = below.Contains(path) ? EntryKind.File : EntryKind.Directory });
            return new([.. entries]);
        }, default);
}
