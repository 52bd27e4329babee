using Cairn.Providers;
using Cairn.Tests.Drivers;
using Cairn.Transfers;

namespace Cairn.Tests.Transfers;

public sealed class CopyMoveTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_copy_within_a_store_is_the_stores_own_where_declared(bool declared)
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        driver.Declare = c => c with { Copy = declared };
        var content = Bytes.Of(5000);
        await store.WriteBytesAsync("a", content, WriteMode.CreateNew, new() { ContentType = "x/y", Metadata = new Dictionary<string, string> { ["k"] = "v" } });
        foreach (var (from, to, target) in new[] { (store, store, "b"), (store.Under("v"), store, "c"), (store, store.Under("w"), "d") })
        {
            if (from != store)
                await store.CopyAsync("a", "v/a", WriteMode.CreateNew);
            var info = await from.CopyToAsync("a", to, target, WriteMode.CreateNew);
            info.Path.Value.ShouldBe(target);
            (await to.ReadBytesAsync(target)).ShouldBe(content);
            (await to.StatAsync(target)).ContentType.ShouldBe("x/y");
            (await to.StatAsync(target)).Metadata["k"].ShouldBe("v");
        }
        (driver.Copies > 0).ShouldBe(declared);
        (await Should.ThrowAsync<StoreException>(() => store.CopyAsync("a", "b", WriteMode.CreateNew))).Code.ShouldBe(StoreErrorCode.AlreadyExists);
        (await Should.ThrowAsync<StoreException>(() => store.CopyAsync("missing", "z", WriteMode.CreateNew))).Code.ShouldBe(StoreErrorCode.NotFound);
    }

    [Theory]
    [InlineData(MoveKind.Native)]
    [InlineData(MoveKind.CopyDelete)]
    public async Task Onto_itself_changes_nothing(MoveKind move)
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        driver.Declare = c => c with { Move = move };
        var etag = (await store.WriteTextAsync("a/f", "x", WriteMode.CreateNew)).ETag;
        (await store.CopyAsync("a/f", "a/f", WriteMode.CreateNew)).ETag.ShouldBe(etag);
        (await store.MoveAsync("a/f", "a/f", WriteMode.CreateNew)).ETag.ShouldBe(etag);
        (await store.MoveAsync("a", "a", WriteMode.CreateNew)).IsDirectory.ShouldBeTrue();
        (await store.MoveToAsync("a/f", store.Under("a"), "f", WriteMode.Replace)).ETag.ShouldBe(etag);
        (await store.CopyTreeAsync("a", "a")).Files.ShouldBe(0);
        (await store.StatAsync("a/f")).ETag.ShouldBe(etag);
        foreach (var call in new Func<Task>[] { () => store.CopyAsync("m", "m", WriteMode.Replace), () => store.MoveAsync("m", "m", WriteMode.Replace) })
            (await Should.ThrowAsync<StoreException>(call)).Code.ShouldBe(StoreErrorCode.NotFound);
    }

    [Fact]
    public async Task The_same_address_opened_twice_is_not_moved_away()
    {
        var provider = new Cairn.Providers.Memory.MemoryProvider();
        await using var one = await ArtifactStore.OpenAsync(provider, "mem://x");
        await using var two = await ArtifactStore.OpenAsync(provider, "mem://x/a");
        await one.WriteTextAsync("a/f", "x", WriteMode.CreateNew);
        await one.MoveToAsync("a/f", two, "f", WriteMode.Replace);
        await one.MoveToAsync("a", two, "", WriteMode.CreateNew);
        (await one.ReadTextAsync("a/f")).ShouldBe("x");
        (await Should.ThrowAsync<StoreException>(() => one.CopyTreeToAsync("a", two, "b"))).Code.ShouldBe(StoreErrorCode.PathConflict);
    }

    [Theory]
    [InlineData(MoveKind.Native)]
    [InlineData(MoveKind.CopyDelete)]
    public async Task A_moved_file_is_at_the_target_alone(MoveKind move)
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        driver.Declare = c => c with { Move = move };
        await store.WriteTextAsync("a", "x", WriteMode.CreateNew);
        (await store.MoveAsync("a", "b/c", WriteMode.CreateNew)).Path.Value.ShouldBe("b/c");
        (await Names(store)).ShouldBe(["b/c"]);
    }

    [Fact]
    public async Task A_source_that_changes_while_it_is_moved_stays()
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        driver.Declare = c => c with { Move = MoveKind.CopyDelete, Copy = false };
        await store.WriteTextAsync("a", "old", WriteMode.CreateNew);
        var other = store.Under("");
        driver.OnComplete = async _ =>
        {
            driver.OnComplete = _ => Task.CompletedTask;
            await other.WriteTextAsync("a", "new", WriteMode.Replace);
        };
        (await Should.ThrowAsync<StoreException>(() => store.MoveAsync("a", "b", WriteMode.CreateNew))).Code.ShouldBe(StoreErrorCode.PreconditionFailed);
        (await store.ReadTextAsync("a")).ShouldBe("new");
        (await store.ReadTextAsync("b")).ShouldBe("old");
    }

    /// <summary>The store copies only the version that was found.</summary>
    [Fact]
    public async Task A_source_that_changes_before_the_store_copies_it_is_not_copied()
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        driver.Declare = c => c with { Move = MoveKind.CopyDelete };
        await store.WriteTextAsync("a", "old", WriteMode.CreateNew);
        await store.WriteTextAsync("d/a", "old", WriteMode.CreateNew);
        driver.OnCopy = request => store.WriteTextAsync(request.Source, "new", WriteMode.Replace);
        (await Should.ThrowAsync<StoreException>(() => store.MoveAsync("a", "b", WriteMode.CreateNew))).Code.ShouldBe(StoreErrorCode.PreconditionFailed);
        (await Should.ThrowAsync<BatchFailedException>(() => store.CopyTreeAsync("d", "e"))).Failures.ShouldHaveSingleItem().Code.ShouldBe(StoreErrorCode.PreconditionFailed);
        driver.Copies.ShouldBe(2);
        (await Names(store)).ShouldBe(["a", "d/a"]);
        (await store.ReadTextAsync("a")).ShouldBe("new");
    }

    [Fact]
    public async Task A_directory_moves_with_everything_below_it()
    {
        var (_, store) = await RemoteDriver.OpenAsync();
        foreach (var path in new[] { "a/f", "a/b/g", "ab/h" })
            await store.WriteTextAsync(path, path, WriteMode.CreateNew);
        await store.MakeDirectoryAsync("a/empty");
        (await store.MoveAsync("a", "z/y", WriteMode.CreateNew)).IsDirectory.ShouldBeTrue();
        (await Names(store)).ShouldBe(["ab/h", "z/y/b/g", "z/y/empty/", "z/y/f"]);
        (await store.ReadTextAsync("z/y/b/g")).ShouldBe("a/b/g");
        (await store.ExistsAsync("a")).ShouldBeFalse();
        (await Should.ThrowAsync<StoreException>(() => store.MoveAsync("z", "z/y/x", WriteMode.CreateNew))).Code.ShouldBe(StoreErrorCode.PathConflict);
        (await Should.ThrowAsync<StoreException>(() => store.MoveAsync("z", "ab", WriteMode.CreateNew))).Code.ShouldBe(StoreErrorCode.AlreadyExists);
        await Should.ThrowAsync<ArgumentException>(() => store.MoveAsync("z", "q", WriteMode.Replace));
        (await Should.ThrowAsync<StoreException>(() => store.CopyTreeAsync("z", "z/y/x"))).Code.ShouldBe(StoreErrorCode.PathConflict);
        (await Names(store)).Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_directory_moved_between_stores_leaves_what_changed_meanwhile()
    {
        var (driver, store) = await RemoteDriver.OpenAsync(name: "one");
        var (target, other) = await RemoteDriver.OpenAsync(name: "two");
        foreach (var path in new[] { "a/f", "a/g" })
            await store.WriteTextAsync(path, "old", WriteMode.CreateNew);
        target.OnComplete = async _ =>
        {
            target.OnComplete = _ => Task.CompletedTask;
            await store.WriteTextAsync("a/late", "late", WriteMode.Replace);
        };
        var e = await Should.ThrowAsync<BatchFailedException>(() => store.MoveToAsync("a", other, "b", WriteMode.CreateNew));
        e.Code.ShouldBe(StoreErrorCode.PreconditionFailed);
        e.Failures.ShouldHaveSingleItem().Uri!.ToString().ShouldBe("mem://one/a/late");
        (await Names(store)).ShouldBe(["a/late"]);
        (await Names(other)).ShouldBe(["b/f", "b/g"]);
        driver.Live.ShouldBe(0);
    }

    [Fact]
    public async Task A_version_written_just_before_the_moved_one_is_deleted_stays()
    {
        var (driver, store) = await RemoteDriver.OpenAsync(name: "one");
        var (_, other) = await RemoteDriver.OpenAsync(name: "two");
        driver.Declare = c => c with { Move = MoveKind.CopyDelete };
        foreach (var path in new[] { "f", "g", "d/a", "d/b" })
            await store.WriteTextAsync(path, "old", WriteMode.CreateNew);
        driver.OnDelete = request => request.Targets.Any(static t => t.Kind == EntryKind.File) ? store.WriteTextAsync(request.Targets[0].Path, "new", WriteMode.Replace) : Task.CompletedTask;

        var across = await Should.ThrowAsync<StoreException>(() => store.MoveToAsync("f", other, "f", WriteMode.CreateNew));
        (across.Code, across.Message.Contains("it changed while it was moved", StringComparison.Ordinal)).ShouldBe((StoreErrorCode.PreconditionFailed, true));
        var inside = await Should.ThrowAsync<StoreException>(() => store.MoveAsync("g", "h", WriteMode.CreateNew));
        (inside.Code, inside.Message.Contains("it changed while it was moved", StringComparison.Ordinal)).ShouldBe((StoreErrorCode.PreconditionFailed, true));
        var tree = await Should.ThrowAsync<BatchFailedException>(() => store.MoveToAsync("d", other, "d", WriteMode.CreateNew));
        var failure = tree.Failures.ShouldHaveSingleItem();
        (failure.Code, failure.Uri!.ToString(), failure.Message.Contains("changed or came", StringComparison.Ordinal)).ShouldBe((StoreErrorCode.PreconditionFailed, "mem://one/d/a", true));

        (await Names(store)).ShouldBe(["d/a", "f", "g", "h"]);
        foreach (var path in new[] { "f", "g", "d/a" })
            (await store.ReadTextAsync(path)).ShouldBe("new");
        (await Names(other)).ShouldBe(["d/a", "d/b", "f"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_moved_file_that_changed_while_it_was_copied_stays(bool isBound)
    {
        var (driver, store) = await RemoteDriver.OpenAsync(name: "one");
        var (target, other) = await RemoteDriver.OpenAsync(name: "two");
        driver.Declare = c => c with { DeleteIfMatch = isBound };
        await store.WriteTextAsync("f", "old", WriteMode.CreateNew);
        target.OnComplete = _ => store.WriteTextAsync("f", "new", WriteMode.Replace);
        (await Should.ThrowAsync<StoreException>(() => store.MoveToAsync("f", other, "f", WriteMode.CreateNew))).Code.ShouldBe(StoreErrorCode.PreconditionFailed);
        (await store.ReadTextAsync("f")).ShouldBe("new");
        driver.Deleted.SelectMany(static d => d.Targets).Count(static t => t.IfMatch is not null).ShouldBe(isBound ? 1 : 0);
    }

    [Fact]
    public async Task A_tree_copied_between_stores_keeps_empty_directories_types_and_progress()
    {
        var (_, store) = await RemoteDriver.OpenAsync(name: "one");
        var (target, other) = await RemoteDriver.OpenAsync(name: "two");
        for (var i = 0; i < 50; i++)
            await store.WriteBytesAsync($"t/d{i % 7}/f{i}", Bytes.Of(i * 100, i), WriteMode.CreateNew, new() { ContentType = $"t/{i}" });
        await store.MakeDirectoryAsync("t/empty/deep");
        target.Declare = c => c with { Metadata = false };
        var reports = new List<TransferProgress>();
        var summary = await store.CopyTreeToAsync("t", other, "u", new() { Progress = new Recorder(reports), Parallelism = 5 });
        summary.ShouldBe(new TransferResult(50, 122_500, 1));
        (await Names(other)).Count.ShouldBe(51);
        (await other.ReadBytesAsync("u/d6/f48")).ShouldBe(Bytes.Of(4800, 48));
        (await other.StatAsync("u/d6/f48")).ContentType.ShouldBe("t/48");
        (await other.IsDirectoryAsync("u/empty/deep")).ShouldBeTrue();
        var last = reports[^1];
        (last.Bytes, last.Files, last.TotalBytes, last.TotalFiles).ShouldBe((122_500, 50, 122_500, 50));
        reports.Select(r => r.Bytes).ShouldBe(reports.Select(r => r.Bytes).Order());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_copy_to_another_store_takes_along_what_that_store_keeps(bool keeps)
    {
        var (_, store) = await RemoteDriver.OpenAsync(name: "one");
        var (target, other) = await RemoteDriver.OpenAsync(name: "two");
        target.Declare = c => c with { ContentType = keeps, Metadata = keeps };
        await store.WriteTextAsync("a", "x", WriteMode.CreateNew, new() { ContentType = "x/y", Metadata = new Dictionary<string, string> { ["k"] = "v" } });
        await store.CopyToAsync("a", other, "b", WriteMode.CreateNew);
        var info = await other.StatAsync("b");
        info.ContentType.ShouldBe(keeps ? "x/y" : null);
        info.Metadata.GetValueOrDefault("k").ShouldBe(keeps ? "v" : null);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_progress_of_a_tree_counts_the_bytes_of_each_copy(bool isNative)
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        driver.Declare = c => c with { Copy = isNative };
        for (var i = 1; i <= 3; i++)
            await store.WriteBytesAsync($"t/{i}", Bytes.Of(i * 1000), WriteMode.CreateNew);
        var reports = new List<TransferProgress>();
        (await store.CopyTreeAsync("t", "u", new() { Progress = new Recorder(reports) })).Bytes.ShouldBe(6000);
        (reports[^1].Bytes, reports[^1].TotalBytes).ShouldBe((6000, 6000));
        driver.Copies.ShouldBe(isNative ? 3 : 0);
    }

    [Fact]
    public async Task A_copy_that_cannot_be_is_refused_before_the_store_is_asked()
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        await store.WriteTextAsync("d/a", "x", WriteMode.CreateNew);
        await Should.ThrowAsync<ArgumentException>(() => store.CopyAsync("d/a", "", WriteMode.Replace));
        (await Should.ThrowAsync<StoreException>(() => store.CopyAsync("", "b", WriteMode.Replace))).Operation.ShouldBe("copy");
        driver.Declare = c => c with { WriteModes = WriteModes.Replace };
        (await Should.ThrowAsync<StoreException>(() => store.CopyAsync("d/a", "d/a", WriteMode.CreateNew))).Code.ShouldBe(StoreErrorCode.Unsupported);
        (await Should.ThrowAsync<StoreException>(() => store.CopyAsync("d/a", "b", WriteMode.CreateNew))).Code.ShouldBe(StoreErrorCode.Unsupported);
        await Should.ThrowAsync<OperationCanceledException>(() => store.CopyAsync("d/a", "d/a", WriteMode.Replace, new CancellationToken(canceled: true)));
        driver.Copies.ShouldBe(0);
        await store.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(() => store.CopyAsync("d/a", "d/a", WriteMode.Replace));
    }

    [Fact]
    public async Task Filters_choose_files()
    {
        var (_, store) = await RemoteDriver.OpenAsync();
        foreach (var path in new[] { "t/a.cs", "t/b/c.cs", "t/b/d.md", "t/bin/e.cs" })
            await store.WriteTextAsync(path, "", WriteMode.CreateNew);
        (await store.CopyTreeAsync("t", "u", new() { Include = ["**/*.cs"], Exclude = ["bin/**"] })).Files.ShouldBe(2);
        (await Names(store.Under("u"))).ShouldBe(["a.cs", "b/c.cs"]);
        await Should.ThrowAsync<ArgumentException>(() => store.CopyTreeAsync("t", "u", new() { Include = ["["] }));
        await Should.ThrowAsync<ArgumentException>(() => store.CopyTreeAsync("t", "u", new() { Mode = WriteMode.Match("x") }));
    }

    [Fact]
    public async Task With_fail_fast_a_tree_stops_at_the_first_failure()
    {
        var (_, store) = await RemoteDriver.OpenAsync(name: "one");
        var (target, other) = await RemoteDriver.OpenAsync(name: "two");
        for (var i = 0; i < 100; i++)
            await store.WriteTextAsync($"t/{i:D3}", "x", WriteMode.CreateNew);
        var completed = 0;
        target.OnComplete = token => Interlocked.Increment(ref completed) switch
        {
            10 => throw new UnauthorizedAccessException(),
            // What is under way when the failure is noticed, however late that is, ends by being cancelled.
            > 10 => Task.Delay(TimeSpan.FromMinutes(1), token),
            _ => Task.CompletedTask,
        };
        (await Should.ThrowAsync<StoreException>(() => store.CopyTreeToAsync("t", other, "", new() { Parallelism = 3, FailFast = true }))).Code.ShouldBe(StoreErrorCode.PermissionDenied);
        completed.ShouldBeLessThanOrEqualTo(10 + 2);
    }

    [Fact]
    public async Task Nothing_to_copy_is_an_error_and_an_empty_directory_is_not()
    {
        var (_, store) = await RemoteDriver.OpenAsync();
        await store.WriteTextAsync("f", "", WriteMode.CreateNew);
        await store.MakeDirectoryAsync("e");
        foreach (var path in new[] { "f", "missing" })
            (await Should.ThrowAsync<StoreException>(() => store.CopyTreeAsync(path, "x"))).Code.ShouldBe(StoreErrorCode.NotFound);
        await store.CopyTreeAsync("e", "x");
        (await store.IsDirectoryAsync("x")).ShouldBeTrue();
    }

    internal static async Task<List<string>> Names(ArtifactStore store) =>
        await store.ListAsync(default, new() { Recursive = true, IncludeEmptyDirectories = true }).Select(i => i.OrderKey).ToListAsync();

    private sealed class Recorder(List<TransferProgress> reports) : IProgress<TransferProgress>
    {
        private int _inside;

        public void Report(TransferProgress value)
        {
            Interlocked.Increment(ref _inside).ShouldBe(1);
            reports.Add(value);
            Interlocked.Decrement(ref _inside);
        }
    }
}
