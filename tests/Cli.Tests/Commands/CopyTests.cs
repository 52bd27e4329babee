namespace Cairn.Cli.Tests.Commands;

/// <summary>Where copies end up: the cases of POSIX cp, from local files and between stores.</summary>
public sealed class CopyTests
{
    // source, target, options; what is in the target store afterwards. The source has a.txt, b.txt and d/ (x.txt, e/y.txt); the target has t.txt and td/ (k.txt).
    [Theory]
    [InlineData("a.txt", "new.txt", "new.txt=a", "t.txt=t", "td/k.txt=k")]
    [InlineData("a.txt", "t.txt", "t.txt=a", "td/k.txt=k")]
    [InlineData("a.txt", "td", "t.txt=t", "td/a.txt=a", "td/k.txt=k")]
    [InlineData("a.txt", "td/", "t.txt=t", "td/a.txt=a", "td/k.txt=k")]
    [InlineData("a.txt", "", "a.txt=a", "t.txt=t", "td/k.txt=k")]
    [InlineData("a.txt", "nd/", "nd/a.txt=a", "t.txt=t", "td/k.txt=k")]
    [InlineData("a.txt", "n/m/new.txt", "n/m/new.txt=a", "t.txt=t", "td/k.txt=k")]
    [InlineData("a.txt", "td/k.txt", "t.txt=t", "td/k.txt=a")]
    [InlineData("-r d", "nd", "nd/e/y.txt=y", "nd/x.txt=x", "t.txt=t", "td/k.txt=k")]
    [InlineData("-r d", "nd/", "nd/e/y.txt=y", "nd/x.txt=x", "t.txt=t", "td/k.txt=k")]
    [InlineData("-r d/", "nd", "nd/e/y.txt=y", "nd/x.txt=x", "t.txt=t", "td/k.txt=k")]
    [InlineData("-r d", "td", "t.txt=t", "td/d/e/y.txt=y", "td/d/x.txt=x", "td/k.txt=k")]
    [InlineData("-r d/.", "nd", "nd/e/y.txt=y", "nd/x.txt=x", "t.txt=t", "td/k.txt=k")]
    [InlineData("-r d/.", "td", "t.txt=t", "td/e/y.txt=y", "td/k.txt=k", "td/x.txt=x")]
    [InlineData("-r d", "", "d/e/y.txt=y", "d/x.txt=x", "t.txt=t", "td/k.txt=k")]
    [InlineData("-r a.txt", "new.txt", "new.txt=a", "t.txt=t", "td/k.txt=k")]
    [InlineData("a.txt b.txt", "td", "t.txt=t", "td/a.txt=a", "td/b.txt=b", "td/k.txt=k")]
    [InlineData("a.txt b.txt", "nd/", "nd/a.txt=a", "nd/b.txt=b", "t.txt=t", "td/k.txt=k")]
    [InlineData("-r a.txt d", "nd/", "nd/a.txt=a", "nd/d/e/y.txt=y", "nd/d/x.txt=x", "t.txt=t", "td/k.txt=k")]
    [InlineData("-r a.txt d", "td", "t.txt=t", "td/a.txt=a", "td/d/e/y.txt=y", "td/d/x.txt=x", "td/k.txt=k")]
    public async Task It_lands_where_posix_has_it(string source, string target, params string[] expected)
    {
        foreach (var fromStore in new[] { false, true })
        {
            using var box = await Sandbox.CreateAsync();
            var prefix = await PrepareAsync(box, fromStore);
            string[] args = [.. source.Split(' ').Select(s => s.StartsWith('-') ? s : prefix + s), "second:" + target];
            (await box.RunAsync(["cp", .. args])).Ok();
            (await box.TreeAsync("second:")).ShouldBe(expected, $"from a store: {fromStore}");
        }
    }

    [Theory]
    [InlineData("d", "nd", "it is a folder")]
    [InlineData("-r d", "t.txt", "file")]
    [InlineData("a.txt b.txt", "t.txt", "file")]
    [InlineData("a.txt b.txt", "nd", "the folder does not exist")]
    [InlineData("a.txt", "t.txt/", "file")]
    [InlineData("a.txt/", "new.txt", "ends with '/'")]
    [InlineData("nope.txt", "new.txt", "NotFound")]
    [InlineData("--no-replace a.txt", "t.txt", "AlreadyExists")]
    [InlineData("a.txt", "t.txt/deeper.txt", "PathConflict")]
    public async Task What_cannot_be_is_refused_and_changes_nothing(string source, string target, string expected)
    {
        using var box = await Sandbox.CreateAsync();
        var prefix = await PrepareAsync(box, fromStore: false);
        string[] args = [.. source.Split(' ').Select(s => s.StartsWith('-') ? s : prefix + s), "second:" + target];
        (await box.RunAsync(["cp", .. args])).Fails(1, expected);
        (await box.TreeAsync("second:")).ShouldBe(["t.txt=t", "td/k.txt=k"]);
    }

    [Fact]
    public async Task A_file_onto_a_folder_of_its_name_is_refused()
    {
        using var box = await Sandbox.CreateAsync();
        var prefix = await PrepareAsync(box, fromStore: false);
        (await box.RunAsync("mkdir", "second:td/a.txt")).Ok();
        (await box.RunAsync("cp", prefix + "a.txt", "second:td")).Fails(1, "a folder exists at that path");
    }

    [Fact]
    public async Task The_content_of_a_folder_is_meant_by_a_final_dot_and_by_a_store()
    {
        using var box = await Sandbox.CreateAsync();
        await PrepareAsync(box, fromStore: true);
        (await box.RunAsync("cp", "-r", box["source/d/."], "second:td")).Ok();
        (await box.TreeAsync("second:td")).ShouldBe(["e/y.txt=y", "k.txt=k", "x.txt=x"]);
        (await box.RunAsync("cp", "-r", "second:", box["out"])).Ok();
        File.ReadAllText(box["out/td/e/y.txt"]).ShouldBe("y");
    }

    [Fact]
    public async Task One_failure_does_not_stop_the_others()
    {
        using var box = await Sandbox.CreateAsync();
        var prefix = await PrepareAsync(box, fromStore: false);
        var result = await box.RunAsync("cp", prefix + "nope", prefix + "a.txt", prefix + "d", prefix + "b.txt", "second:td");
        result.Code.ShouldBe(1);
        result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(2);
        (await box.TreeAsync("second:td")).ShouldBe(["a.txt=a", "b.txt=b", "k.txt=k"]);
    }

    [Theory]
    [InlineData(":a.txt", ":a.txt")]
    [InlineData(":a.txt", ":")]
    [InlineData(":a.txt", "default:a.txt")]
    [InlineData(":a.txt", "BOX/.cairn/store/a.txt")]
    [InlineData(":a.txt", "file://BOX/.cairn/store/a.txt")]
    [InlineData(":a.txt", "BOX/link/a.txt")]
    public async Task Onto_itself_it_is_refused_however_it_is_written(string source, string target)
    {
        using var box = await Sandbox.CreateAsync();
        (await box.RunAsync("cp", Files.Quick(box), ":a.txt")).Ok();
        Directory.CreateSymbolicLink(box["link"], box[".cairn/store"]);
        foreach (var verb in new[] { "cp", "mv" })
        {
            (await box.RunAsync(verb, source, target.Replace("BOX", box.Folder, StringComparison.Ordinal))).Fails(1, "are the same");
            (await box.TreeAsync(":")).ShouldBe(["a.txt=quick"]);
        }
    }

    [Fact]
    public async Task A_folder_into_itself_is_refused()
    {
        using var box = await Sandbox.CreateAsync();
        await PrepareAsync(box, fromStore: false);
        (await box.RunAsync("cp", "-r", box.Folder, ":copy")).Fails(1, "is inside it");
        (await box.RunAsync("cp", "-r", "second:td", "second:td/deeper")).Fails(1, "is inside it");
        (await box.RunAsync("cp", "-r", "second:td", "second:td")).Fails(1, "is inside it");
        (await box.RunAsync("mv", "second:td", "second:td/deeper")).Fails(1, "is inside it");
        (await box.TreeAsync("second:")).ShouldBe(["t.txt=t", "td/k.txt=k"]);
    }

    [Fact]
    public async Task Between_stores_and_a_uri_the_bytes_stay_the_same()
    {
        using var box = await Sandbox.CreateAsync();
        await PrepareAsync(box, fromStore: false);
        var bytes = new byte[3_000_000];
        new Random(4).NextBytes(bytes);
        File.WriteAllBytes(box["big.bin"], bytes);
        (await box.RunAsync("cp", box["big.bin"], "default:big.bin")).Ok();
        (await box.RunAsync("cp", "default:big.bin", "second:td")).Ok();
        (await box.RunAsync("cp", "second:td/big.bin", "file://" + box["back.bin"])).Ok();
        File.ReadAllBytes(box["back.bin"]).ShouldBe(bytes);
    }

    [Fact]
    public async Task Odd_names_are_content()
    {
        using var box = await Sandbox.CreateAsync();
        foreach (var name in new[] { "a b", "%41", "#?+", "-dash", "ü", "a:b", "@file", "[x]", "*" })
        {
            box.File("in/" + name, name);
            (await box.RunAsync("cp", box["in/" + name], ":odd/" + name)).Ok();
        }
        (await box.TreeAsync(":odd")).ShouldBe(Directory.GetFiles(box["in"]).Select(Path.GetFileName).Order(Comparer<string?>.Create((a, b) => Utf8Order.Compare(a!, b!))).Select(n => $"{n}={n}"));
    }

    [Fact]
    public async Task Misuse_is_code_2()
    {
        using var box = await Sandbox.CreateAsync();
        (await box.RunAsync("cp", "one")).Fails(2, "Only one address");
        (await box.RunAsync("cp")).Fails(2, "");
        (await box.RunAsync("cp", "--nope", "a", "b")).Fails(2, "--nope");
        (await box.RunAsync("cp", ":a/../b", ":c")).Fails(2, "'..'");
        (await box.RunAsync("cp", "-", "x", ":c")).Fails(2, "'-'");
        (await box.RunAsync("cp", "-", "-")).Fails(2, "'-'");
        (await box.RunAsync("cp", "-", ":")).Fails(2, "root");
    }

    private static async Task<string> PrepareAsync(Sandbox box, bool fromStore)
    {
        box.File("source/a.txt", "a");
        box.File("source/b.txt", "b");
        box.File("source/d/x.txt", "x");
        box.File("source/d/e/y.txt", "y");
        box.File("target/t.txt", "t");
        box.File("target/td/k.txt", "k");
        (await box.RunAsync("store", "register", "second", "--root", box["target"], "--option", "durability=none")).Ok();
        if (!fromStore)
            return box["source/"];
        (await box.RunAsync("cp", "-r", box["source"], ":source")).Ok();
        return ":source/";
    }
}
