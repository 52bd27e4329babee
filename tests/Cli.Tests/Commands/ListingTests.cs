using System.Globalization;

namespace Cairn.Cli.Tests.Commands;

public sealed class ListingTests
{
    [Fact]
    public async Task Ls_shows_a_folder_and_with_r_all_below()
    {
        using var box = await PrepareAsync();
        (await box.RunAsync("ls")).Ok().Lines.ShouldBe(["a.txt", "d/", "empty/"]);
        (await box.RunAsync("ls", ":d")).Ok().Lines.ShouldBe(["e/", "x.txt"]);
        (await box.RunAsync("ls", "-r", ":")).Ok().Lines.ShouldBe(["a.txt", "d/e/y.txt", "d/x.txt", "empty/"]);
        (await box.RunAsync("ls", ":d/x.txt")).Ok().Lines.ShouldBe(["x.txt"]);
        (await box.RunAsync("ls", ":nope")).Fails(1, "NotFound");
        (await box.RunAsync("ls", "-l", ":a.txt")).Ok().Output.ShouldMatch(@"^ +1  \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ  a.txt\n$");
    }

    [Fact]
    public async Task Json_is_one_object_on_each_line_with_an_address_that_works()
    {
        using var box = await PrepareAsync();
        var entries = (await box.RunAsync("ls", "-r", "default:d", "--json")).Ok().Json;
        entries.Select(e => e.GetProperty("name").GetString()).ShouldBe(["e/y.txt", "x.txt"]);
        entries.Select(e => e.GetProperty("address").GetString()).ShouldBe(["default:d/e/y.txt", "default:d/x.txt"]);
        entries[1].GetProperty("kind").GetString().ShouldBe("file");
        entries[1].GetProperty("length").GetInt64().ShouldBe(1);
        entries[1].GetProperty("etag").GetString().ShouldNotBeNullOrEmpty();
        DateTimeOffset.Parse(entries[1].GetProperty("modified").GetString()!, CultureInfo.InvariantCulture).ShouldBeGreaterThan(DateTimeOffset.UnixEpoch);
        (await box.RunAsync("cat", entries[0].GetProperty("address").GetString()!)).Ok().Output.ShouldBe("y");

        (await box.RunAsync("ls", ":", "--json")).Ok().Json[1].EnumerateObject().Select(m => m.Name).ShouldBe(["name", "address", "kind"], "a directory has no length");
    }

    [Fact]
    public async Task Find_lists_addresses_that_match()
    {
        using var box = await PrepareAsync();
        (await box.RunAsync("find", ":**/*.txt")).Ok().Lines.ShouldBe([":a.txt", ":d/e/y.txt", ":d/x.txt"]);
        (await box.RunAsync("find", "default:d/*.txt")).Ok().Lines.ShouldBe(["default:d/x.txt"]);
        (await box.RunAsync("find", ":d/**/[yz].{txt,md}")).Ok().Lines.ShouldBe([":d/e/y.txt"]);
        (await box.RunAsync("find", ":nothing/*")).Ok().Lines.ShouldBeEmpty();
        (await box.RunAsync("find", box["in/**/x.*"])).Ok().Lines.ShouldBe([box["in/d/x.txt"]]);
        (await box.RunAsync("find", ":**/x.txt", "--json")).Ok().Json.Single().GetProperty("address").GetString().ShouldBe(":d/x.txt");
        (await box.RunAsync("find", ":d/[")).Fails(2, "");
    }

    [Fact]
    public async Task Tree_draws_and_counts()
    {
        using var box = await PrepareAsync();
        (await box.RunAsync("tree", ":")).Ok().Output.ShouldBe("""
            :
            ├── a.txt
            ├── d/
            │   ├── e/
            │   │   └── y.txt
            │   └── x.txt
            └── empty/
            3 folders, 3 files, 3 B

            """.ReplaceLineEndings("\n"));
        (await box.RunAsync("tree", "--depth", "1", ":")).Ok().Lines.Length.ShouldBe(5);
        (await box.RunAsync("tree", ":", "--json")).Ok().Json.Select(e => e.GetProperty("name").GetString()).ShouldBe(["a.txt", "d", "d/e", "d/e/y.txt", "d/x.txt", "empty"]);
        (await box.RunAsync("tree", "--depth", "0", ":")).Fails(2, "--depth");
    }

    [Fact]
    public async Task Du_sums_each_entry_and_all()
    {
        using var box = await PrepareAsync();
        (await box.RunAsync("du", ":", "--json")).Ok().Json.Select(e => (e.GetProperty("address").GetString(), e.GetProperty("length").GetInt64(), e.GetProperty("files").GetInt64()))
            .ShouldBe([(":a.txt", 1, 1), (":d", 2, 2), (":", 3, 3)]);
        (await box.RunAsync("du", "-s", ":d")).Ok().Lines.Single().Split(' ', StringSplitOptions.RemoveEmptyEntries).ShouldBe(["2", "2", ":d"]);
        (await box.RunAsync("du", ":nope")).Fails(1, "NotFound");
    }

    [Fact]
    public async Task Stat_shows_what_is_known()
    {
        using var box = await PrepareAsync();
        var shown = await box.RunAsync("stat", ":a.txt", ":d", "--json");
        shown.Ok().Json[0].GetProperty("uri").GetString().ShouldBe("file://" + box[".cairn/store/a.txt"]);
        shown.Json[1].GetProperty("kind").GetString().ShouldBe("directory");
        (await box.RunAsync("stat", ":a.txt")).Ok().Output.ShouldContain("length    1\n");
        var mixed = await box.RunAsync("stat", ":nope", ":a.txt");
        mixed.Fails(1, "NotFound").Output.ShouldContain(":a.txt");
    }

    [Fact]
    public async Task Cat_writes_all_in_turn()
    {
        using var box = await PrepareAsync();
        (await box.RunAsync("cat", ":a.txt", ":d/x.txt", ":a.txt")).Ok().Output.ShouldBe("axa");
        (await box.RunAsync("cp", ":a.txt", ":d/x.txt", "-")).Ok().Output.ShouldBe("ax");
        (await box.RunAsync("cat", ":d")).Fails(1, "NotFound");
    }

    private static async Task<Sandbox> PrepareAsync()
    {
        var box = await Sandbox.CreateAsync();
        foreach (var (path, text) in new[] { ("a.txt", "a"), ("d/x.txt", "x"), ("d/e/y.txt", "y") })
            box.File("in/" + path, text);
        (await box.RunAsync("cp", "-r", box["in/."], ":")).Ok();
        (await box.RunAsync("mkdir", ":empty")).Ok();
        return box;
    }
}
