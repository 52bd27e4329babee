using System.Collections.Concurrent;
using Cairn.Providers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>Tests globs: the files that they find, in listing order, and that a literal prefix of a pattern limits the listing.</summary>
public abstract class GlobTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    private static readonly string[] Files =
    [
        "readme.md", "README.MD", "src/a.cs", "src/b.cs", "src/a.cs.bak", "src/sub/c.cs", "src/sub/deep/d.cs", "src/sub/notes.txt", "src-x/e.cs", "tests/a.cs", ".hidden/x.cs",
        "src/.config", "data/[1].csv", "data/1.csv", "data/12.csv", "data/a{b}.csv", "data/weird name.cs", "data/é.cs", "data/😀.cs", "data/\\.cs", "data/!.csv",
    ];

    /// <summary>Gets patterns and the files that they find.</summary>
    public static TheoryData<string, string> Patterns { get; } = new()
    {
        { "readme.md", "readme.md" },
        { "*.md", "readme.md" },
        { "src/*.cs", "src/a.cs|src/b.cs" },
        { "src/*", "src/.config|src/a.cs|src/a.cs.bak|src/b.cs" },
        { "src/**/*.cs", "src/a.cs|src/b.cs|src/sub/c.cs|src/sub/deep/d.cs" },
        { "src/**/d.cs", "src/sub/deep/d.cs" },
        { "src/**/sub/**/*.cs", "src/sub/c.cs|src/sub/deep/d.cs" },
        { "**/deep/**", "src/sub/deep/d.cs" },
        { "**/a.cs", "src/a.cs|tests/a.cs" },
        { "src/sub/**", "src/sub/c.cs|src/sub/deep/d.cs|src/sub/notes.txt" },
        { "src/sub", "" },
        { "src", "" },
        { "*/a.cs", "src/a.cs|tests/a.cs" },
        { "*/*/c.cs", "src/sub/c.cs" },
        { "src/?.cs", "src/a.cs|src/b.cs" },
        { "src/[ab].cs", "src/a.cs|src/b.cs" },
        { "src/[!a].cs", "src/b.cs" },
        { "src/[b-z].cs", "src/b.cs" },
        { "{src,tests}/a.cs", "src/a.cs|tests/a.cs" },
        { "src/{a,sub/c}.cs", "src/a.cs|src/sub/c.cs" },
        { "{src/sub/*.txt,readme.md}", "readme.md|src/sub/notes.txt" },
        { "src/{b,a,[ab]}.cs", "src/a.cs|src/b.cs" },
        { "data/[[]1].csv", "data/[1].csv" },
        { "data/?.csv", "data/!.csv|data/1.csv" },
        { "data/[0-9].csv", "data/1.csv" },
        { "data/a[{]b[}].csv", "data/a{b}.csv" },
        { "data/weird name.cs", "data/weird name.cs" },
        { "data/?.cs", "data/\\.cs|data/é.cs|data/😀.cs" },
        { "data/\\.cs", "data/\\.cs" },
        { "src*/*.cs", "src-x/e.cs|src/a.cs|src/b.cs" },
        { ".hidden/*", ".hidden/x.cs" },
        { "SRC/*.cs", "" },
        { "missing/**", "" },
        { "**/missing", "" },
        { "src/a.cs/**", "" },
        { "src/a.cs/*", "" },
    };

    [Theory]
    [MemberData(nameof(Patterns))]
    public async Task A_pattern_finds_its_files(string pattern, string expected)
    {
        var held = await SeedAsync();

        Assert.Equal(expected.Split('|', StringSplitOptions.RemoveEmptyEntries).Where(held.Contains), await GlobAsync(pattern));
    }

    [Fact]
    public async Task Two_stars_find_everything_in_order()
    {
        var held = await SeedAsync();

        Assert.Equal(Trees.InByteOrder(held), await GlobAsync("**"));
        Assert.Equal(Trees.InByteOrder(held.Where(f => f.EndsWith(".cs", StringComparison.Ordinal))), await GlobAsync("**/*.cs"));
    }

    [Fact]
    public async Task Empty_directories_and_markers_are_no_files()
    {
        Needs(Can.List && Can.Directories != DirectoryKind.None, "The store has no directories.");
        await Store.MakeDirectoryAsync("made/empty", Cancel);
        await Store.PutAsync("made/file", "x", Cancel);

        Assert.Equal(["made/file"], await GlobAsync("**"));
        Assert.Equal(["made/file"], await GlobAsync("made/*"));
        Assert.Empty(await GlobAsync("made/empty"));
    }

    [Fact]
    public async Task What_is_found_has_the_facts_of_a_listing()
    {
        Needs(Can.List, "The store cannot list.");
        await Store.PutAsync("dir/file.txt", "content", Cancel);
        var stat = await Store.StatAsync("dir/file.txt", Cancel);
        foreach (var pattern in new[] { "dir/*.txt", "**", "dir/file.txt" })
        {
            var found = new List<StoreEntry>();
            await foreach (var entry in Store.GlobAsync(pattern, Cancel))
                found.Add(entry);
            var info = Assert.Single(found);
            Assert.Equal((stat.Path, stat.Length, stat.ETag), (info.Path, info.Length, info.ETag));
        }
    }

    [Theory]
    [InlineData("src/sub/*.txt", "src/sub")]
    [InlineData("src/sub/**", "src/sub")]
    [InlineData("src/{a,b}.cs", "src")]
    public async Task The_literal_head_of_a_pattern_spares_the_rest_of_the_store(string pattern, string head)
    {
        await SeedAsync();
        var recording = new RecordingListings(await Harness.OpenDriverAsync(Cancel));
        await using var store = new ArtifactStore(recording);

        Assert.NotEmpty(await store.GlobAsync(pattern, Cancel).KeysAsync());
        Assert.All(recording.Directories, d => Assert.True(d.IsUnder(head), $"To find {pattern}, '{d}' was listed."));
    }

    [Fact]
    public async Task Many_files_are_found_once_each()
    {
        Needs(Can.List, "The store cannot list.");
        var paths = Enumerable.Range(0, 1_200).Select(i => $"many/{(i < 1_100 ? 0 : 1)}/{i:d4}.{(i % 2 == 0 ? "txt" : "bin")}").ToArray();
        await Store.SeedAsync(paths, Cancel);

        Assert.Equal(Trees.InByteOrder(paths.Where(p => p.EndsWith(".txt", StringComparison.Ordinal))), await GlobAsync("many/*/*.txt"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a//b")]
    [InlineData("../a")]
    [InlineData("[a")]
    [InlineData("{a,b")]
    public async Task A_pattern_that_is_none_is_misuse(string pattern)
    {
        Needs(Can.List, "The store cannot list.");
        await Assert.ThrowsAnyAsync<ArgumentException>(() => GlobAsync(pattern));
    }

    private async Task<HashSet<string>> SeedAsync()
    {
        Needs(Can.List, "The store cannot list.");
        HashSet<string> held = [.. Files.Where(f => Harness.CanHold(f))];
        await Store.SeedAsync(held, Cancel);
        return held;
    }

    private Task<List<string>> GlobAsync(string pattern) => Store.GlobAsync(pattern, Cancel).KeysAsync();

    private sealed class RecordingListings(StoreDriver inner) : DelegatingStoreDriver(inner)
    {
        public ConcurrentQueue<StorePath> Directories { get; } = [];

        public override IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, CancellationToken cancellationToken)
        {
            Directories.Enqueue(request.Directory);
            return Inner.ListAsync(request, cancellationToken);
        }
    }
}
