using System.Text.Json;

namespace Cairn.Cli.Tests.Commands.Assets;

public sealed class AssetListTests
{
    [Fact]
    public async Task Assets_are_listed_by_name_with_what_people_look_for()
    {
        using var box = await FilledAsync();
        (await box.AssetAsync("list")).Ok().Lines.ShouldBe([
            "churn      model  2  candidate → 2, production → 1  team:risk",
            "sets/iris  table  1  -                              reviewed",
            "sets/wine  table  1  gold → 1",
            "zebra      -      1  -"]);
        (await NamesAsync(box, "--limit", "2")).ShouldBe(["churn", "sets/iris"]);
        (await box.AssetAsync("list", "--json")).Ok().Json[0].GetProperty("aliases").Number("candidate").ShouldBe(2);
    }

    [Theory]
    [InlineData("sets/", "sets/iris sets/wine")]
    [InlineData("SETS/I", "sets/iris")]
    [InlineData("*i*", "sets/iris sets/wine")]
    [InlineData("s*E", "sets/wine")]
    [InlineData("?hurn", "churn")]
    [InlineData("churn*", "churn")]
    [InlineData("hurn", "")]
    [InlineData("--type table", "sets/iris sets/wine")]
    [InlineData("--tag reviewed", "sets/iris")]
    [InlineData("--alias production", "churn")]
    [InlineData("--alias gold --type model", "")]
    [InlineData("--where auc>0.9", "churn sets/iris")]
    [InlineData("--where auc>=0.95", "churn sets/iris")]
    [InlineData("--where auc<1", "churn")]
    [InlineData("--where auc=1", "sets/iris")]
    [InlineData("--where auc>0.9 --where site.region=north", "churn")]
    [InlineData("--where site.region>m", "churn")]
    [InlineData("--where ok=true", "sets/wine")]
    [InlineData("--where zip=\"007\"", "zebra")]
    [InlineData("--where zip=7", "")]
    [InlineData("--since 1d", "churn sets/iris sets/wine zebra")]
    [InlineData("--since 0s", "")]
    [InlineData("--since 1d --type model", "churn")]
    [InlineData("--order time", "churn zebra sets/wine sets/iris")]
    [InlineData("--deleted", "churn gone sets/iris sets/wine zebra")]
    public async Task A_list_is_narrowed(string args, string expected)
    {
        using var box = await FilledAsync();
        (await NamesAsync(box, args.Split(' '))).ShouldBe(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Bad_conditions_are_misuse()
    {
        using var box = await FilledAsync();
        foreach (string[] args in new string[][] { ["--where", "auc"], ["--where", ">1"], ["--where", ""], ["--where", "t>time:never"], ["--order", "size"], ["--limit", "0"], ["--since", "never"], ["--alias", "latest"] })
            (await box.AssetAsync(["list", .. args])).Code.ShouldBe(2, string.Join(' ', args));
        (await box.AssetAsync("search", " ")).Code.ShouldBe(2);
        (await box.AssetAsync("list", "--store", box["nowhere"])).Fails(1, "there is no catalog");
        Directory.Exists(box["nowhere"]).ShouldBeFalse();
    }

    [Fact]
    public async Task Words_are_searched_in_names_descriptions_tags_and_metadata()
    {
        using var box = await FilledAsync();
        (await box.AssetAsync("update", "churn", "--description", "Weekly retrained for Éire.")).Ok();
        Hits(await box.AssetAsync("search", "weekly", "eire", "--json")).ShouldBe(["churn"]);
        Hits(await box.AssetAsync("search", "north", "--json")).ShouldBe(["churn:2"]);
        Hits(await box.AssetAsync("search", "iri", "--json")).ShouldBe(["sets/iris", "sets/iris:1"]);
        Hits(await box.AssetAsync("search", "iri", "--limit", "1", "--json")).ShouldBe(["sets/iris"]);
        Hits(await box.AssetAsync("search", "gone", "--json")).ShouldBeEmpty();
        (await box.AssetAsync("search", "weekly")).Ok().Output.ShouldBe("churn  model  Weekly retrained for Éire.\n");

        static string[] Hits(CliResult result) => [.. result.Ok().Json.Select(j => j.Text("kind") == "asset" ? j.Text("name") : j.Text("reference"))];
    }

    [Fact]
    public async Task A_cached_list_asks_nothing_and_says_how_old_it_is()
    {
        using var box = await FilledAsync();
        var without = await box.AssetAsync("list", "--cached");
        without.Fails(1, "this machine has no index of the catalog (NotFound). Build it with 'cairn catalog sync'");
        (await box.AssetAsync("list")).Ok();
        (await box.SaveAsync("later", "later")).ShouldBe("later:1 new");
        // Without the store, only the index can answer.
        Directory.Move(box[".cairn/store"], box["away"]);
        var cached = await box.AssetAsync("list", "--cached");
        cached.Code.ShouldBe(0, cached.Error);
        cached.Lines.Length.ShouldBe(4);
        cached.Error.ShouldStartWith("note: this was the catalog at 20");
        (await box.AssetAsync("search", "iris", "--cached", "--json")).Json.Count.ShouldBe(2);
        Directory.Exists(box[".cairn/store"]).ShouldBeFalse();
        Directory.Move(box["away"], box[".cairn/store"]);
        (await NamesAsync(box)).ShouldBe(["churn", "later", "sets/iris", "sets/wine", "zebra"]);
    }

    [Fact]
    public async Task The_index_is_in_the_workspace_or_in_the_cache_folder()
    {
        using var box = await FilledAsync();
        (await box.AssetAsync("list")).Ok();
        Directory.GetFiles(box[".cairn/index"], "*.db").ShouldHaveSingleItem();
        using var bare = await Sandbox.CreateAsync(init: false);
        (await bare.ProcessAsync(["asset", "list", "--json", "--store", box[".cairn/store"]], i => i.Environment["XDG_CACHE_HOME"] = bare["cache"])).Ok().Json.Count.ShouldBe(4);
        Directory.GetFiles(bare["cache/cairn/index"], "*.db").ShouldHaveSingleItem();
    }

    [Fact]
    public async Task References_are_completed_from_the_index_without_the_store()
    {
        using var box = await FilledAsync();
        (await box.RunAsync("complete", "cairn asset show ch")).Ok().Output.ShouldBe("");
        (await box.AssetAsync("list")).Ok();
        Directory.Move(box[".cairn/store"], box["away"]);
        foreach (var (line, expected) in new (string, string[])[]
        {
            ("cairn asset show ch", ["churn"]),
            ("cairn asset show sets/", ["sets/iris", "sets/wine"]),
            ("cairn asset load churn@", ["churn@candidate", "churn@latest", "churn@production"]),
            ("cairn asset load churn@p", ["churn@production"]),
            ("cairn asset diff churn:", ["churn:1", "churn:2"]),
            ("cairn asset diff churn:1 sets/i", ["sets/iris"]),
            ("cairn asset show none@", []),
            ("cairn asset show gone", []),
            ("cairn asset show \"a", []),
        })
        {
            (await box.RunAsync("complete", line)).Ok().Lines.ShouldBe(expected, ignoreOrder: true, line);
        }
        (await box.RunAsync("complete", "cairn asset al")).Ok().Lines.ShouldBe(["alias"]);
        (await box.RunAsync("complete", "cairn asset save --al")).Ok().Lines.ShouldBe(["--alias", "--always"], ignoreOrder: true);
        Directory.Exists(box[".cairn/store"]).ShouldBeFalse();
    }

    [Fact]
    public async Task A_list_shows_what_another_session_has_saved()
    {
        using var ada = await Sandbox.CreateAsync();
        using var grace = await Sandbox.CreateAsync();
        ada.File("a.txt", "one");
        foreach (var (box, name) in new[] { (ada, "a"), (grace, "b"), (ada, "c") })
        {
            (await box.AssetAsync("save", ada["a.txt"], "--name", name, "--store", ada["shared"])).Ok();
            foreach (var reader in new[] { ada, grace })
                (await reader.AssetAsync("list", "--json", "--store", ada["shared"])).Ok().Json[^1].Text("name").ShouldBe(name);
        }
    }

    private static async Task<string[]> NamesAsync(Sandbox box, params string[] args) => [.. (await box.AssetAsync(["list", .. args, "--json"])).Ok().Json.Select(j => j.Text("name"))];

    private static async Task<Sandbox> FilledAsync()
    {
        var box = await Sandbox.CreateAsync();
        box.File("north.json", """{"site":{"region":"north"}}""");
        (await box.SaveAsync("sets/iris", "iris", "--type", "table", "--meta", "auc=1")).ShouldBe("sets/iris:1 new");
        (await box.AssetAsync("tag", "sets/iris", "reviewed")).Ok();
        (await box.SaveAsync("sets/wine", "wine", "--type", "table", "--alias", "gold", "--meta", "ok=true")).ShouldBe("sets/wine:1 new");
        (await box.SaveAsync("zebra", "zebra", "--meta", "zip=007")).ShouldBe("zebra:1 new");
        (await box.SaveAsync("gone", "gone")).ShouldBe("gone:1 new");
        (await box.AssetAsync("delete", "gone")).Ok();
        (await box.SaveAsync("churn", "one", "--type", "model", "--alias", "production", "--why", "first", "--meta", "auc=0.91")).ShouldBe("churn:1 new");
        (await box.SaveAsync("churn", "two", "--alias", "candidate", "--meta", "auc=0.95", "--meta-json", box["north.json"])).ShouldBe("churn:2 new");
        (await box.AssetAsync("tag", "churn", "team:risk")).Ok();
        return box;
    }
}
