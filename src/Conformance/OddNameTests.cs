using Cairn.Providers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>
/// Tests names that often cause errors: each is stored exactly, or refused with <see cref="StoreErrorCode.PathConflict"/> without loss of other content.
/// </summary>
public abstract class OddNameTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    /// <summary>Gets single names with a description.</summary>
    public static TheoryData<string, string> Names { get; } = new()
    {
        { "space inside", "a b" }, { "space first", " a" }, { "space last", "a " }, { "only a space", " " }, { "many spaces", "  a  b  " }, { "no-break space", "a\u00a0b" },
        { "hash", "a#b" }, { "question mark", "a?b" }, { "plus", "a+b" }, { "ampersand", "a&b" }, { "semicolon", "a;b" }, { "equals", "a=b" }, { "comma", "a,b" },
        { "colon", "a:b" }, { "at", "a@b" }, { "dollar", "$HOME" }, { "tilde", "~" }, { "tilde user", "~root" }, { "bang", "!a" }, { "caret", "a^b" }, { "backtick", "a`id`b" },
        { "pipe", "a|b" }, { "angle brackets", "<a>" }, { "star", "a*b" }, { "brackets", "a[0]{b,c}(d)" }, { "single quote", "I'm" }, { "double quote", "a\"b\"" },
        { "xml", "I'm a < & weird path &amp; &#10;" }, { "backslash", "a\\b" }, { "backslashes that climb", "..\\..\\a" }, { "drive letter", "C:" }, { "drive path", "C:\\a" },
        { "percent", "100%" }, { "percent escape", "%41" }, { "percent slash", "a%2Fb" }, { "percent lower slash", "a%2fb" }, { "percent dots", "%2e%2e" },
        { "double percent", "%2541" }, { "percent nul", "a%00b" }, { "percent that is none", "%Q" }, { "percent space", "a%20b" }, { "percent unicode", "%E2%82%AC" },
        { "hex escape as others have it", "a__0x2f__b" }, { "unicode escape", "a\\u0041" }, { "dot first", ".hidden" }, { "three dots", "..." }, { "four dots", "...." },
        { "dots inside", "a..b" }, { "dots last", "a.." }, { "dot last", "a." }, { "dots first", "..a" }, { "dash", "-" }, { "dashes", "--help" }, { "underscore", "_" },
        { "tab", "a\tb" }, { "line feed", "a\nb" }, { "carriage return", "a\rb" }, { "both", "a\r\nb" }, { "control", "a\u0001b" }, { "escape", "a\u001b[31mb" },
        { "delete", "a\u007fb" }, { "next line", "a\u0085b" }, { "line separator", "a\u2028b" }, { "composed", "\u00e9" }, { "decomposed", "e\u0301" },
        { "angstrom sign", "\u212b" }, { "ligature", "\ufb01" }, { "full width", "\uff21" }, { "sharp s", "Straße" }, { "dotless i", "ıİ" }, { "japanese", "日本語.txt" },
        { "cyrillic", "Привет" }, { "emoji", "😀" }, { "family emoji", "👨‍👩‍👧" }, { "flags", "🇦🇺" }, { "right to left", "שלום" }, { "right to left override", "a\u202etxt.exe" },
        { "zero width space", "a\u200bb" }, { "byte order mark", "\ufeffa" }, { "replacement", "a\ufffdb" }, { "private use", "\ue000" }, { "last plane", "\U0010fffd" },
        { "device", "CON" }, { "device with extension", "nul.txt" }, { "printer", "lpt1" }, { "dots and a name", "..x" },
        { "uri", "http:" }, { "query", "a?b=c&d=e#f" }, { "number", "0" }, { "negative", "-1" }, { "null word", "null" }, { "undefined", "undefined" },
        { "temporary", "a.tmp" }, { "lock", ".lock" }, { "partial", "a.part" }, { "backup", "a~" }, { "cairn", ".cairn" }, { "desktop", ".DS_Store" }, { "marker of others", "_$folder$" },
        { "255 bytes", new string('n', 255) }, { "255 bytes of three each", new string('世', 85) },
    };

    /// <summary>Gets pairs of names that a faulty store may treat as equal.</summary>
    public static TheoryData<string, string> Pairs { get; } = new()
    {
        { "A", "%41" }, { "a/b", "a%2Fb" }, { "a%2Fb", "a%2fb" }, { "%41", "%2541" }, { "a b", "a%20b" }, { "a b", "a+b" }, { "a+b", "a%2Bb" }, { "a", "a " }, { "a", " a" },
        { "a", "a." }, { "a#b", "a" }, { "a?b", "a" }, { "a#b", "a%23b" }, { "a?b", "a%3Fb" }, { "a&b", "a&amp;b" }, { "a\\b", "a/b" }, { "\u00e9", "e\u0301" }, { "\u212b", "\u00c5" },
        { "\ufb01", "fi" }, { "\uff21", "A" }, { "a\u200bb", "ab" }, { "\ufeffa", "a" }, { "a\nb", "a\\nb" }, { "file", "FILE" }, { "straße", "STRASSE" }, { "ı", "i" },
        { "a..b", "b" }, { "HELLO/x", "%48%45%4C%4C%4F/x" }, { "a=b", "a%3Db" }, { "~", "%7E" }, { "a:b", "a%3Ab" }, { "a\"b", "a%22b" }, { "a'b", "a%27b" },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_name_is_held_as_it_is_or_refused(string odd, string name)
    {
        Assert.NotNull(odd);
        await Store.PutAsync("bystander", "bystander", Cancel);
        foreach (var path in new StorePath[] { name, StorePath.Parse("dir/" + name), StorePath.Parse(name + "/file") })
        {
            if (Harness.CanHold(path))
                await AssertHeldAsync(path);
            else
                await Expect.ErrorAsync(StoreErrorCode.PathConflict, () => Store.PutAsync(path, "x", Cancel));
        }

        Assert.Equal("bystander", await Store.ReadTextAsync("bystander", cancellationToken: Cancel));
        Assert.Equal(["bystander"], await Store.WholeTreeAsync(StorePath.Root, Cancel));
        if (await RawNamesAsync() is { } names)
            Assert.Equal(["bystander"], names);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Two_names_are_two_files(string one, string other)
    {
        Needs(Harness.CanHold(one) && Harness.CanHold(other), "The store cannot hold both names, and refuses the one.");
        if (Can.Directories == DirectoryKind.Real)
            Assert.False(StorePath.Parse(one).IsUnder(other) || StorePath.Parse(other).IsUnder(one), "The pair is not valid.");
        await Store.WriteTextAsync(one, "one", WriteMode.CreateNew, cancellationToken: Cancel);
        Assert.False(await Store.ExistsAsync(other, Cancel), $"Only '{one}' was written, but '{other}' exists.");
        await Store.WriteTextAsync(other, "other", WriteMode.CreateNew, cancellationToken: Cancel);

        Assert.Equal("one", await Store.ReadTextAsync(one, cancellationToken: Cancel));
        Assert.Equal("other", await Store.ReadTextAsync(other, cancellationToken: Cancel));
        Assert.Equal(Trees.InByteOrder([one, other]), await Store.AllKeysAsync(StorePath.Root, Cancel));
        Assert.True(await Store.RemoveAsync(one, Cancel));
        Assert.Equal([other], await Store.AllKeysAsync(StorePath.Root, Cancel));
        Assert.Equal("other", await Store.ReadTextAsync(other, cancellationToken: Cancel));
    }

    [Fact]
    public async Task All_names_live_side_by_side()
    {
        var held = Names.Select(row => row.Data.Item2).Where(name => Harness.CanHold(name)).ToArray();
        await Store.SeedAsync(held.Select(name => "side/" + name), Cancel);

        Assert.Equal(Trees.InByteOrder(held.Select(name => "side/" + name)), await Store.ListKeysAsync("side", Cancel));
        foreach (var (path, content) in await Store.ContentsAsync("side", Cancel))
            Assert.Equal("side/" + path, content);
        Assert.Equal(held.Length, await Store.RemoveTreeAsync("side", Cancel));
    }

    [Fact]
    public async Task The_storage_holds_the_very_names()
    {
        var paths = Names.Select(row => StorePath.Parse($"raw/{row.Data.Item2}/leaf")).Where(path => Harness.CanHold(path)).Select(p => p.Value).ToArray();
        await Store.SeedAsync(paths, Cancel);
        var names = await RawNamesAsync();
        Needs(names is not null, "The harness does not see raw names.");

        Assert.Equal(Trees.InByteOrder(paths), Trees.InByteOrder(names!));
    }

    [Fact]
    public async Task A_deep_path_is_held()
    {
        var path = StorePath.Parse(string.Join('/', Enumerable.Range(0, 100).Select(i => $"d{i}")));
        Needs(Harness.CanHold(path), "The store cannot hold so deep a path.");
        await AssertHeldAsync(path);
        Assert.Empty(await Store.WholeTreeAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task A_name_longer_than_any_store_holds_is_refused_whole()
    {
        StorePath path = string.Join('/', Enumerable.Repeat(new string('n', 2_000), 20));
        Needs(!Harness.CanHold(path), "The store holds names of any length.");
        await Store.PutAsync("bystander", "bystander", Cancel);

        await Expect.ErrorAsync(StoreErrorCode.PathConflict, () => Store.PutAsync(path, "x", Cancel));
        Assert.False(await Store.ExistsAsync(path, Cancel));
        Assert.Equal(["bystander"], await Store.WholeTreeAsync(StorePath.Root, Cancel));
    }

    private async Task AssertHeldAsync(StorePath path)
    {
        var copy = StorePath.Parse("copy of/" + path.Value);
        var content = $"content of {path}";
        await Store.WriteTextAsync(path, content, WriteMode.CreateNew, cancellationToken: Cancel);

        Assert.Equal(path, (await Store.StatAsync(path, Cancel)).Path);
        Assert.Equal(content, await Store.ReadTextAsync(path, cancellationToken: Cancel));
        Assert.Contains(path.Value, await Store.ListKeysAsync(path.Parent, Cancel));
        Assert.Contains(path.Value, await Store.AllKeysAsync(StorePath.Root, Cancel));
        if (!path.Parent.IsRoot)
            Assert.True(await Store.IsDirectoryAsync(path.Parent, Cancel));
        if (Harness.CanHold(copy))
        {
            await Store.CopyAsync(path, copy, WriteMode.CreateNew, Cancel);
            Assert.Equal(content, await Store.ReadTextAsync(copy, cancellationToken: Cancel));
            Assert.True(await Store.RemoveAsync(copy, Cancel));
        }
        Assert.True(await Store.RemoveAsync(path, Cancel));
        Assert.False(await Store.ExistsAsync(path, Cancel));
    }
}
