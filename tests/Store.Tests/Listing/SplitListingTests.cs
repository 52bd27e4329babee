using Cairn.Listing;
using Cairn.Tests.Drivers;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Tests.Listing;

public sealed class SplitListingTests
{
    private static readonly ListOptions _recursive = new() { Recursive = true };

    [Fact]
    public void A_large_tree_lists_as_one_listing_would()
    {
        // Names that sort around the slash, so that files stand between directories.
        var names = Gen.Elements("a", "a-", "a0", "b", "b.x", "c", "d", "ä", "😀");
        var files = from depth in Gen.Choose(1, 4) from segments in Gen.ArrayOf(names, depth) from leaf in Gen.Choose(0, 40) select $"{string.Join('/', segments)}/f{leaf}";
        var trees = from count in Gen.Choose(0, 900) from tree in Gen.ArrayOf(files, count) from page in Gen.Choose(1, 12) select (tree, page);
        Prop.ForAll(trees.ToArbitrary(), tree =>
        {
            var driver = new TreeDriver(tree.tree, tree.page);
            var store = new ArtifactStore(driver);
            foreach (var (directory, after, prefix) in new[] { ("", null, null), ("a", null, null), ("", "a/b/", null), ("", "zzz", null), ("", "b/f1", "c"), ("a", null, "b/c"), ("", null, "a-") })
            {
                var below = directory.Length == 0 ? "" : directory + "/";
                var expected = driver.Files.Where(f => f.StartsWith(below + prefix, StringComparison.Ordinal) && (after is null || Utf8Order.Compare(f, after) > 0));
                var options = _recursive with { StartAfter = after, NamePrefix = prefix };
                store.ListAsync(directory, options).Select(static e => e.Path.Value).ToListAsync().AsTask().GetAwaiter().GetResult().ShouldBe(expected);
            }
            driver.Open.ShouldBe(0);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task As_many_parts_as_the_window_holds_are_read_at_once()
    {
        var driver = new TreeDriver(Tree(directories: 40, files: 100), pageSize: 10);
        var all = new TaskCompletionSource();
        driver.BeforePage = async (request, open, cancellationToken) =>
        {
            // Ends only when so many are under way together; the planning and the first listing go free.
            if (open >= ListedRanges.Window)
                all.TrySetResult();
            if (request is { Recursive: true, StartAfter: not null })
                await all.Task.WaitAsync(cancellationToken);
        };
        await using var store = new ArtifactStore(driver);
        (await store.ListAsync(default, _recursive).CountAsync()).ShouldBe(4000);
    }

    [Fact]
    public async Task A_flat_directory_costs_its_pages_and_nothing_more()
    {
        var driver = new TreeDriver(Enumerable.Range(0, 5000).Select(static i => $"flat/{i:d5}"), pageSize: 10);
        await using var store = new ArtifactStore(driver);
        (await store.ListAsync("flat", _recursive).CountAsync()).ShouldBe(5000);
        driver.Pages.ShouldBe(500);
    }

    [Theory]
    [InlineData(3000, 2)]
    [InlineData(300, 20)]
    [InlineData(60, 100)]
    [InlineData(6, 1000)]
    public async Task It_costs_few_more_requests_whatever_the_size_of_the_directories(int directories, int files)
    {
        var driver = new TreeDriver(Tree(directories, files), pageSize: 50);
        await using var store = new ArtifactStore(driver);
        (await store.ListAsync(default, _recursive).CountAsync()).ShouldBe(directories * files);
        // 120 pages in one listing.
        driver.Pages.ShouldBeInRange(120, 240);
    }

    [Fact]
    public async Task A_small_tree_is_one_listing()
    {
        var driver = new TreeDriver(Tree(directories: 3, files: 10), pageSize: 10);
        await using var store = new ArtifactStore(driver);
        (await store.ListAsync(default, _recursive).CountAsync()).ShouldBe(30);
        driver.Pages.ShouldBe(3);
    }

    [Fact]
    public async Task A_failure_of_one_part_comes_after_what_went_before_it()
    {
        var driver = new TreeDriver(Tree(directories: 40, files: 100), pageSize: 10);
        driver.BeforePage = (request, _, _) => Utf8Order.Compare(request.StartAfter, "d010/") >= 0 ? Task.FromException(new TimeoutException("slow")) : Task.CompletedTask;
        await using var store = new ArtifactStore(driver);
        var seen = new List<string>();
        var e = await Should.ThrowAsync<StoreException>(async () =>
        {
            await foreach (var entry in store.ListAsync(default, _recursive))
                seen.Add(entry.Path.Value);
        });
        (e.Code, e.Operation).ShouldBe((StoreErrorCode.Unavailable, "list"));
        seen.ShouldBe(driver.Files.Take(seen.Count));
        seen.Count.ShouldBeGreaterThan(100);
        driver.Open.ShouldBe(0);
    }

    [Fact]
    public async Task Leaving_early_ends_every_part()
    {
        var driver = new TreeDriver(Tree(directories: 100, files: 100), pageSize: 10);
        await using var store = new ArtifactStore(driver);
        (await store.ListAsync(default, _recursive).Take(2000).CountAsync()).ShouldBe(2000);
        driver.Open.ShouldBe(0);
        // What was read ahead is bounded: besides the 200 pages and one more for each of their 20 parts, the pages of the window and one in each hand.
        driver.RecursivePages.ShouldBeLessThan(200 + 2 * 20 + ListedRanges.Window * (ListedRanges.PagesAhead + 2));
    }

    [Fact]
    public async Task Cancellation_ends_every_part()
    {
        var driver = new TreeDriver(Tree(directories: 100, files: 100), pageSize: 10);
        await using var store = new ArtifactStore(driver);
        using var cancel = new CancellationTokenSource();
        var seen = 0;
        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var entry in store.ListAsync(default, _recursive).WithCancellation(cancel.Token))
            {
                if (++seen == 1000)
                    await cancel.CancelAsync();
            }
        });
        seen.ShouldBe(1000);
        driver.Open.ShouldBe(0);
    }

    private static IEnumerable<string> Tree(int directories, int files) =>
        from d in Enumerable.Range(0, directories) from f in Enumerable.Range(0, files) select $"d{d:d3}/f{f:d4}";
}
