using Cairn.Providers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>Tests existence checks on files, directories, missing entries and similar names.</summary>
public abstract class ExistsTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    [Fact]
    public async Task A_file_exists_and_is_no_directory()
    {
        await Store.PutAsync("dir/file", "x", Cancel);

        await AssertAsync("dir/file", exists: true, file: true, directory: false);
    }

    [Fact]
    public async Task A_directory_exists_while_anything_lies_below_it()
    {
        await Store.PutAsync("a/b/c/file", "x", Cancel);

        await AssertAsync("a", exists: true, file: false, directory: true);
        await AssertAsync("a/b", exists: true, file: false, directory: true);
        await AssertAsync("a/b/c", exists: true, file: false, directory: true);
    }

    [Fact]
    public async Task What_is_missing_is_nothing()
    {
        await AssertAsync("missing", exists: false, file: false, directory: false);
        await AssertAsync("missing/deeper", exists: false, file: false, directory: false);
    }

    [Fact]
    public async Task The_root_exists() => await AssertAsync(StorePath.Root, exists: true, file: false, directory: true);

    [Fact]
    public async Task A_name_that_begins_alike_is_another_name()
    {
        await Store.SeedAsync(["dir2/file", "dir-x", "dir.txt", "a/bc/file"], Cancel);

        await AssertAsync("dir", exists: false, file: false, directory: false);
        await AssertAsync("a/b", exists: false, file: false, directory: false);
        await AssertAsync("dir.tx", exists: false, file: false, directory: false);
    }

    [Fact]
    public async Task Names_between_a_file_and_a_directory_hide_neither()
    {
        // All of these are ordered between "dir" and "dir/", so a store that finds the directory by listing encounters them first.
        string[] between = ["dir ", "dir-x", "dir.a", "dir.\ue000", "dir.\U0010fffd", "dir.\U0010ffff", "dir.\U0010ffffz"];
        await Store.SeedAsync(between.Where(name => Harness.CanHold(name)), Cancel);
        await AssertAsync("dir", exists: false, file: false, directory: false);

        await Store.PutAsync("dir/file", "x", Cancel);
        await AssertAsync("dir", exists: true, file: false, directory: true);
    }

    [Fact]
    public async Task Nothing_exists_below_a_file()
    {
        await Store.PutAsync("file", "x", Cancel);

        await AssertAsync("file/below", exists: false, file: false, directory: false);
        await AssertAsync("file/below/deeper", exists: false, file: false, directory: false);
    }

    [Fact]
    public async Task What_was_removed_is_nothing()
    {
        await Store.SeedAsync(["dir/file", "other"], Cancel);
        await Store.RemoveAsync("dir/file", Cancel);
        await Store.RemoveTreeAsync("other", Cancel);

        await AssertAsync("dir/file", exists: false, file: false, directory: false);
        await AssertAsync("dir", exists: false, file: false, directory: false);
        await AssertAsync("other", exists: false, file: false, directory: false);
    }

    [Fact]
    public async Task A_made_directory_exists()
    {
        Needs(Can.Directories != DirectoryKind.None, "The store has no directories.");
        await Store.MakeDirectoryAsync("made/inner", Cancel);

        await AssertAsync("made/inner", exists: true, file: false, directory: true);
        await AssertAsync("made", exists: true, file: false, directory: true);
        await AssertAsync("made/inn", exists: false, file: false, directory: false);
    }

    [Fact]
    public async Task A_file_and_a_directory_share_a_path_where_directories_are_virtual()
    {
        Needs(Can.Directories != DirectoryKind.Real, "The store's directories are real.");
        await Store.SeedAsync(["both", "both/below"], Cancel);

        await AssertAsync("both", exists: true, file: true, directory: true);
        Assert.True((await Store.StatAsync("both", Cancel)).IsFile, "If a file and a directory have the same path, the metadata must be that of the file.");
        Assert.Equal("both", await Store.ReadTextAsync("both", cancellationToken: Cancel));
        Assert.Equal("both/below", await Store.ReadTextAsync("both/below", cancellationToken: Cancel));
    }

    private async Task AssertAsync(StorePath path, bool exists, bool file, bool directory)
    {
        var found = (await Store.ExistsAsync(path, Cancel), await Store.IsFileAsync(path, Cancel), await Store.IsDirectoryAsync(path, Cancel));
        Assert.True((exists, file, directory) == found, $"'{path}': (exists, is file, is directory) should be {(exists, file, directory)} but is {found}.");
    }
}
