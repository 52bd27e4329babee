using System.Text;
using Cairn.Providers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>
/// Tests directories: created explicitly, implied by files, in conflict with files, and removed with their last file unless they were created explicitly.
/// </summary>
public abstract class DirectoryTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    [Fact]
    public async Task Making_a_directory_makes_its_parents_and_may_be_repeated()
    {
        NeedsDirectories();
        await Store.MakeDirectoryAsync("a/b/c", Cancel);
        await Store.MakeDirectoryAsync("a/b/c", Cancel);
        await Store.MakeDirectoryAsync("a", Cancel);

        foreach (var path in new StorePath[] { "a", "a/b", "a/b/c" })
            Assert.True(await Store.IsDirectoryAsync(path, Cancel), path.Value);
        Assert.Equal(["a/b/c/"], await Store.WholeTreeAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task Making_a_directory_that_holds_files_changes_none()
    {
        NeedsDirectories();
        await Store.SeedAsync(["dir/file", "dir/sub/file"], Cancel);

        await Store.MakeDirectoryAsync("dir", Cancel);
        await Store.MakeDirectoryAsync("dir/sub", Cancel);

        Assert.Equal("dir/file", await Store.ReadTextAsync("dir/file", cancellationToken: Cancel));
        Assert.Equal(["dir/file", "dir/sub/file"], await Store.WholeTreeAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task The_root_can_always_be_made()
    {
        NeedsDirectories();
        await Store.MakeDirectoryAsync(StorePath.Root, Cancel);
        Assert.Empty(await Store.WholeTreeAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task A_store_without_directories_makes_none()
    {
        Needs(Can.Directories == DirectoryKind.None, "The store has directories.");
        await Expect.ErrorAsync(StoreErrorCode.Unsupported, () => Store.MakeDirectoryAsync("dir", Cancel));
        Assert.False(await Store.ExistsAsync("dir", Cancel));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("file/below")]
    [InlineData("file/below/deeper")]
    public async Task A_file_in_the_way_of_a_directory(string directory)
    {
        NeedsDirectories();
        await Store.PutAsync("file", "content", Cancel);

        if (Can.Directories == DirectoryKind.Real)
        {
            await Expect.ErrorAsync(StoreErrorCode.PathConflict, () => Store.MakeDirectoryAsync(directory, Cancel));
            Assert.False(await Store.IsDirectoryAsync(directory, Cancel));
        }
        else
        {
            await Store.MakeDirectoryAsync(directory, Cancel);
            Assert.True(await Store.IsDirectoryAsync(directory, Cancel));
        }
        Assert.True(await Store.IsFileAsync("file", Cancel));
        Assert.Equal("content", await Store.ReadTextAsync("file", cancellationToken: Cancel));
    }

    [Theory]
    [InlineData("file/below")]
    [InlineData("file/below/deeper")]
    public async Task A_file_in_the_way_of_a_file(string path)
    {
        await Store.PutAsync("file", "content", Cancel);

        foreach (var mode in new[] { WriteMode.CreateNew, WriteMode.Replace })
        {
            if (Can.Directories == DirectoryKind.Real)
            {
                await Expect.ErrorAsync(StoreErrorCode.PathConflict, () => Store.WriteTextAsync(path, "x", mode, cancellationToken: Cancel));
                Assert.False(await Store.ExistsAsync(path, Cancel));
            }
            else
            {
                await Store.WriteTextAsync(path, "x", mode, cancellationToken: Cancel);
                Assert.Equal("x", await Store.ReadTextAsync(path, cancellationToken: Cancel));
            }
        }
        Assert.Equal("content", await Store.ReadTextAsync("file", cancellationToken: Cancel));
    }

    [Fact]
    public async Task A_directory_in_the_way_of_a_file()
    {
        await Store.PutAsync("dir/file", "content", Cancel);

        if (Can.Directories == DirectoryKind.Real)
        {
            await Expect.ErrorAsync(
                [StoreErrorCode.PathConflict, StoreErrorCode.AlreadyExists], () => Store.WriteTextAsync("dir", "x", WriteMode.CreateNew, cancellationToken: Cancel));
            await Expect.ErrorAsync(StoreErrorCode.PathConflict, () => Store.PutAsync("dir", "x", Cancel));
            Assert.False(await Store.IsFileAsync("dir", Cancel));
        }
        else
        {
            await Store.WriteTextAsync("dir", "x", WriteMode.CreateNew, cancellationToken: Cancel);
            Assert.Equal("x", await Store.ReadTextAsync("dir", cancellationToken: Cancel));
        }
        Assert.Equal("content", await Store.ReadTextAsync("dir/file", cancellationToken: Cancel));
        Assert.True(await Store.IsDirectoryAsync("dir", Cancel));
    }

    [Fact]
    public async Task A_directory_cannot_be_read_as_a_file()
    {
        await Store.PutAsync("dir/file", "content", Cancel);
        await Expect.ErrorAsync([StoreErrorCode.NotFound, StoreErrorCode.PathConflict], () => Store.ReadTextAsync("dir", cancellationToken: Cancel));
        NeedsDirectories();
        await Store.MakeDirectoryAsync("made", Cancel);
        await Expect.ErrorAsync([StoreErrorCode.NotFound, StoreErrorCode.PathConflict], () => Store.ReadTextAsync("made", cancellationToken: Cancel));
    }

    [Fact]
    public async Task The_last_file_takes_its_directories_along()
    {
        await Store.SeedAsync(["a/b/c/file", "a/b/other"], Cancel);

        Assert.True(await Store.RemoveAsync("a/b/c/file", Cancel));
        Assert.False(await Store.ExistsAsync("a/b/c", Cancel));
        Assert.True(await Store.IsDirectoryAsync("a/b", Cancel));
        Assert.True(await Store.RemoveAsync("a/b/other", Cancel));

        foreach (var ghost in new StorePath[] { "a/b/c", "a/b", "a" })
            Assert.False(await Store.ExistsAsync(ghost, Cancel), $"'{ghost}' is a ghost.");
        await AssertNothingAsync();
    }

    [Fact]
    public async Task A_made_directory_outlives_its_last_file()
    {
        NeedsDirectories();
        await Store.MakeDirectoryAsync("made", Cancel);
        await Store.PutAsync("made/implied/file", "x", Cancel);
        await Store.PutAsync("made/file", "x", Cancel);

        await Store.RemoveAsync("made/implied/file", Cancel);
        await Store.RemoveAsync("made/file", Cancel);

        Assert.True(await Store.IsDirectoryAsync("made", Cancel));
        Assert.False(await Store.ExistsAsync("made/implied", Cancel), "'made/implied' is a ghost.");
        Assert.Equal(["made/"], await Store.WholeTreeAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task A_directory_made_after_its_files_outlives_them_too()
    {
        NeedsDirectories();
        await Store.PutAsync("dir/file", "x", Cancel);
        await Store.MakeDirectoryAsync("dir", Cancel);

        await Store.RemoveAsync("dir/file", Cancel);

        Assert.True(await Store.IsDirectoryAsync("dir", Cancel));
        Assert.True(await Store.RemoveAsync("dir", Cancel));
        Assert.False(await Store.ExistsAsync("dir", Cancel));
    }

    [Fact]
    public async Task An_abandoned_write_leaves_no_directory()
    {
        await using (var stream = await Store.OpenWriteAsync("a/b/file", WriteMode.CreateNew, cancellationToken: Cancel))
            await stream.WriteAsync(Encoding.UTF8.GetBytes("never published"), Cancel);

        Assert.False(await Store.ExistsAsync("a/b", Cancel), "'a/b' is a ghost.");
        Assert.False(await Store.ExistsAsync("a", Cancel), "'a' is a ghost.");
        await AssertNothingAsync();
    }

    [Fact]
    public async Task A_file_moved_away_leaves_no_directory()
    {
        Needs(Can.Move != MoveKind.None, "The store does not move.");
        await Store.PutAsync("from/deep/file", "x", Cancel);

        await Store.MoveAsync("from/deep/file", "to/file", WriteMode.CreateNew, Cancel);

        Assert.False(await Store.ExistsAsync("from", Cancel), "'from' is a ghost.");
        Assert.True(await Store.IsDirectoryAsync("to", Cancel));
    }

    [Fact]
    public async Task An_empty_directory_is_removed_once()
    {
        NeedsDirectories();
        await Store.MakeDirectoryAsync("made", Cancel);

        Assert.True(await Store.RemoveAsync("made", Cancel));
        Assert.False(await Store.RemoveAsync("made", Cancel));
        await AssertNothingAsync();
    }

    [Fact]
    public async Task A_file_is_not_removed_as_a_directory()
    {
        Needs(Can.Directories != DirectoryKind.None, "The store has no directories.");
        await Store.PutAsync("dir/file", "x", Cancel);
        await using var driver = await Harness.OpenDriverAsync(Cancel);

        var result = Assert.Single(await driver.DeleteAsync(new([new("dir/file", EntryKind.Directory)]), Cancel));
        if (Can.Directories == DirectoryKind.Real)
        {
            Assert.Equal(DeleteOutcome.Failed, result.Outcome);
            Assert.Equal(DeleteOutcome.Missing, Assert.Single(await driver.DeleteAsync(new([new("dir/none", EntryKind.Directory)]) { ReportMissing = true }, Cancel)).Outcome);
        }
        Assert.Equal("x", await Store.ReadTextAsync("dir/file", cancellationToken: Cancel));
    }

    [Fact]
    public async Task Removing_a_directory_that_is_not_empty_loses_no_file()
    {
        NeedsDirectories();
        await Store.MakeDirectoryAsync("made", Cancel);
        await Store.SeedAsync(["made/file", "made/sub/file"], Cancel);

        if (Can.Directories == DirectoryKind.Real)
            await Expect.ErrorAsync(StoreErrorCode.PathConflict, () => Store.RemoveAsync("made", Cancel));
        else
            await Store.RemoveAsync("made", Cancel);

        Assert.Equal(["made/file", "made/sub/file"], await Store.WholeTreeAsync(StorePath.Root, Cancel));
        Assert.True(await Store.IsDirectoryAsync("made", Cancel));
    }

    [Fact]
    public async Task A_marker_holds_a_virtual_directory_in_the_storage()
    {
        Needs(Can.Directories == DirectoryKind.Virtual, "The store's directories are not virtual.");
        await Store.MakeDirectoryAsync("made", Cancel);
        var names = await Harness.RawNamesAsync(Cancel);
        Needs(names is not null, "The harness does not see raw names.");

        Assert.Equal(["made/"], names!);
        await Store.RemoveTreeAsync("made", Cancel);
        Assert.Empty((await Harness.RawNamesAsync(Cancel))!);
    }

    [Fact]
    public async Task Many_make_one_directory_at_once()
    {
        NeedsDirectories();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => Store.MakeDirectoryAsync("x/y/z", Cancel), Cancel)));

        Assert.Equal(["x/y/z/"], await Store.WholeTreeAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task Writers_never_lose_their_directory_to_those_who_empty_it()
    {
        // Each removal may remove the last file, and therefore the directory, between the steps of another writer.
        await Parallel.ForEachAsync(Enumerable.Range(0, 8), Cancel, async (worker, token) =>
        {
            for (var i = 0; i < 25; i++)
            {
                var path = $"shared/deep/{worker}-{i}";
                await Store.PutAsync(path, path, token);
                Assert.Equal(path, await Store.ReadTextAsync(path, cancellationToken: token));
                Assert.True(await Store.RemoveAsync(path, token));
            }
        });

        Assert.False(await Store.ExistsAsync("shared", Cancel), "'shared' is a ghost.");
    }

    private void NeedsDirectories() => Needs(Can.Directories != DirectoryKind.None, "The store has no directories.");

    private async Task AssertNothingAsync()
    {
        Assert.Empty(await Store.WholeTreeAsync(StorePath.Root, Cancel));
        if (await Harness.RawNamesAsync(Cancel) is { } names)
            Assert.Empty(names);
    }
}
