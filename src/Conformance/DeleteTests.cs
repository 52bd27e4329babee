using Cairn.Providers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>Tests deletes: a missing target is reported as missing, a failed one as failed, and no other content is lost.</summary>
public abstract class DeleteTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    [Fact]
    public async Task A_file_is_removed_once()
    {
        await Store.SeedAsync(["dir/file", "dir/other"], Cancel);

        Assert.True(await Store.RemoveAsync("dir/file", Cancel));
        Assert.False(await Store.RemoveAsync("dir/file", Cancel));

        Assert.Null(await Store.TryStatAsync("dir/file", Cancel));
        await Expect.ErrorAsync(StoreErrorCode.NotFound, () => Store.ReadTextAsync("dir/file", cancellationToken: Cancel));
        Assert.Equal("dir/other", await Store.ReadTextAsync("dir/other", cancellationToken: Cancel));
        if (Can.List)
            Assert.Equal(["dir/other"], await Store.AllKeysAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task What_is_missing_is_reported_as_missing()
    {
        await Store.SeedAsync(["file", "dir/file"], Cancel);

        Assert.False(await Store.RemoveAsync("missing", Cancel));
        Assert.False(await Store.RemoveAsync("missing/deeper", Cancel));
        Assert.False(await Store.RemoveAsync("file/below", Cancel));
        Assert.False(await Store.RemoveAsync("fil", Cancel));
        Assert.False(await Store.RemoveAsync("dir/file2", Cancel));

        Assert.Equal(["dir/file", "file"], await Store.AllKeysAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task A_removed_name_can_be_written_again()
    {
        for (var i = 0; i < 3; i++)
        {
            await Store.WriteTextAsync("dir/file", $"{i}", WriteMode.CreateNew, cancellationToken: Cancel);
            Assert.Equal($"{i}", await Store.ReadTextAsync("dir/file", cancellationToken: Cancel));
            Assert.True(await Store.RemoveAsync("dir/file", Cancel));
        }
    }

    [Fact]
    public async Task A_tree_is_removed_and_its_neighbours_stay()
    {
        string[] neighbours = ["a/bc/file", "a/b.txt", "a/b-x", "a/b0", "ab", "b/file"];
        await Store.SeedAsync([.. neighbours, "a/b/1", "a/b/c/2", "a/b/c/d/3", "a/b/e/4"], Cancel);

        Assert.Equal(4, await Store.RemoveTreeAsync("a/b", Cancel));

        Assert.False(await Store.ExistsAsync("a/b", Cancel));
        Assert.Equal(Trees.InByteOrder(neighbours), await Store.WholeTreeAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task A_tree_with_made_directories_goes_whole()
    {
        Needs(Can.Directories != DirectoryKind.None, "The store has no directories.");
        foreach (var directory in new StorePath[] { "tree", "tree/empty", "tree/deep/er/empty", "tree/full" })
            await Store.MakeDirectoryAsync(directory, Cancel);
        await Store.SeedAsync(["tree/full/file", "tree/deep/file"], Cancel);

        Assert.Equal(2, await Store.RemoveTreeAsync("tree", Cancel));

        Assert.False(await Store.ExistsAsync("tree", Cancel));
        Assert.Empty(await Store.WholeTreeAsync(StorePath.Root, Cancel));
        if (await Harness.RawNamesAsync(Cancel) is { } names)
            Assert.Empty(names);
    }

    [Fact]
    public async Task An_empty_directory_is_a_tree_without_files()
    {
        Needs(Can.Directories != DirectoryKind.None, "The store has no directories.");
        await Store.MakeDirectoryAsync("made", Cancel);

        Assert.Equal(0, await Store.RemoveTreeAsync("made", Cancel));
        Assert.False(await Store.ExistsAsync("made", Cancel));
    }

    [Fact]
    public async Task A_missing_tree_is_removed_with_success()
    {
        await Store.SeedAsync(["tree2/file", "file"], Cancel);

        Assert.Equal(0, await Store.RemoveTreeAsync("tree", Cancel));
        Assert.Equal(0, await Store.RemoveTreeAsync("missing/deeper", Cancel));
        Assert.Equal(0, await Store.RemoveTreeAsync("file/below", Cancel));

        Assert.Equal(["file", "tree2/file"], await Store.AllKeysAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task A_file_is_a_tree_of_one()
    {
        await Store.SeedAsync(["dir/file", "dir/file2", "dir/file.txt"], Cancel);

        Assert.Equal(1, await Store.RemoveTreeAsync("dir/file", Cancel));
        Assert.Equal(["dir/file.txt", "dir/file2"], await Store.AllKeysAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task The_roots_tree_is_all_there_is()
    {
        await Store.SeedAsync(["a", "b/c", "d/e/f"], Cancel);

        Assert.Equal(3, await Store.RemoveTreeAsync(StorePath.Root, Cancel));

        Assert.Empty(await Store.WholeTreeAsync(StorePath.Root, Cancel));
        await Store.PutAsync("again", "x", Cancel);
        Assert.Equal("x", await Store.ReadTextAsync("again", cancellationToken: Cancel));
    }

    [Fact]
    public async Task A_tree_larger_than_a_batch_goes_whole()
    {
        await Store.SeedAsync(Enumerable.Range(0, 1_205).Select(i => $"many/{i % 5}/{i}").Append("many.txt"), Cancel);

        Assert.Equal(1_205, await Store.RemoveTreeAsync("many", Cancel));
        Assert.Equal(["many.txt"], await Store.WholeTreeAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task Deleting_while_listing_meets_every_file_once()
    {
        Needs(Can.List, "The store cannot list.");
        var paths = Enumerable.Range(0, 1_100).Select(i => $"dir/{i:d4}").ToArray();
        await Store.SeedAsync(paths, Cancel);
        var seen = new List<string>();
        await foreach (var entry in Store.ListAsync("dir", null, Cancel))
        {
            seen.Add(entry.Path.Value);
            Assert.True(await Store.RemoveAsync(entry.Path, Cancel));
        }

        Assert.Equal(paths, seen);
        Assert.False(await Store.ExistsAsync("dir", Cancel));
    }

    [Fact]
    public async Task Of_many_who_remove_one_file_one_is_told_that_it_was_there()
    {
        for (var round = 0; round < 10; round++)
        {
            await Store.PutAsync("dir/file", "x", Cancel);
            var told = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Store.RemoveAsync("dir/file", Cancel), Cancel)));

            Assert.Contains(true, told);
            Assert.False(await Store.ExistsAsync("dir/file", Cancel));
        }
    }

    [Fact]
    public async Task A_batch_answers_for_each_target_in_order()
    {
        await Store.SeedAsync(["there", "dir/there", "I'm a < & weird path"], Cancel);
        await using var driver = await Harness.OpenDriverAsync(Cancel);
        StorePath[] targets = ["missing", "there", "dir/missing", "dir/there", "I'm a < & weird path", "there/below"];
        var results = new List<DeleteResult>();
        foreach (var batch in targets.Chunk(driver.Capabilities.DeleteBatch))
            results.AddRange(await driver.DeleteAsync(new DeleteRequest([.. batch.Select(t => new DeleteTarget(t))]) { ReportMissing = true }, Cancel));

        Assert.Equal(targets, results.Select(r => r.Path));
        Assert.Equal(
            [DeleteOutcome.Missing, DeleteOutcome.Deleted, DeleteOutcome.Missing, DeleteOutcome.Deleted, DeleteOutcome.Deleted, DeleteOutcome.Missing],
            results.Select(r => r.Outcome));
        Assert.Empty(await Store.WholeTreeAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task A_batch_that_partly_fails_says_what_failed_and_loses_the_rest()
    {
        await Store.SeedAsync(["tree/a", "tree/kept", "tree/z", "tree/sub/b", "tree/sub/kept"], Cancel);
        await using var failing = new ArtifactStore(new FailingDeletes(await Harness.OpenDriverAsync(Cancel)));

        var error = await Assert.ThrowsAnyAsync<StoreException>(() => failing.RemoveTreeAsync("tree", Cancel));

        Assert.Equal(StoreErrorCode.PermissionDenied, error.Code);
        Assert.Contains("kept", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(["tree/kept", "tree/sub/kept"], await Store.AllKeysAsync("tree", Cancel));
        var single = await Assert.ThrowsAnyAsync<StoreException>(() => failing.RemoveAsync("tree/kept", Cancel));
        Assert.Equal(StoreErrorCode.PermissionDenied, single.Code);
    }

    [Fact]
    public async Task A_delete_of_one_version_leaves_every_other()
    {
        Needs(Can.DeleteIfMatch, "The store cannot bind a delete to a version.");
        Assert.True(Can.WriteModes.HasFlag(WriteModes.Match), "A store that can bind a delete to a version can bind a write to one.");
        await using var driver = await Harness.OpenDriverAsync(Cancel);
        var old = await VersionAsync("dir/changed", "one");
        await VersionAsync("dir/changed", "two");
        var same = await VersionAsync("dir/same", "x");
        await VersionAsync("dir/any", "y");

        Assert.Equal(StoreErrorCode.PreconditionFailed, await FailureAsync(driver, new("dir/changed") { IfMatch = old }));
        Assert.Equal("two", await Store.ReadTextAsync("dir/changed", cancellationToken: Cancel));

        DeleteTarget[] targets = [new("dir/changed") { IfMatch = old }, new("dir/same") { IfMatch = same }, new("dir/missing") { IfMatch = old }, new("dir/any")];
        if (driver.Capabilities.DeleteBatch >= targets.Length)
        {
            var results = await driver.DeleteAsync(new(targets) { ReportMissing = true }, Cancel);
            Assert.Equal([DeleteOutcome.Failed, DeleteOutcome.Deleted, DeleteOutcome.Missing, DeleteOutcome.Deleted], results.Select(r => r.Outcome));
            Assert.Equal(StoreErrorCode.PreconditionFailed, CodeOf(driver, results[0].Error!));
            Assert.Equal("two", await Store.ReadTextAsync("dir/changed", cancellationToken: Cancel));
        }
        var current = (await Store.StatAsync("dir/changed", Cancel)).ETag;
        Assert.Equal(DeleteOutcome.Deleted, (await driver.DeleteAsync(new([new("dir/changed") { IfMatch = current }]), Cancel))[0].Outcome);
        Assert.False(await Store.ExistsAsync("dir/changed", Cancel));
        Assert.NotEqual(DeleteOutcome.Failed, (await driver.DeleteAsync(new([new("dir/changed") { IfMatch = current }]), Cancel))[0].Outcome);
    }

    [Fact]
    public async Task A_delete_of_one_version_never_takes_one_that_is_written_at_the_same_moment()
    {
        Needs(Can.DeleteIfMatch, "The store cannot bind a delete to a version.");
        await using var driver = await Harness.OpenDriverAsync(Cancel);
        for (var round = 0; round < 30; round++)
        {
            var old = await VersionAsync("file", $"old {round}");
            await Task.WhenAll(
                Task.Run(async () => await FailureAsync(driver, new("file") { IfMatch = old }), Cancel),
                Task.Run(() => VersionAsync("file", $"new {round}"), Cancel));

            Assert.Equal($"new {round}", await Store.ReadTextAsync("file", cancellationToken: Cancel));
        }
    }

    private async Task<string> VersionAsync(StorePath path, string text)
    {
        await Store.PutAsync(path, text, Cancel);
        return (await Store.StatAsync(path, Cancel)).ETag!;
    }

    /// <summary>Returns the error code of deleting one target, from its result or an exception; null if it succeeded.</summary>
    private static async Task<StoreErrorCode?> FailureAsync(StoreDriver driver, DeleteTarget target)
    {
        try
        {
            var result = Assert.Single(await driver.DeleteAsync(new([target]), Cancel));
            return result.Outcome == DeleteOutcome.Failed ? CodeOf(driver, result.Error!) : null;
        }
        catch (Exception e) when (e is not OperationCanceledException and not Xunit.Sdk.IAssertionException)
        {
            return CodeOf(driver, e);
        }
    }

    private static StoreErrorCode CodeOf(StoreDriver driver, Exception error) => error is StoreException known ? known.Code : driver.Classify(error).Code;

    /// <summary>Refuses to delete files with the name <c>kept</c>.</summary>
    private sealed class FailingDeletes(StoreDriver inner) : DelegatingStoreDriver(inner)
    {
        public override async ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
        {
            var allowed = request.Targets.Where(t => t.Path.Name != "kept").ToArray();
            var done = allowed.Length == 0 ? [] : await Inner.DeleteAsync(request with { Targets = allowed }, cancellationToken).ConfigureAwait(false);
            return
            [
                .. request.Targets.Select(t => t.Path.Name == "kept"
                    ? new DeleteResult(t.Path, DeleteOutcome.Failed, new StoreException(StoreErrorCode.PermissionDenied, "no"))
                    : done.First(r => r.Path == t.Path)),
            ];
        }
    }
}
