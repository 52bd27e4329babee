using System.Runtime.CompilerServices;
using Cairn.Providers;
using Cairn.Tests.Drivers;

namespace Cairn.Tests.Transfers;

public sealed class RemovalTests
{
    [Fact]
    public async Task A_tree_goes_in_batches()
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        driver.Declare = c => c with { DeleteBatch = 10 };
        for (var i = 0; i < 95; i++)
            await store.WriteTextAsync($"t/{i % 5}/{i}", "", WriteMode.CreateNew);
        await store.WriteTextAsync("tt", "", WriteMode.CreateNew);
        await store.WriteTextAsync("t", "", WriteMode.CreateNew);
        await store.MakeDirectoryAsync("t/a/b");
        (await store.RemoveTreeAsync("t")).ShouldBe(96);
        (await CopyMoveTests.Names(store)).ShouldBe(["tt"]);
        driver.Deleted.ShouldAllBe(d => d.Targets.Count <= 10);
        driver.Deleted.Count(d => d.Targets[0].Kind == EntryKind.File).ShouldBe(10);
        (await store.RemoveTreeAsync("t")).ShouldBe(0);
        (await store.RemoveTreeAsync("")).ShouldBe(1);
        (await CopyMoveTests.Names(store)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_failure_is_reported_and_the_rest_is_gone()
    {
        var (inner, _) = await RemoteDriver.OpenAsync();
        await using var store = new ArtifactStore(new StubbornDriver(inner, batch: 3));
        for (var i = 0; i < 20; i++)
            await store.WriteTextAsync($"t/{i:D2}", "", WriteMode.CreateNew);
        var e = await Should.ThrowAsync<BatchFailedException>(() => store.RemoveTreeAsync("t"));
        e.Failures.Select(f => f.Uri!.Path.Value).Order().ShouldBe(["t/05", "t/11", "t/15", "t/16", "t/17"]);
        e.Failures.Count(f => f.Code == StoreErrorCode.PermissionDenied).ShouldBe(2);
        e.Failures.Count(f => f.Code == StoreErrorCode.Unavailable).ShouldBe(3);
        e.Succeeded.ShouldBe(15);
        e.Message.ShouldContain("5 failed and 15 succeeded");
        e.Message.ShouldContain("and 2 more");
        e.Uri!.ToString().ShouldBe("mem://remote/t");
        (await CopyMoveTests.Names(store)).ShouldBe(["t/05", "t/11", "t/15", "t/16", "t/17"]);
    }

    [Fact]
    public async Task Removing_tells_whether_it_was_there()
    {
        var (_, store) = await RemoteDriver.OpenAsync();
        await store.WriteTextAsync("f", "", WriteMode.CreateNew);
        await store.MakeDirectoryAsync("d");
        (await store.RemoveAsync("f")).ShouldBeTrue();
        (await store.RemoveAsync("f")).ShouldBeFalse();
        (await store.RemoveAsync("d")).ShouldBeTrue();
        (await store.RemoveAsync("d")).ShouldBeFalse();
        await Should.ThrowAsync<ArgumentException>(() => store.RemoveAsync(""));
    }

    [Fact]
    public async Task Links_and_special_files_are_removed_by_name_in_the_same_batches()
    {
        var (inner, _) = await RemoteDriver.OpenAsync();
        inner.Declare = c => c with { DeleteBatch = 2 };
        await using var store = new ArtifactStore(new OddDriver(inner));
        foreach (var name in new[] { "f0", "f1", "f2", "link-0", "link-1", "pipe-2" })
            await store.WriteTextAsync($"t/{name}", "", WriteMode.CreateNew);
        (await store.RemoveTreeAsync("t")).ShouldBe(6);
        inner.Deleted.Where(d => d.Targets[0].Kind == EntryKind.File).Select(d => d.Targets.Count).ShouldBe([2, 2, 2]);
        (await CopyMoveTests.Names(store)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Directories_are_removed_from_the_deepest_up_and_only_after_all_files()
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        driver.Declare = c => c with { DeleteBatch = 2 };
        foreach (var path in new[] { "t/a/b/c", "t/d/e", "t/f" })
            await store.MakeDirectoryAsync(path);
        await store.WriteTextAsync("t/a/b/file", "", WriteMode.CreateNew);
        (await store.RemoveTreeAsync("t")).ShouldBe(1);
        driver.Deleted.First().Targets.Single().Path.Value.ShouldBe("t/a/b/file");
        var depths = driver.Deleted.Skip(1).Select(d => d.Targets.Select(t => (t.Kind, t.Path.Depth)).Distinct().Single()).ToList();
        depths.ShouldAllBe(d => d.Kind == EntryKind.Directory);
        depths.Select(d => d.Depth).ShouldBe([4, 3, 2, 1]);
        (await store.ExistsAsync("t")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_file_that_stays_keeps_all_directories()
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        await store.WriteTextAsync("t/a/file", "", WriteMode.CreateNew);
        await store.MakeDirectoryAsync("t/b");
        driver.OnDelete = _ => throw new UnauthorizedAccessException();
        var e = await Should.ThrowAsync<BatchFailedException>(() => store.RemoveTreeAsync("t"));
        (e.Failures.Count, e.Succeeded).ShouldBe((1, 0));
        driver.Deleted.ShouldHaveSingleItem().Targets.Single().Path.Value.ShouldBe("t/a/file");
        (await store.IsDirectoryAsync("t/b")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_file_that_another_has_removed_is_not_counted()
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        driver.Declare = c => c with { DeleteBatch = 1 };
        await store.WriteTextAsync("t/a", "", WriteMode.CreateNew);
        await store.WriteTextAsync("t/b", "", WriteMode.CreateNew);
        driver.OnDelete = async request =>
        {
            if (request.Targets[0].Path.Value != "t/b")
                return;
            driver.OnDelete = _ => Task.CompletedTask;
            (await store.RemoveAsync("t/b")).ShouldBeTrue();
        };
        (await store.RemoveTreeAsync("t")).ShouldBe(1);
    }

    [Fact]
    public async Task With_fail_fast_the_first_failure_is_the_last_call()
    {
        var (driver, store) = await RemoteDriver.OpenAsync(new() { TreeParallelism = 1 });
        driver.Declare = c => c with { DeleteBatch = 1 };
        for (var i = 0; i < 5; i++)
            await store.WriteTextAsync($"t/{i}", "", WriteMode.CreateNew);
        driver.OnDelete = request => request.Targets[0].Path.Value == "t/1" ? throw new UnauthorizedAccessException() : Task.CompletedTask;
        var e = await Should.ThrowAsync<BatchFailedException>(() => store.RemoveTreeAsync("t", failFast: true));
        (e.Failures.Count, e.Succeeded, driver.Deleted.Count).ShouldBe((1, 1, 2));
        driver.Deleted.Clear();
        e = await Should.ThrowAsync<BatchFailedException>(() => store.RemoveTreeAsync("t"));
        (e.Failures.Count, e.Succeeded, driver.Deleted.Count).ShouldBe((1, 3, 4));
    }

    [Fact]
    public async Task Where_directories_are_virtual_the_root_of_the_tree_is_removed_too()
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        driver.Declare = c => c with { Directories = DirectoryKind.Real };
        await store.RemoveTreeAsync("missing");
        driver.Deleted.ShouldBeEmpty();
        driver.Declare = c => c with { Directories = DirectoryKind.Virtual };
        await store.RemoveTreeAsync("missing");
        driver.Deleted.ShouldHaveSingleItem().Targets.Single().ShouldBe(new DeleteTarget("missing", EntryKind.Directory));
        driver.Deleted.Clear();
        await store.RemoveTreeAsync("");
        driver.Deleted.ShouldBeEmpty();
    }

    /// <summary>Lists files whose names begin with 'link' or 'pipe' as entries that it cannot list.</summary>
    private sealed class OddDriver(StoreDriver inner) : DelegatingStoreDriver(inner)
    {
        public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var page in Inner.ListAsync(request, cancellationToken))
            {
                foreach (var odd in page.Where(IsOdd))
                    request.Unlisted?.Invoke(new(odd.Path.Parent, odd.Path.Name, odd.Path.Name.StartsWith('l') ? UnlistedKind.Link : UnlistedKind.Special, new IOException()));
                yield return [.. page.Where(e => !IsOdd(e))];
            }
        }

        private static bool IsOdd(StoreEntry entry) => entry.IsFile && entry.Path.Name.Contains('-', StringComparison.Ordinal);
    }

    /// <summary>Keeps two files, and fails a whole call that begins with t/15.</summary>
    private sealed class StubbornDriver(StoreDriver inner, int batch) : DelegatingStoreDriver(inner)
    {
        public override StoreCapabilities Capabilities => Inner.Capabilities with { DeleteBatch = batch };

        public override async ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
        {
            if (request.Targets[0].Path.Value == "t/15")
                throw new HttpRequestException("down");
            var results = new List<DeleteResult>();
            foreach (var target in request.Targets)
            {
                results.Add(target.Path.Value is "t/05" or "t/11"
                    ? new(target.Path, DeleteOutcome.Failed, new UnauthorizedAccessException())
                    : (await Inner.DeleteAsync(new([target]), cancellationToken))[0]);
            }
            return results;
        }
    }
}
