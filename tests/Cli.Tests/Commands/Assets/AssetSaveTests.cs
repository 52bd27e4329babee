using Cairn.Tests;

namespace Cairn.Cli.Tests.Commands.Assets;

public sealed class AssetSaveTests
{
    [Fact]
    public async Task Equal_content_and_metadata_are_one_version_and_anything_else_is_the_next()
    {
        using var box = await Sandbox.CreateAsync();
        box.File("a.txt", "hello");
        string[] save = ["save", box["a.txt"], "--name", "churn-model", "--meta", "auc=0.93"];
        (await box.AssetAsync(save)).Ok().Output.ShouldBe("churn-model:1 new\n");
        (await box.AssetAsync(save)).Ok().Output.ShouldBe("churn-model:1 unchanged\n");
        (await box.AssetAsync([.. save, "--always"])).Ok().Output.ShouldBe("churn-model:2 new\n");
        (await box.AssetAsync("save", box["a.txt"], "--name", "Churn-Model", "--meta", "auc=0.94")).Ok().Output.ShouldBe("churn-model:3 new\n");
        box.File("a.txt", "hello!");
        (await box.AssetAsync("save", box["a.txt"], "--name", "churn-model", "--meta", "auc=0.94")).Ok().Output.ShouldBe("churn-model:4 new\n");
        (await box.AssetAsync("load", "churn-model")).Ok().Output.ShouldBe("hello!");
        (await box.AssetAsync("load", "churn-model:1")).Ok().Output.ShouldBe("hello");
    }

    [Fact]
    public async Task Everything_that_a_save_states_is_in_the_version_and_the_asset()
    {
        using var box = await Sandbox.CreateAsync();
        box.File("a.txt", "hello");
        box.File("meta.json", """{"layers":[1,2,3],"site":{"region":"north"},"zip":"007","nan":{"$":"NaN"},"when":{"$":"time:2026-11-28T15:00:00Z"},"auc":0.1}""");
        var saved = await box.JsonAsync("save", box["a.txt"], "--name", "L", "--type", "dataset", "--display", "N", "--description", "weekly", "--alias", "2026-Q3", "--fixed", "1.0",
            "--meta", "auc=0.93", "--meta", "n=7", "--meta", "big=9223372036854775808", "--meta", "one=1.0", "--meta", "ok=true", "--meta", "text=a=b", "--meta", "id=007",
            "--meta-json", box["meta.json"], "--tag", "z", "--tag", "team:risk", "--user", "u:ada");
        saved.Text("reference").ShouldBe("L:1");
        saved.Is("created").ShouldBeTrue();
        saved.Text("createdBy").ShouldBe("u:ada");
        saved.Text("description").ShouldBe("weekly");
        saved.Texts("aliases").ShouldBe(["1.0", "2026-Q3"]);
        saved.Texts("tags").ShouldBe(["team:risk", "z"]);
        saved.GetProperty("metadata").GetRawText().ShouldBe(
            """{"auc":0.93,"big":"9223372036854775808","id":"007","layers":[1,2,3],"n":7,"nan":{"$":"NaN"},"ok":true,"one":1.0,"site":{"region":"north"},"text":"a=b","when":{"$":"time:2026-11-28T15:00:00.000000Z"},"zip":"007"}""");
        saved.TryGetProperty("dryRun", out _).ShouldBeFalse();
        var shown = await box.JsonAsync("show", "L");
        shown.Text("type").ShouldBe("dataset");
        shown.Text("display").ShouldBe("N");
        shown.Texts("fixed").ShouldBe(["1.0"]);
        shown.GetProperty("aliases").Number("2026-Q3").ShouldBe(1);
        shown.GetProperty("latestVersion").GetProperty("content").Number("length").ShouldBe(5);
        shown.GetProperty("latestVersion").Text("artifact").ShouldBe(saved.Text("artifact"));
    }

    [Fact]
    public async Task The_user_comes_from_the_option_or_the_variable_or_is_the_login_name()
    {
        using var box = await Sandbox.CreateAsync();
        box.File("a.txt", "hello");
        (await box.ProcessAsync(["asset", "save", "a.txt", "--name", "a"], i => i.Environment["CAIRN_USER"] = "u:grace")).Ok();
        (await box.ProcessAsync(["asset", "save", "a.txt", "--name", "b"], i => i.Environment.Remove("CAIRN_USER"))).Ok();
        (await box.JsonAsync("show", "a:1")).Text("createdBy").ShouldBe("u:grace");
        (await box.JsonAsync("show", "b:1")).Text("createdBy").ShouldBe($"u:{Environment.UserName}");
    }

    [Fact]
    public async Task A_save_that_expects_an_alias_elsewhere_creates_no_version()
    {
        using var box = await AssetBox.WithModelAsync();
        box.File("b.txt", "four");
        (await box.AssetAsync("save", box["b.txt"], "--name", "m", "--alias", "candidate", "--from", "2")).Fails(1, "the alias 'candidate' is at version 3 and not at version 2");
        (await box.AssetAsync("save", box["b.txt"], "--name", "m", "--alias", "candidate", "--from", "none")).Fails(1, "the alias 'candidate' is at version 3");
        (await box.AssetAsync("save", box["b.txt"], "--name", "m", "--alias", "new", "--from", "3")).Fails(1, "the alias 'new' does not exist");
        (await box.JsonAsync("show", "m")).Number("newest").ShouldBe(3);
        (await box.AssetAsync("save", box["b.txt"], "--name", "m", "--alias", "candidate", "--from", "3")).Ok().Output.ShouldBe("m:4 new\n");
        (await box.AssetAsync("save", box["b.txt"], "--name", "m", "--alias", "new", "--from", "none")).Ok().Output.ShouldBe("m:4 unchanged\n");
        (await box.AssetAsync("alias", "m", "new")).Ok().Output.ShouldBe("m:4\n");
    }

    [Fact]
    public async Task What_a_rule_refuses_leaves_the_asset_as_it_was()
    {
        using var box = await AssetBox.WithModelAsync();
        box.File("b.txt", "four");
        (await box.AssetAsync("save", box["b.txt"], "--name", "m", "--alias", "production")).Fails(1, "is protected and moves only with a reason");
        (await box.AssetAsync("save", box["b.txt"], "--name", "m", "--fixed", "1.0")).Fails(1, "the alias '1.0' is fixed at version 2");
        (await box.AssetAsync("save", box["b.txt"], "--name", "m", "--type", "table")).Fails(1, "the asset is of the type 'model' and not 'table'");
        (await box.JsonAsync("show", "m")).Number("newest").ShouldBe(3);
        (await box.AssetAsync("save", box["b.txt"], "--name", "m", "--alias", "production", "--why", "better")).Ok().Output.ShouldBe("m:4 new\n");
    }

    [Fact]
    public async Task Misuse_is_told_before_anything_is_written()
    {
        using var box = await Sandbox.CreateAsync();
        box.File("a.txt", "hello");
        box.File("bad.json", "[1]");
        box.File("twice.json", """{"a":1,"a":2}""");
        box.File("null.json", """{"a":null}""");
        var before = box.Snapshot(".cairn");
        string[] save = ["save", box["a.txt"], "--name"];
        foreach (var (args, reason) in new (string[], string)[]
        {
            (["save", box["a.txt"]], "--name"),
            ([.. save, ""], "must not be empty"),
            ([.. save, "a:b"], "not followed by a version number"),
            ([.. save, "a:1"], "'a:1' names a version"),
            ([.. save, "a@b"], "'a@b' names a version"),
            ([.. save, "a/../b"], "'..'"),
            ([.. save, " a"], "begins or ends with white space"),
            ([.. save, "a\u001b[2J"], "U+001B"),
            ([.. save, "a\u202eb"], "U+202E"),
            ([.. save, "sha256:abc"], "not followed by 64"),
            ([.. save, new string('x', 300)], "more than 255 bytes"),
            ([.. save, "a", "--alias", "latest"], "'latest' is computed"),
            ([.. save, "a", "--alias", "x:y"], "':'"),
            ([.. save, "a", "--from", "1"], "--from requires --alias"),
            ([.. save, "a", "--alias", "x", "--from", "0"], "'0' is not the number of a version"),
            ([.. save, "a", "--meta", "auc"], "KEY=VALUE"),
            ([.. save, "a", "--meta", "=1"], "KEY=VALUE"),
            ([.. save, "a", "--meta-json", box["nowhere.json"]], "does not exist"),
            ([.. save, "a", "--meta-json", box["bad.json"]], "does not contain a JSON object"),
            ([.. save, "a", "--meta-json", box["twice.json"]], "is not metadata in JSON"),
            ([.. save, "a", "--meta-json", box["null.json"]], "contains no null"),
        })
        {
            (await box.AssetAsync(args)).Fails(2, reason);
            box.Snapshot(".cairn").ShouldBe(before);
        }
    }

    [Fact]
    public async Task Metadata_beyond_the_limits_is_refused()
    {
        using var box = await Sandbox.CreateAsync();
        box.File("a.txt", "hello");
        (await box.AssetAsync("save", box["a.txt"], "--name", "a", "--meta", $"x={new string('y', 5000)}")).Fails(1, "'x' has 5000 bytes of UTF-8, more than 4096");
        (await box.AssetAsync("show", "a")).Code.ShouldBe(1);
    }

    [Fact]
    public async Task Folders_formats_and_standard_input_are_saved_as_by_save()
    {
        using var box = await Sandbox.CreateAsync();
        box.File("in/one.txt", "1");
        box.File("in/sub/two.txt", "2");
        box.File("a.json", """{"b":1}""");
        (await box.AssetAsync("save", box["in"], "--name", "sets/folder")).Ok().Output.ShouldBe("sets/folder:1 new\n");
        (await box.AssetAsync("load", "sets/folder", "-o", box["out"])).Ok();
        File.ReadAllText(box["out/sub/two.txt"]).ShouldBe("2");
        (await box.AssetAsync("save", box["a.json"], "--name", "j", "--as", "json")).Ok();
        (await box.JsonAsync("show", "j:1")).GetProperty("content").Text("materializer").ShouldBe("json");
        (await box.ProcessAsync(["asset", "save", "-", "--name", "piped"], input: "from a pipe")).Ok().Output.ShouldBe("piped:1 new\n");
        (await box.AssetAsync("load", "piped")).Ok().Output.ShouldBe("from a pipe");
        (await box.AssetAsync("save", box["nowhere"], "--name", "x")).Fails(2, "does not exist");
        (await box.ProcessAsync(["asset", "save", "a.json", "--name", "meta", "--meta-json", "-"], input: """{"piped":true}""")).Ok();
        (await box.JsonAsync("show", "meta:1")).GetProperty("metadata").GetRawText().ShouldBe("""{"piped":true}""");
        (await box.AssetAsync("save", "-", "--name", "x", "--meta-json", "-")).Fails(2, "but not both");
    }

    [Fact]
    public async Task An_artifact_of_the_store_is_adopted()
    {
        using var box = await Sandbox.CreateAsync();
        box.File("a.txt", "hello");
        var digest = (await box.RunAsync("save", box["a.txt"])).Ok().Output.Trim();
        (await box.AssetAsync("adopt", "found", digest, "--alias", "x", "--meta", "n=1")).Ok().Output.ShouldBe("found:1 new\n");
        (await box.AssetAsync("adopt", "found", digest, "--meta", "n=1")).Ok().Output.ShouldBe("found:1 unchanged\n");
        (await box.AssetAsync("load", "found@x")).Ok().Output.ShouldBe("hello");
        (await box.AssetAsync("adopt", "found", $"sha256:{new string('0', 64)}")).Fails(1, "NotFound");
        (await box.AssetAsync("adopt", "found", "found:1")).Fails(2, "is not the digest of an artifact");
        (await box.AssetAsync("adopt", "found", "sha256:12")).Fails(2, "64 lower-case");
        (await box.JsonAsync("show", "found")).Number("newest").ShouldBe(1);
    }

    [Fact]
    public async Task A_save_with_a_name_makes_versions_of_an_asset_and_every_command_takes_references()
    {
        using var box = await Sandbox.CreateAsync();
        box.File("a.txt", "hello");
        var digest = (await box.RunAsync("save", box["a.txt"])).Ok().Output;
        (await box.RunAsync("save", box["a.txt"], "--name", "models/m1")).Ok().Output.ShouldBe("models/m1:1 new\n");
        (await box.RunAsync("save", box["a.txt"], "--name", "models/m1")).Ok().Output.ShouldBe("models/m1:1 unchanged\n");
        box.File("a.txt", "hello again");
        (await box.RunAsync("save", box["a.txt"], "--name", "models/m1")).Ok().Output.ShouldBe("models/m1:2 new\n");
        (await box.AssetAsync("alias", "models/m1", "first", "1")).Ok();
        (await box.RunAsync("load", "models/m1")).Ok().Output.ShouldBe("hello again");
        (await box.RunAsync("load", "models/m1:1")).Ok().Output.ShouldBe("hello");
        (await box.RunAsync("show", "models/m1@first", "--json")).Ok().Json.Single().Text("digest").ShouldBe(digest.Trim());
        (await box.RunAsync("verify", "models/m1")).Ok();
        (await box.RunAsync("oci", "export", "models/m1:1", box["layout"])).Ok().Output.ShouldBe(digest);
        (await box.RunAsync("oci", "import", box["layout"], "--name", "again")).Ok().Output.ShouldBe("again:1 new\n");
        (await box.RunAsync("load", "again")).Ok().Output.ShouldBe("hello");
        (await box.RunAsync("load", "models/m1:3")).Fails(1, "has no version 3");
        (await box.RunAsync("load", "models/m1:x")).Fails(2, "not followed by a version number");
        (await box.RunAsync("save", box["a.txt"], "--name", "a:1")).Fails(2, "names a version");
    }

    [Fact]
    public async Task A_save_that_is_repeated_with_its_key_makes_one_version()
    {
        using var box = await Sandbox.CreateAsync();
        box.File("a.txt", "hello");
        string[] save = ["save", box["a.txt"], "--name", "a", "--always", "--key", "job-1"];
        (await box.AssetAsync(save)).Ok().Output.ShouldBe("a:1 new\n");
        (await box.AssetAsync(save)).Code.ShouldBe(0);
        (await box.JsonAsync("show", "a")).Number("newest").ShouldBe(1);
        (await box.AssetAsync([.. save[..^1], "job-2"])).Ok().Output.ShouldBe("a:2 new\n");
        (await box.AssetAsync([.. save, "--meta", "x=1"])).Code.ShouldBe(1);
    }

    [Fact]
    public async Task A_repository_of_version_1_is_adopted_with_its_names()
    {
        using var box = await Sandbox.CreateAsync();
        var fixture = SourceFolder.Find("tests/Artifacts.Tests/Repository/Data/version1");
        foreach (var file in Directory.GetFiles(fixture, "*", SearchOption.AllDirectories))
        {
            var target = box["old/" + Path.GetRelativePath(fixture, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        string[] names = [.. Directory.GetFiles(box["old/names"], "*.ref", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(box["old/names"], f)[..^4]).Order(StringComparer.Ordinal)];
        names.Length.ShouldBeGreaterThan(1);
        var before = box.Snapshot("old");
        string[] expected = [.. names.Select(n => $"{n}:1 new")];
        (await box.AssetAsync("adopt", "--from-version-1", "--store", box["old"], "--dry-run")).Ok().Lines.ShouldBe([.. expected.Select(l => l + " (dry run: nothing was written)")], ignoreOrder: true);
        box.Snapshot("old").ShouldBe(before);
        (await box.AssetAsync("adopt", "--from-version-1", "--store", box["old"])).Ok().Lines.ShouldBe(expected, ignoreOrder: true);
        (await box.AssetAsync("adopt", "--from-version-1", "--store", box["old"])).Ok().Lines.ShouldBe([.. names.Select(n => $"{n}:1 unchanged")], ignoreOrder: true);
        (await box.AssetAsync("adopt", "--from-version-1", box["old"])).Ok().Lines.ShouldBe(expected, ignoreOrder: true);
        (await box.RunAsync("catalog", "verify")).Ok();
        foreach (var name in names)
        {
            (await box.RunAsync("verify", name)).Ok();
            (await box.JsonAsync("show", name)).GetProperty("latestVersion").Text("artifact").ShouldBe(File.ReadAllText(box[$"old/names/{name}.ref"]).Trim());
        }
        // A name that cannot name an asset is told, and the others are there.
        File.Copy(box[$"old/names/{names[0]}.ref"], box["old/names/a@b.ref"]);
        var partly = await box.AssetAsync("adopt", "--from-version-1", box["old"]);
        partly.Fails(1, "'a@b' cannot name an asset");
        partly.Lines.Length.ShouldBe(names.Length);
        (await box.AssetAsync("adopt", "--from-version-1", box["nowhere"])).Fails(1, "there is no repository of format 1");
        (await box.AssetAsync("adopt", "x", "--from-version-1", box["old"])).Fails(2, "cannot be used with NAME");
        (await box.AssetAsync("adopt", "--from-version-1", box["old"], "--alias", "x")).Fails(2, "cannot be used with NAME");
        (await box.AssetAsync("adopt", "x")).Fails(2, "Specify NAME and DIGEST");
    }
}
