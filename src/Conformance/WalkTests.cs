using Cairn.Providers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>Tests walking a tree: every directory is visited once, before the directories below it, with its direct entries.</summary>
public abstract class WalkTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    private static readonly string[] Shape = ["top", "a/1", "a/2", "a/b/3", "a/b/c/4", "a-b/5", "a.b/6", "z/deep/er/7"];

    [Fact]
    public async Task Each_directory_comes_once_with_what_is_right_below_it()
    {
        await SeedAsync(Shape);

        Assert.Equal(
            [
                " : a-b a.b a z : top", "a-b :  : 5", "a.b :  : 6", "a : b : 1 2", "a/b : c : 3", "a/b/c :  : 4", "z : deep : ", "z/deep : er : ", "z/deep/er :  : 7",
            ],
            await WalkAsync(StorePath.Root));
    }

    [Fact]
    public async Task A_walk_begins_where_it_is_told()
    {
        await SeedAsync([.. Shape, "a/bb/x", "a/b-x/y"]);

        Assert.Equal(["a/b : c : 3", "a/b/c :  : 4"], await WalkAsync("a/b"));
    }

    [Fact]
    public async Task What_is_missing_or_empty_is_walked_as_empty()
    {
        await SeedAsync(["other/file"]);

        Assert.Equal(["missing :  : "], await WalkAsync("missing"));
        Assert.Equal(["other/file :  : "], await WalkAsync("other/file"));
    }

    [Fact]
    public async Task Empty_directories_are_walked()
    {
        Needs(Can.Directories != DirectoryKind.None, "The store has no directories.");
        await SeedAsync(["a/file"]);
        await Store.MakeDirectoryAsync("a/empty", Cancel);
        await Store.MakeDirectoryAsync("bare/inner", Cancel);

        Assert.Equal([" : a bare : ", "a : empty : file", "a/empty :  : ", "bare : inner : ", "bare/inner :  : "], await WalkAsync(StorePath.Root));
    }

    [Fact]
    public async Task A_walk_finds_what_a_recursive_listing_finds()
    {
        await SeedAsync(Enumerable.Range(0, 1_300).Select(i => $"t/{i % 3}/{i % 11}/f{i}").Append("t/1/file").Append("t/1-x"));
        var walked = new List<string>();
        await foreach (var directory in Store.WalkAsync("t", Cancel))
        {
            Assert.All(directory.Files, f => Assert.True(f.IsFile && f.Path.Parent == directory.Path));
            Assert.All(directory.Directories, d => Assert.True(d.IsDirectory && d.Path.Parent == directory.Path));
            walked.AddRange(directory.Files.Select(f => f.Path.Value));
        }

        Assert.Equal(await Store.AllKeysAsync("t", Cancel), Trees.InByteOrder(walked));
    }

    [Fact]
    public async Task The_consumer_may_stop_early()
    {
        await SeedAsync(Shape);
        await foreach (var directory in Store.WalkAsync(StorePath.Root, Cancel))
        {
            Assert.True(directory.Path.IsRoot);
            break;
        }
        Assert.Equal(9, (await WalkAsync(StorePath.Root)).Count);
    }

    private Task SeedAsync(IEnumerable<string> paths)
    {
        Needs(Can.List, "The store cannot list.");
        return Store.SeedAsync(paths, Cancel);
    }

    private async Task<List<string>> WalkAsync(StorePath from)
    {
        var walked = new List<string>();
        await foreach (var directory in Store.WalkAsync(from, Cancel))
        {
            walked.Add(
                $"{directory.Path} : {string.Join(' ', directory.Directories.Select(d => d.Path.Name))} : {string.Join(' ', directory.Files.Select(f => f.Path.Name))}");
        }
        return walked;
    }
}
