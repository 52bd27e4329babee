using Cairn.Providers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>A driver call that is part of a move.</summary>
public enum MoveStep
{
    /// <summary>The copy within the store.</summary>
    Copy,

    /// <summary>The delete of the source.</summary>
    Delete,

    /// <summary>The native move.</summary>
    Move,

    /// <summary>The completion of an upload.</summary>
    Complete,
}

/// <summary>Tests moves of files and directories: nothing is lost in any failure.</summary>
public abstract class MoveTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(12 << 20)]
    public async Task A_file_is_at_its_new_path_only(int length)
    {
        NeedsMove();
        var content = Trees.Bytes(length);
        await Store.WriteBytesAsync("from/file", content, WriteMode.CreateNew, cancellationToken: Cancel);

        var moved = await Store.MoveAsync("from/file", "to/new/file", WriteMode.CreateNew, Cancel);

        Assert.Equal("to/new/file", moved.Path.Value);
        Assert.Equal(length, moved.Length);
        Assert.False(await Store.ExistsAsync("from/file", Cancel));
        Trees.AssertSame(content, await Store.ReadBytesAsync("to/new/file", cancellationToken: Cancel));
        Assert.Equal(["to/new/file"], await Store.AllKeysAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task Attributes_survive()
    {
        NeedsMove();
        Needs(Can.ContentType || Can.Metadata, "The store keeps no attributes.");
        var options = new OpenWriteOptions { ContentType = Can.ContentType ? "text/x-kit" : null };
        if (Can.Metadata)
            options = options with { Metadata = new Dictionary<string, string> { ["note"] = "säule 1" } };
        await using (var stream = await Store.OpenWriteAsync("source", WriteMode.Replace, options, Cancel))
            await stream.CompleteAsync(Cancel);

        await Store.MoveAsync("source", "target", WriteMode.CreateNew, Cancel);

        var info = await Store.StatAsync("target", Cancel);
        if (Can.ContentType)
            Assert.Equal("text/x-kit", info.ContentType);
        if (Can.Metadata)
            Assert.Equal("säule 1", info.Metadata["note"]);
    }

    [Fact]
    public async Task CreateNew_moves_onto_nothing_only()
    {
        NeedsMove();
        await Store.SeedAsync(["source", "target"], Cancel);

        await Expect.ErrorAsync(StoreErrorCode.AlreadyExists, () => Store.MoveAsync("source", "target", WriteMode.CreateNew, Cancel));

        await AssertTreeAsync(("source", "source"), ("target", "target"));
    }

    [Fact]
    public async Task Replace_moves_over_what_is_there()
    {
        NeedsMove();
        await Store.SeedAsync(["source", "dir/target"], Cancel);

        await Store.MoveAsync("source", "dir/target", WriteMode.Replace, Cancel);

        await AssertTreeAsync(("dir/target", "source"));
    }

    [Fact]
    public async Task Match_moves_onto_its_version_only()
    {
        NeedsMove();
        Needs(Can.WriteModes.HasFlag(WriteModes.Match), "The store does not write on a version.");
        await Store.SeedAsync(["source", "target"], Cancel);
        var old = (await Store.StatAsync("target", Cancel)).ETag!;
        await Store.PutAsync("target", "changed", Cancel);
        var current = (await Store.StatAsync("target", Cancel)).ETag!;

        await Expect.ErrorAsync(StoreErrorCode.PreconditionFailed, () => Store.MoveAsync("source", "target", WriteMode.Match(old), Cancel));
        await AssertTreeAsync(("source", "source"), ("target", "changed"));
        await Store.MoveAsync("source", "target", WriteMode.Match(current), Cancel);
        await AssertTreeAsync(("target", "source"));
    }

    [Fact]
    public async Task A_move_onto_itself_changes_nothing()
    {
        NeedsMove();
        await Store.SeedAsync(["file", "dir/file", "dir/sub/file"], Cancel);
        var before = (await Store.StatAsync("file", Cancel)).ETag;

        await Store.MoveAsync("file", "file", WriteMode.Replace, Cancel);

        Assert.Equal(before, (await Store.StatAsync("file", Cancel)).ETag);
        await AssertTreeAsync(("dir/file", "dir/file"), ("dir/sub/file", "dir/sub/file"), ("file", "file"));
    }

    [Fact]
    public async Task A_directory_onto_itself_changes_nothing()
    {
        NeedsMove();
        await Store.SeedAsync(["dir/file", "dir/sub/file"], Cancel);

        await Record.ExceptionAsync(() => Store.MoveAsync("dir", "dir", WriteMode.CreateNew, Cancel));

        await AssertTreeAsync(("dir/file", "dir/file"), ("dir/sub/file", "dir/sub/file"));
    }

    [Fact]
    public async Task A_missing_source_is_NotFound_and_the_target_stays()
    {
        NeedsMove();
        await Store.PutAsync("target", "target", Cancel);

        await Expect.ErrorAsync(StoreErrorCode.NotFound, () => Store.MoveAsync("missing", "target", WriteMode.Replace, Cancel));
        await Expect.ErrorAsync(StoreErrorCode.NotFound, () => Store.MoveAsync("missing", "new/target", WriteMode.CreateNew, Cancel));
        await Expect.ErrorAsync(StoreErrorCode.NotFound, () => Store.MoveAsync("target/below", "new/target", WriteMode.CreateNew, Cancel));
        await Expect.ErrorAsync(StoreErrorCode.NotFound, () => Store.MoveAsync("missing", "missing", WriteMode.Replace, Cancel));

        await AssertTreeAsync(("target", "target"));
        Assert.False(await Store.ExistsAsync("new", Cancel));
    }

    [Fact]
    public async Task A_directory_moves_with_all_below_it()
    {
        NeedsMove();
        await Store.SeedAsync(["dir/a", "dir/b/c", "dir/b/d/e", "dir2/file", "dir.txt"], Cancel);
        if (Can.Directories != DirectoryKind.None)
            await Store.MakeDirectoryAsync("dir/empty/inner", Cancel);

        await Store.MoveAsync("dir", "new/place", WriteMode.CreateNew, Cancel);

        var expected = new List<string> { "dir.txt", "dir2/file", "new/place/a", "new/place/b/c", "new/place/b/d/e" };
        if (Can.Directories != DirectoryKind.None)
            expected.Add("new/place/empty/inner/");
        Assert.Equal(expected, await Store.WholeTreeAsync(StorePath.Root, Cancel));
        Assert.Equal("dir/b/d/e", await Store.ReadTextAsync("new/place/b/d/e", cancellationToken: Cancel));
        Assert.False(await Store.ExistsAsync("dir", Cancel));
    }

    [Fact]
    public async Task A_made_directory_is_still_made_after_the_move()
    {
        NeedsMove();
        Needs(Can.Directories != DirectoryKind.None, "The store has no directories.");
        await Store.MakeDirectoryAsync("dir", Cancel);
        await Store.MakeDirectoryAsync("dir/inner", Cancel);
        await Store.SeedAsync(["dir/file", "dir/inner/file"], Cancel);

        await Store.MoveAsync("dir", "moved", WriteMode.CreateNew, Cancel);
        await Store.RemoveAsync("moved/file", Cancel);
        await Store.RemoveAsync("moved/inner/file", Cancel);

        Assert.Equal(["moved/inner/"], await Store.WholeTreeAsync(StorePath.Root, Cancel));
        await Store.RemoveAsync("moved/inner", Cancel);
        Assert.True(await Store.IsDirectoryAsync("moved", Cancel));
        Assert.False(await Store.ExistsAsync("dir", Cancel));
    }

    [Fact]
    public async Task A_move_leaves_no_parent_of_its_target_behind_when_it_is_taken_back()
    {
        NeedsMove();
        Needs(Can.Directories != DirectoryKind.None, "The store has no real directories.");
        await Store.MakeDirectoryAsync("dir/inner", Cancel);
        await Store.MoveAsync("dir", "parent/dir", WriteMode.CreateNew, Cancel);
        await Store.MoveAsync("parent/dir", "dir", WriteMode.CreateNew, Cancel);

        Assert.True(await Store.IsDirectoryAsync("dir/inner", Cancel));
        Assert.False(await Store.ExistsAsync("parent", Cancel));
    }

    [Fact]
    public async Task A_directory_moves_beside_itself_under_a_longer_name()
    {
        NeedsMove();
        await Store.SeedAsync(["dir/a", "dir/b/c"], Cancel);

        await Store.MoveAsync("dir", "dir-2", WriteMode.CreateNew, Cancel);
        await AssertTreeAsync(("dir-2/a", "dir/a"), ("dir-2/b/c", "dir/b/c"));
    }

    [Theory]
    [InlineData("dir/inner")]
    [InlineData("dir/sub")]
    [InlineData("dir/sub/deeper/still")]
    public async Task A_directory_into_itself_is_refused(string target)
    {
        NeedsMove();
        await Store.SeedAsync(["dir/file", "dir/sub/file"], Cancel);

        var error = await Record.ExceptionAsync(() => Store.MoveAsync("dir", target, WriteMode.CreateNew, Cancel));

        Assert.True(error is ArgumentException or StoreException { Code: StoreErrorCode.PathConflict }, $"{error}");
        await AssertTreeAsync(("dir/file", "dir/file"), ("dir/sub/file", "dir/sub/file"));
    }

    [Fact]
    public async Task A_directory_moves_onto_nothing_only()
    {
        NeedsMove();
        await Store.SeedAsync(["dir/file", "other/file", "file"], Cancel);

        foreach (var target in new StorePath[] { "other", "file" })
        {
            if (target == "file" && Can.Directories != DirectoryKind.Real)
                continue;
            await Expect.ErrorAsync([StoreErrorCode.AlreadyExists, StoreErrorCode.PathConflict], () => Store.MoveAsync("dir", target, WriteMode.CreateNew, Cancel));
        }
        await AssertTreeAsync(("dir/file", "dir/file"), ("file", "file"), ("other/file", "other/file"));
    }

    [Fact]
    public async Task A_large_directory_moves_whole()
    {
        NeedsMove();
        await Store.SeedAsync(Enumerable.Range(0, 1_050).Select(i => $"dir/{i % 4}/{i:d4}"), Cancel);

        await Store.MoveAsync("dir", "moved", WriteMode.CreateNew, Cancel);

        Assert.Equal(1_050, (await Store.AllKeysAsync("moved", Cancel)).Count);
        Assert.False(await Store.ExistsAsync("dir", Cancel));
    }

    [Theory]
    [InlineData(MoveStep.Copy)]
    [InlineData(MoveStep.Delete)]
    [InlineData(MoveStep.Move)]
    [InlineData(MoveStep.Complete)]
    public async Task An_interrupted_move_leaves_the_source(MoveStep step)
    {
        NeedsMove();
        await Store.SeedAsync(["file", "dir/a", "dir/b/c"], Cancel);
        await using var failing = new ArtifactStore(new FailingStep(await Harness.OpenDriverAsync(Cancel), step));

        foreach (var (source, target) in new (StorePath, StorePath)[] { ("file", "file2"), ("dir", "dir2") })
        {
            var error = await Record.ExceptionAsync(() => failing.MoveAsync(source, target, WriteMode.CreateNew, Cancel));
            if (error is null)
                continue;
            Assert.Equal(StoreErrorCode.Unavailable, Assert.IsAssignableFrom<StoreException>(error).Code);
            foreach (var path in source == "file" ? new[] { "file" } : ["dir/a", "dir/b/c"])
                Assert.Equal(path, await Store.ReadTextAsync(path, cancellationToken: Cancel));
        }
    }

    [Fact]
    public async Task The_driver_moves_the_version_that_was_asked_for()
    {
        Needs(Can.Move == MoveKind.Native, "The store's moves are a copy and a delete.");
        await Store.PutAsync("source", "one", Cancel);
        var old = (await Store.StatAsync("source", Cancel)).ETag;
        Needs(old is not null, "The store names no versions.");
        await Store.PutAsync("source", "two, longer", Cancel);
        var current = (await Store.StatAsync("source", Cancel)).ETag;
        var driver = await OpenDriverAsync();

        var error = await Record.ExceptionAsync(async () => await driver.MoveAsync(new CopyRequest("source", "target", WriteMode.CreateNew) { SourceIfMatch = old }, Cancel));
        Assert.True(error is not null, "The driver moved a version other than the requested one.");
        Assert.Equal(StoreErrorCode.PreconditionFailed, driver.Classify(error).Code);
        await AssertTreeAsync(("source", "two, longer"));
        await driver.MoveAsync(new CopyRequest("source", "target", WriteMode.CreateNew) { SourceIfMatch = current }, Cancel);
        await AssertTreeAsync(("target", "two, longer"));
    }

    [Fact]
    public async Task The_driver_itself_moves_no_missing_file()
    {
        Needs(Can.Move == MoveKind.Native, "The store's moves are a copy and a delete.");
        var driver = await OpenDriverAsync();

        var error = await Record.ExceptionAsync(async () => await driver.MoveAsync(new CopyRequest("missing", "target", WriteMode.Replace), Cancel));
        Assert.True(error is not null, "The driver moved a missing file.");
        Assert.Equal(StoreErrorCode.NotFound, driver.Classify(error).Code);
        Assert.False(await Store.ExistsAsync("target", Cancel));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_watches_a_native_move_always_sees_the_file_at_one_path(bool wholeDirectory)
    {
        Needs(Can.Move == MoveKind.Native, "The store's moves are a copy and a delete.");
        Needs(!wholeDirectory || Can.Directories == DirectoryKind.Real, "The store moves a directory file by file.");
        var drivers = new[] { await OpenDriverAsync(), await OpenDriverAsync() };
        for (var round = 0; round < (Full ? 2000 : 200); round++)
        {
            // Each file moves once: a reader that no longer finds it at the old path must find it at the new one, and a reader that finds it at the new
            // path must not find it at the old one.
            var (source, target) = wholeDirectory ? ((StorePath)$"from{round}", (StorePath)$"to{round}") : ($"from/{round}", $"to/{round}");
            var (before, after) = wholeDirectory ? (source / "file", target / "file") : (source, target);
            await Store.PutAsync(before, "content", Cancel);
            using var looking = new CountdownEvent(drivers.Length);
            var watchers = drivers.Select((driver, first) => Task.Run(
                async () =>
                {
                    Assert.NotNull(await driver.StatAsync(before, Cancel));
                    looking.Signal();
                    if (first == 0)
                    {
                        while (await driver.StatAsync(before, Cancel) is not null)
                        {
                        }
                        Assert.True(await driver.StatAsync(after, Cancel) is not null, $"Round {round}: the file was missing from both the old and the new path.");
                    }
                    else
                    {
                        while (await driver.StatAsync(after, Cancel) is null)
                        {
                        }
                        Assert.True(await driver.StatAsync(before, Cancel) is null, $"Round {round}: the file existed at both the new and the old path.");
                    }
                },
                Cancel)).ToList();
            await Task.Run(() => looking.Wait(Cancel), Cancel);
            await Store.MoveAsync(source, target, WriteMode.CreateNew, Cancel);
            await Task.WhenAll(watchers);
        }
    }

    [Fact]
    public async Task Of_many_who_move_one_file_one_succeeds()
    {
        NeedsMove();
        Needs(Can.Move == MoveKind.Native, "The store's moves are a copy and a delete.");
        await Store.PutAsync("source", "content", Cancel);

        var moved = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
            async () =>
            {
                try
                {
                    await Store.MoveAsync("source", $"target{i}", WriteMode.CreateNew, Cancel);
                    return true;
                }
                catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
                {
                    return false;
                }
            },
            Cancel)));

        Assert.Single(moved, m => m);
        Assert.Single(await Store.AllKeysAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task Of_many_moves_onto_one_new_name_one_succeeds_and_nothing_is_lost()
    {
        NeedsMove();
        await Store.SeedAsync(Enumerable.Range(0, 8).Select(i => $"source{i}"), Cancel);

        var moved = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
            async () =>
            {
                try
                {
                    await Store.MoveAsync($"source{i}", "target", WriteMode.CreateNew, Cancel);
                    return i;
                }
                catch (StoreException e) when (e.Code == StoreErrorCode.AlreadyExists)
                {
                    return -1;
                }
            },
            Cancel)));

        var winner = Assert.Single(moved, m => m >= 0);
        Assert.Equal($"source{winner}", await Store.ReadTextAsync("target", cancellationToken: Cancel));
        Assert.Equal(8, (await Store.AllKeysAsync(StorePath.Root, Cancel)).Count);
    }

    [Fact]
    public async Task A_store_that_does_not_move_says_so_first()
    {
        Needs(Can.Move == MoveKind.None, "The store moves.");
        await Store.PutAsync("source", "source", Cancel);

        await Expect.ErrorAsync(StoreErrorCode.Unsupported, () => Store.MoveAsync("source", "target", WriteMode.CreateNew, Cancel));
        await AssertTreeAsync(("source", "source"));
    }

    private void NeedsMove() => Needs(Can.Move != MoveKind.None, "The store does not move.");

    private async Task AssertTreeAsync(params (string Path, string Content)[] expected) =>
        Assert.Equal(expected, (await Store.ContentsAsync(StorePath.Root, Cancel)).Select(p => (p.Key, p.Value ?? "(directory)")));

    private sealed class FailingStep(StoreDriver inner, MoveStep step) : DelegatingStoreDriver(inner)
    {
        public override ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken)
        {
            FailAt(MoveStep.Copy);
            return base.CopyAsync(request, cancellationToken);
        }

        public override ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken)
        {
            FailAt(MoveStep.Move);
            return base.MoveAsync(request, cancellationToken);
        }

        public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
        {
            FailAt(MoveStep.Delete);
            return base.DeleteAsync(request, cancellationToken);
        }

        public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
            new FailingUpload(await base.BeginUploadAsync(request, cancellationToken).ConfigureAwait(false), this);

        private void FailAt(MoveStep reached)
        {
            if (reached == step)
                throw new StoreException(StoreErrorCode.Unavailable, "the connection broke, as the test wants it");
        }

        private sealed class FailingUpload(StoreUpload inner, FailingStep driver) : DelegatingStoreUpload(inner)
        {
            public override ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
            {
                driver.FailAt(MoveStep.Complete);
                return base.CompleteAsync(last, cancellationToken);
            }
        }
    }
}
