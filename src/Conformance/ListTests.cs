using System.Runtime.CompilerServices;
using Cairn.Providers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>Tests listings: their entries, order and start, and their guarantees while the store changes.</summary>
public abstract class ListTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    private static readonly string[] Shape =
    [
        "a/b/c/deep", "a/b/file", "a/bc/file", "a/b.txt", "a/b-x", "a/b0", "a-b", "a.b", "ab", "b", "z/only/far/below",
    ];

    [Fact]
    public async Task A_directory_lists_its_files_and_directories_and_no_more()
    {
        await SeedAsync(Shape);

        Assert.Equal(["a-b", "a.b", "a/", "ab", "b", "z/"], await Store.ListKeysAsync(StorePath.Root, Cancel));
        Assert.Equal(["a/b-x", "a/b.txt", "a/b/", "a/b0", "a/bc/"], await Store.ListKeysAsync("a", Cancel));
        Assert.Equal(["a/b/c/", "a/b/file"], await Store.ListKeysAsync("a/b", Cancel));
        Assert.Equal(["z/only/far/"], await Store.ListKeysAsync("z/only", Cancel));
    }

    [Fact]
    public async Task A_recursive_listing_yields_every_file_below()
    {
        await SeedAsync(Shape);

        Assert.Equal(Trees.InByteOrder(Shape), await Store.AllKeysAsync(StorePath.Root, Cancel));
        Assert.Equal(["a/b/c/deep", "a/b/file"], await Store.AllKeysAsync("a/b", Cancel));
        Assert.Equal(["a/b-x", "a/b.txt", "a/b/c/deep", "a/b/file", "a/b0", "a/bc/file"], await Store.AllKeysAsync("a", Cancel));
    }

    [Fact]
    public async Task A_prefix_is_a_directory_and_no_part_of_a_name()
    {
        await SeedAsync(["a/bc", "a/b.txt", "a/bb/file", "abc"]);

        Assert.Empty(await Store.ListKeysAsync("a/b", Cancel));
        Assert.Empty(await Store.AllKeysAsync("a/b", Cancel));
        Assert.Empty(await Store.ListKeysAsync("ab", Cancel));
    }

    [Fact]
    public async Task What_is_missing_and_what_is_empty_lists_empty()
    {
        Needs(Can.List, "The store cannot list.");
        Assert.Empty(await Store.ListKeysAsync(StorePath.Root, Cancel));
        Assert.Empty(await Store.WholeTreeAsync(StorePath.Root, Cancel));
        await Store.PutAsync("other", "x", Cancel);
        Assert.Empty(await Store.ListKeysAsync("missing", Cancel));
        Assert.Empty(await Store.AllKeysAsync("missing/deeper", Cancel));
        if (Can.Directories == DirectoryKind.None)
            return;
        await Store.MakeDirectoryAsync("made", Cancel);
        Assert.Empty(await Store.ListKeysAsync("made", Cancel));
        Assert.Empty(await Store.WholeTreeAsync("made", Cancel));
    }

    [Fact]
    public async Task A_file_lists_empty()
    {
        await SeedAsync(["file", "file2"]);

        Assert.Empty(await Store.ListKeysAsync("file", Cancel));
        Assert.Empty(await Store.AllKeysAsync("file", Cancel));
    }

    [Fact]
    public async Task The_order_is_that_of_UTF_8_bytes()
    {
        // As UTF-16, a surrogate pair is ordered below U+E000; as UTF-8, above it.
        string[] names = ["a", "B", "_", "é", "e\u0301", "\ue000", "\uff5e", "😀", "𐀀", "~", "-", "日本", "a\u00a0b", "Z", "0", "10", "9"];
        await SeedAsync(Held(names));

        Assert.Equal(Trees.InByteOrder(Held(names)), await Store.ListKeysAsync(StorePath.Root, Cancel));
        Assert.Equal(Trees.InByteOrder(Held(names)), await Store.AllKeysAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task Directories_stand_where_their_content_does()
    {
        string[] paths =
        [
            "x/file", "x-y", "x.y", "x y", "x!", "x+", "x,", "x0", "xa/file", "x-/file", "x./a", "x#/file", "x(1)/file", "😀/file", "\ue000/file", "\ue000x",
        ];
        paths = Held(paths);
        await SeedAsync(paths);
        var direct = paths.Select(p => p.IndexOf('/') is var slash and > 0 ? p[..(slash + 1)] : p);

        Assert.Equal(Trees.InByteOrder(direct), await Store.ListKeysAsync(StorePath.Root, Cancel));
        Assert.Equal(Trees.InByteOrder(paths), await Store.AllKeysAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task A_listing_longer_than_a_page_is_whole_and_in_order()
    {
        var names = Enumerable.Range(0, 2_500).Select(i => $"many/{i % 7}-{i:d5}").ToArray();
        await SeedAsync(names.Append("after").Append("many2/x"));

        Assert.Equal(Trees.InByteOrder(names), await Store.ListKeysAsync("many", Cancel));
        Assert.Equal(Trees.InByteOrder(names), await Store.AllKeysAsync("many", Cancel));
        Assert.Equal(["after", "many/", "many2/"], await Store.ListKeysAsync(StorePath.Root, Cancel));
        Assert.Equal(names.Length + 2, (await Store.AllKeysAsync(StorePath.Root, Cancel)).Count);
    }

    [Fact]
    public async Task Many_directories_are_listed_once_each()
    {
        var names = Enumerable.Range(0, 1_100).Select(i => $"d{i:d4}/{i % 3}").ToArray();
        await SeedAsync(names);

        Assert.Equal(names.Select(n => n[..6]), await Store.ListKeysAsync(StorePath.Root, Cancel));
        Assert.Equal(names, await Store.AllKeysAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task A_name_prefix_narrows_the_listing()
    {
        await SeedAsync(Shape);

        Assert.Equal(["a/b-x", "a/b.txt", "a/b/", "a/b0", "a/bc/"], await KeysAsync("a", new ListOptions { NamePrefix = "b" }));
        Assert.Equal(["a/bc/"], await KeysAsync("a", new ListOptions { NamePrefix = "bc" }));
        Assert.Equal(["a/b.txt"], await KeysAsync("a", new ListOptions { NamePrefix = "b." }));
        Assert.Empty(await KeysAsync("a", new ListOptions { NamePrefix = "x" }));
        Assert.Empty(await KeysAsync("a", new ListOptions { NamePrefix = "B" }));
        Assert.Empty(await KeysAsync("a", new ListOptions { NamePrefix = "B", Recursive = true }));
        Assert.Equal(["a-b", "a.b", "a/", "ab"], await KeysAsync(StorePath.Root, new ListOptions { NamePrefix = "a" }));
        Assert.Equal(
            ["a/b-x", "a/b.txt", "a/b/c/deep", "a/b/file", "a/b0", "a/bc/file"], await KeysAsync("a", new ListOptions { NamePrefix = "b", Recursive = true }));
        Assert.Equal(["a/b/c/deep"], await KeysAsync("a", new ListOptions { NamePrefix = "b/c", Recursive = true }));
    }

    [Fact]
    public async Task Empty_directories_are_listed_when_asked_for()
    {
        Needs(Can.Directories != DirectoryKind.None, "The store has no directories.");
        await SeedAsync(["full/file", "half/inner/file"]);
        foreach (var directory in new StorePath[] { "empty", "half/bare", "nest/a/b", "full" })
            await Store.MakeDirectoryAsync(directory, Cancel);

        Assert.Equal(["empty/", "full/file", "half/bare/", "half/inner/file", "nest/a/b/"], await Store.WholeTreeAsync(StorePath.Root, Cancel));
        Assert.Equal(["full/file", "half/inner/file"], await Store.AllKeysAsync(StorePath.Root, Cancel));
        Assert.Equal(["empty/", "full/", "half/", "nest/"], await Store.ListKeysAsync(StorePath.Root, Cancel));
        Assert.Equal(["half/bare/", "half/inner/"], await Store.ListKeysAsync("half", Cancel));
        Assert.Equal(["nest/a/b/"], await Store.WholeTreeAsync("nest", Cancel));
    }

    [Fact]
    public async Task A_marker_is_never_a_file()
    {
        Needs(Can.Directories != DirectoryKind.None, "The store has no directories.");
        await Store.MakeDirectoryAsync("made/inner", Cancel);
        await Store.PutAsync("made/file", "x", Cancel);

        Assert.Equal(["made/file", "made/inner/"], await Store.ListKeysAsync("made", Cancel));
        Assert.Equal(["made/file"], await Store.AllKeysAsync(StorePath.Root, Cancel));
        var all = new List<StoreEntry>();
        await foreach (var entry in Store.ListAsync(StorePath.Root, new ListOptions { Recursive = true, IncludeEmptyDirectories = true }, Cancel))
            all.Add(entry);
        Assert.Equal("made/file", Assert.Single(all, e => e.IsFile).Path.Value);
        Assert.All(all, e => Assert.DoesNotContain("//", e.OrderKey, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_and_a_directory_of_one_name_are_two_entries()
    {
        Needs(Can.Directories != DirectoryKind.Real, "The store's directories are real.");
        await SeedAsync(["both", "both/below", "both-x"]);

        Assert.Equal(["both", "both-x", "both/"], await Store.ListKeysAsync(StorePath.Root, Cancel));
        Assert.Equal(["both", "both-x", "both/below"], await Store.AllKeysAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task The_consumer_may_stop_early_and_begin_again()
    {
        await SeedAsync(Enumerable.Range(0, 300).Select(i => $"dir/{i:d3}"));
        for (var round = 0; round < 3; round++)
        {
            var taken = new List<string>();
            await foreach (var entry in Store.ListAsync("dir", null, Cancel))
            {
                taken.Add(entry.Path.Name);
                if (taken.Count == 5)
                    break;
            }
            Assert.Equal(["000", "001", "002", "003", "004"], taken);
        }
        Assert.Equal(300, (await Store.ListKeysAsync("dir", Cancel)).Count);
    }

    [Fact]
    public async Task A_listing_is_not_read_to_its_end_before_its_beginning_is_there()
    {
        await SeedAsync(Enumerable.Range(0, 3_000).Select(i => $"{i / 500}/{i:d4}"));
        var counting = new CountingListings(await Harness.OpenDriverAsync(Cancel));
        await using var store = new ArtifactStore(counting);

        await foreach (var entry in store.ListAsync(StorePath.Root, new ListOptions { Recursive = true }, Cancel))
        {
            Assert.Equal("0/0000", entry.Path.Value);
            break;
        }

        Assert.True(counting.Entries < 3_000, "All entries were requested although the first was sufficient.");
    }

    [Fact]
    public async Task Two_listings_at_once_do_not_disturb_each_other()
    {
        await SeedAsync(Enumerable.Range(0, 50).Select(i => $"dir/{i:d3}"));
        var listing = Store.ListAsync("dir", null, Cancel);

        await using var first = listing.GetAsyncEnumerator(Cancel);
        await using var second = listing.GetAsyncEnumerator(Cancel);
        for (var i = 0; i < 50; i++)
        {
            Assert.True(await first.MoveNextAsync());
            Assert.True(await second.MoveNextAsync());
            Assert.Equal(first.Current.Path, second.Current.Path);
        }
        Assert.False(await first.MoveNextAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Names_that_nobody_touches_are_listed_once_while_others_come_and_go(bool recursive)
    {
        var kept = Enumerable.Range(0, 1_200).Select(i => $"dir/{i:d4}").ToArray();
        await SeedAsync(kept.Concat(kept.Select(k => k + "-old")));
        var seen = new List<string>();
        await foreach (var entry in Store.ListAsync("dir", new ListOptions { Recursive = recursive }, Cancel))
        {
            if (seen.Count % 40 == 0)
            {
                // Removes names that were already listed, and removes and adds names that are not yet listed: a listing that counts entries would skip
                // some.
                var i = seen.Count / 40;
                await Store.RemoveAsync($"dir/{i:d4}-old", Cancel);
                await Store.RemoveAsync($"dir/{1_199 - i:d4}-old", Cancel);
                await Store.PutAsync($"dir/{1_199 - i:d4}-new", "new", Cancel);
            }
            seen.Add(entry.OrderKey);
        }

        Assert.Equal(Trees.InByteOrder(seen), seen);
        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Equal(kept, seen.Where(s => !s.EndsWith("-old", StringComparison.Ordinal) && !s.EndsWith("-new", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_listing_fails_where_listing_is_not_declared()
    {
        Needs(!Can.List, "The store lists.");
        await Expect.ErrorAsync(StoreErrorCode.Unsupported, () => Store.ListKeysAsync(StorePath.Root, Cancel));
    }

    private Task SeedAsync(IEnumerable<string> paths)
    {
        Needs(Can.List, "The store cannot list.");
        return Store.SeedAsync(paths, Cancel);
    }

    private string[] Held(string[] paths) => [.. paths.Where(p => Harness.CanHold(p))];

    private Task<List<string>> KeysAsync(StorePath directory, ListOptions options) => Store.ListAsync(directory, options, Cancel).KeysAsync();

    private sealed class CountingListings(StoreDriver inner) : DelegatingStoreDriver(inner)
    {
        private int _entries;

        public int Entries => _entries;

        public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(
            ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var page in Inner.ListAsync(request, cancellationToken))
            {
                Interlocked.Add(ref _entries, page.Count);
                yield return page;
            }
        }
    }
}
