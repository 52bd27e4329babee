using Cairn.Providers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>Tests that <see cref="ListOptions.StartAfter"/> is exclusive and compares order keys, for all kinds of positions.</summary>
public abstract class OffsetExclusivityTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    private static readonly string[] Paths =
    [
        "a a/b.file", "a%2Fa.file", "a-b", "a/a file", "a/a%2F.file", "a/a.file", "a/a/b.file", "a/b.file", "a/😀.file", "a/\ue000.file", "aa/a.file", "ab/a.file", "b",
    ];

    // Positions before all entries, at a file, at a directory, between names, inside a directory, at a missing entry, after all entries, and around the
    // surrogates.
    private static readonly string[] Positions =
    [
        " ", "a", "a ", "a a/", "a a/b.file", "a%2Fa.file", "a-", "a-b", "a-b0", "a/", "a/a", "a/a file", "a/a.file", "a/a.fild", "a/a.file0", "a/a/", "a/a/b.file", "a/a0",
        "a/b", "a/b.file", "a/\ue000.file", "a/\uffef", "a/😀", "a/😀.file", "a/😁", "a0", "aa", "aa/", "aa/a.file", "aa0", "ab/a.file", "ac", "b", "b/", "zzz",
    ];

    [Theory]
    [InlineData("", false)]
    [InlineData("", true)]
    [InlineData("a", false)]
    [InlineData("a", true)]
    [InlineData("a/a", true)]
    [InlineData("aa", false)]
    public async Task What_follows_is_listed_and_the_position_itself_is_not(string directory, bool recursive)
    {
        var all = await SeedAndListAsync(directory, recursive);
        foreach (var position in Positions)
        {
            var expected = all.Where(key => Utf8Order.Compare(key, position) > 0);
            var actual = await Store.ListAsync(directory, new ListOptions { Recursive = recursive, StartAfter = position }, Cancel).KeysAsync();
            Assert.True(expected.SequenceEqual(actual), $"After '{position}' in '{directory}': expected [{string.Join(' ', expected)}], listed [{string.Join(' ', actual)}]");
        }
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("", true)]
    [InlineData("a", true)]
    public async Task Each_key_of_a_listing_is_a_position_to_go_on_from(string directory, bool recursive)
    {
        var all = await SeedAndListAsync(directory, recursive);
        for (var i = 0; i < all.Count; i++)
            Assert.Equal(all.Skip(i + 1), await Store.ListAsync(directory, new ListOptions { Recursive = recursive, StartAfter = all[i] }, Cancel).KeysAsync());
    }

    [Fact]
    public async Task A_position_and_a_name_prefix_hold_together()
    {
        await SeedAndListAsync("", recursive: false);
        var options = new ListOptions { Recursive = true, NamePrefix = "a", StartAfter = "a/a.file" };

        Assert.Equal(["a/a/b.file"], await Store.ListAsync("a", options, Cancel).KeysAsync());
    }

    [Fact]
    public async Task The_driver_itself_begins_after_the_position()
    {
        await SeedAndListAsync("", recursive: false);
        await using var driver = await Harness.OpenDriverAsync(Cancel);
        foreach (var recursive in new[] { false, true })
        {
            foreach (var position in Positions)
            {
                var keys = new List<string>();
                await foreach (var page in driver.ListAsync(new ListRequest(StorePath.Root, recursive) { StartAfter = position }, Cancel))
                    keys.AddRange(page.Select(e => e.OrderKey));
                Assert.All(keys, key => Assert.True(Utf8Order.Compare(key, position) > 0, $"'{key}' does not come after '{position}'."));
            }
        }
    }

    private async Task<List<string>> SeedAndListAsync(string directory, bool recursive)
    {
        Needs(Can.List, "The store cannot list.");
        await Store.SeedAsync(Paths.Where(p => Harness.CanHold(p)), Cancel);
        return await Store.ListAsync(directory, new ListOptions { Recursive = recursive }, Cancel).KeysAsync();
    }
}
