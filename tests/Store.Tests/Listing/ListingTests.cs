using System.Runtime.CompilerServices;
using Cairn.Providers;
using Cairn.Tests.Drivers;

namespace Cairn.Tests.Listing;

public sealed class ListingTests
{
    [Fact]
    public async Task The_next_page_is_asked_for_while_the_last_is_consumed()
    {
        var pages = new PagesDriver(4, 3);
        await using var store = new ArtifactStore(pages);
        await using var entries = store.ListAsync().GetAsyncEnumerator();
        pages.Given.ShouldBe(0);
        await entries.MoveNextAsync();
        pages.Given.ShouldBe(2);
        await entries.MoveNextAsync();
        await entries.MoveNextAsync();
        pages.Given.ShouldBe(2);
        await entries.MoveNextAsync();
        pages.Given.ShouldBe(3);
    }

    [Fact]
    public async Task Leaving_early_ends_the_drivers_listing()
    {
        var pages = new PagesDriver(1000, 3);
        await using var store = new ArtifactStore(pages);
        (await store.ListAsync().Take(4).CountAsync()).ShouldBe(4);
        pages.Ended.ShouldBeTrue();
        pages.Given.ShouldBeLessThan(5);
    }

    [Fact]
    public async Task A_failure_in_the_middle_comes_after_what_went_before()
    {
        var pages = new PagesDriver(3, 2) { Failure = new TimeoutException() };
        await using var store = new ArtifactStore(pages);
        var seen = 0;
        var e = await Should.ThrowAsync<StoreException>(async () =>
        {
            await foreach (var entry in store.ListAsync("d"))
                seen++;
        });
        seen.ShouldBe(6);
        e.Code.ShouldBe(StoreErrorCode.Unavailable);
        e.Operation.ShouldBe("list");
        e.Uri!.ToString().ShouldBe("test://pages/d");
    }

    [Fact]
    public async Task Cancellation_comes_at_the_next_entry()
    {
        await using var store = new ArtifactStore(new PagesDriver(10, 10));
        foreach (var recursive in new[] { true, false })
        {
            using var cancel = new CancellationTokenSource();
            var seen = 0;
            await Should.ThrowAsync<OperationCanceledException>(async () =>
            {
                await foreach (var entry in store.ListAsync(default, new() { Recursive = recursive }).WithCancellation(cancel.Token))
                {
                    seen++;
                    await cancel.CancelAsync();
                }
            });
            seen.ShouldBe(1);
        }
    }

    [Fact]
    public async Task Only_directories_that_hold_nothing_are_listed_recursively()
    {
        var (_, store) = await RemoteDriver.OpenAsync();
        foreach (var directory in new[] { "a", "a/b", "c", "d/e/f", "z" })
            await store.MakeDirectoryAsync(directory);
        await store.WriteTextAsync("c/x", "", WriteMode.CreateNew);
        await store.WriteTextAsync("a", "", WriteMode.CreateNew);
        (await Names(true)).ShouldBe(["a", "a/b/", "c/x", "d/e/f/", "z/"]);
        (await Names(false)).ShouldBe(["a", "c/x"]);

        ValueTask<List<string>> Names(bool empty) => store.ListAsync(default, new() { Recursive = true, IncludeEmptyDirectories = empty }).Select(i => i.OrderKey).ToListAsync();
    }

    [Fact]
    public async Task A_virtual_directory_is_found_in_one_request_among_names_that_order_before_it()
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        foreach (var path in new[] { "d/a b/x", "d/a", "d/a!", "d/a-b", "d/a.txt", "d/a.\uFFFF", "d/a0", "d/ab/x" })
            await store.WriteTextAsync(path, "", WriteMode.CreateNew);
        (await store.IsDirectoryAsync("d/a")).ShouldBeFalse();
        await store.WriteTextAsync("d/a/x", "", WriteMode.CreateNew);
        driver.Listed.Clear();
        (await store.IsDirectoryAsync("d/a")).ShouldBeTrue();
        driver.Listed.Count.ShouldBe(1);
        (await store.StatAsync("d/a")).IsFile.ShouldBeTrue();
        (await store.StatAsync("d/ab")).IsDirectory.ShouldBeTrue();
        (await store.TryStatAsync("d/a.t")).ShouldBeNull();
        await store.MakeDirectoryAsync("m/n");
        (await store.IsDirectoryAsync("m")).ShouldBeTrue();
        (await store.IsDirectoryAsync("m/n")).ShouldBeTrue();
        (await store.StatAsync("")).IsDirectory.ShouldBeTrue();
    }

    [Fact]
    public async Task A_walk_goes_top_down_in_order()
    {
        var (_, store) = await RemoteDriver.OpenAsync();
        foreach (var path in new[] { "b/c/f", "b/f", "a", "b-x/f" })
            await store.WriteTextAsync(path, "", WriteMode.CreateNew);
        var walk = await store.WalkAsync().ToListAsync();
        walk.Select(w => w.Path.Value).ShouldBe(["", "b-x", "b", "b/c"]);
        walk[0].Files.Select(f => f.Path.Value).ShouldBe(["a"]);
        walk[0].Directories.Select(f => f.Path.Value).ShouldBe(["b-x", "b"]);
    }

    /// <summary>Lists so many pages of so many files, and counts.</summary>
    private sealed class PagesDriver(int pages, int size) : StoreDriver(StoreUri.Parse("test://pages"))
    {
        public int Given { get; private set; }

        public bool Ended { get; private set; }

        public Exception? Failure { get; init; }

        public override StoreCapabilities Capabilities { get; } = new();

        public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            try
            {
                for (var page = 0; page < pages; page++)
                {
                    Given++;
                    yield return [.. Enumerable.Range(0, size).Select(i => new StoreEntry { Path = $"{page:D5}-{i}" })];
                    if (page > 10)
                        await Task.Delay(1, cancellationToken);
                }
                if (Failure is not null)
                    throw Failure;
            }
            finally
            {
                Ended = true;
            }
        }

        public override ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken) => new((StoreEntry?)null);

        public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
