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
