namespace Cairn.Cli.Tests.Commands;

public sealed class StoreCommandTests
{
    [Fact]
    public async Task The_life_of_a_store()
    {
        using var box = await Sandbox.CreateAsync();
        (await box.RunAsync("store", "register", "second", "--flavor", "local", "--root", box["elsewhere"], "--option", "durability=none", "-o", "max-concurrency=4")).Ok();
        (await box.RunAsync("store", "set", "second")).Ok();
        (await box.RunAsync("store", "update", "second", "--option", "durability=full", "--unset", "max-concurrency")).Ok();
        (await box.RunAsync("store", "rename", "second", "other")).Ok();

        var listed = (await box.RunAsync("store", "list", "--json")).Ok().Json;
        listed.Select(s => s.GetProperty("name").GetString()).ShouldBe(["default", "other"]);
        listed[1].GetProperty("active").GetBoolean().ShouldBeTrue();
        listed[1].GetProperty("flavor").GetString().ShouldBe("local");
        listed[1].GetProperty("root").GetString().ShouldBe("file://" + box["elsewhere"]);
        listed[1].GetProperty("options").ToString().ShouldBe("""{"durability":"full"}""");
        (await box.RunAsync("store", "list")).Ok().Lines[1].ShouldStartWith("*  other");
        (await box.RunAsync("store", "describe")).Ok().Output.ShouldContain("durability=full");
        (await box.RunAsync("store", "check")).Ok().Output.ShouldBe("default: ok (list, write, condition, stat, read, copy, list-staged, remove)\nother: ok (list, write, condition, stat, read, copy, list-staged, remove)\n");
        (await box.RunAsync("store", "check", "other", "--read-only")).Ok().Output.ShouldBe("other: ok (list)\n");
        Directory.EnumerateFileSystemEntries(box["elsewhere"]).ShouldBeEmpty();

        (await box.RunAsync("cp", Files.Quick(box), ":kept.txt")).Ok();
        (await box.RunAsync("store", "remove", "other")).Ok();
        File.Exists(box["elsewhere/kept.txt"]).ShouldBeTrue();
        (await box.RunAsync("ls", ":")).Fails(1, "no store is active; available: default");
        (await box.RunAsync("ls", "other:")).Fails(1, "no store 'other' is registered; available: default");
    }

    [Fact]
    public async Task A_plain_address_says_which_registered_store_serves_it()
    {
        using var box = await Sandbox.CreateAsync();
        (await box.RunAsync("store", "register", "scratch", "--flavor", "memory", "--root", "mem://scratch", "--option", "max-concurrency=4")).Ok();
        var listed = await box.RunAsync("ls", "mem://scratch");
        (listed.Code, listed.Error).ShouldBe((0, "note: mem://scratch lies in the registered store 'scratch' (mem://scratch); the options of that store apply\n"));
        (await box.RunAsync("ls", "scratch:")).Error.ShouldBeEmpty();
        (await box.RunAsync("ls", "mem://other")).Error.ShouldBeEmpty();

        var file = Directory.EnumerateFiles(box.Folder, "*.json", SearchOption.AllDirectories).Single(f => File.ReadAllText(f).Contains("mem://scratch", StringComparison.Ordinal));
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("\"4\"", "\"many\"", StringComparison.Ordinal));
        var passedOver = await box.RunAsync("cp", Files.Quick(box), "mem://scratch/a.txt");
        passedOver.Code.ShouldBe(0);
        passedOver.Error.ShouldStartWith("warning: the registered store 'scratch' (mem://scratch) cannot be opened and is ignored for mem://scratch/a.txt: ");
        passedOver.Error.ShouldContain("'many'");
        passedOver.Error.ShouldContain("'cairn store list'");
        passedOver.Error.Count(c => c == '\n').ShouldBe(1);
        (await box.RunAsync("ls", "scratch:")).Fails(1, "'many'");
        (await box.RunAsync("ls", ":")).Ok();
    }

    [Theory]
    [InlineData("\"4\"", "\"many\"", "'many'")]
    [InlineData("\"memory\"", "\"gone\"", "gone")]
    [InlineData("\"max-concurrency\": \"4\"", "\"no-such\": \"4\"", "'no-such'")]
    [InlineData("\"mem://scratch/inner\"", "\"mem://scratch//inner\"", "mem://scratch//inner")]
    public async Task A_bad_registration_is_an_error_only_where_it_is_named(string good, string bad, string expected)
    {
        using var box = await Sandbox.CreateAsync();
        (await box.RunAsync("store", "register", "outer", "--flavor", "memory", "--root", "mem://scratch", "--option", "max-concurrency=3")).Ok();
        (await box.RunAsync("store", "register", "inner", "--flavor", "memory", "--root", "mem://scratch/inner", "--option", "max-concurrency=4")).Ok();
        var file = box[".cairn/workspace.json"];
        var text = await File.ReadAllTextAsync(file);
        var at = text.IndexOf(good, text.IndexOf("\"inner\"", StringComparison.Ordinal), StringComparison.Ordinal);
        at.ShouldBePositive(text);
        await File.WriteAllTextAsync(file, text[..at] + bad + text[(at + good.Length)..]);

        // The next store above serves it.
        var passedOver = await box.RunAsync("ls", "mem://scratch/inner");
        passedOver.Error.ShouldContain("note: mem://scratch/inner lies in the registered store 'outer'");
        (await box.RunAsync("ls", "mem://other")).Ok();
        (await box.RunAsync("ls", ":")).Ok();
        (await box.RunAsync("store", "list")).Output.ShouldContain("outer");
        (await box.RunAsync("ls", "inner:")).Fails(1, expected);
        (await box.RunAsync("store", "check")).Error.ShouldContain(expected);
        (await box.RunAsync("store", "remove", "inner")).Ok();
        (await box.RunAsync("store", "check")).Ok();
    }

    [Fact]
    public async Task A_damaged_workspace_is_passed_over_for_addresses_that_do_not_need_it()
    {
        using var box = await Sandbox.CreateAsync();
        await File.WriteAllTextAsync(box[".cairn/workspace.json"], "{");
        var listed = await box.RunAsync("ls", "mem://scratch");
        listed.Code.ShouldBe(0);
        listed.Error.ShouldStartWith("warning: the registered stores are ignored for mem://scratch: ");
        (await box.RunAsync("ls", box.Folder)).Code.ShouldBe(0);
        (await box.RunAsync("ls", ":")).Fails(1, "workspace.json");
        (await box.BashAsync("cairn --workspace nowhere ls mem://scratch")).Fails(1, "no workspace was found");
    }

    [Fact]
    public async Task Options_reach_the_store_and_its_layers()
    {
        using var box = await Sandbox.CreateAsync();
        (await box.RunAsync("store", "register", "cached", "--root", box["far"], "--option", $"cache-path={box["cache"]}", "--option", "durability=none")).Ok();
        (await box.RunAsync("cp", Files.Quick(box), "cached:a.txt")).Ok();
        (await box.RunAsync("cat", "cached:a.txt")).Ok().Output.ShouldBe("quick");
        Directory.EnumerateFiles(box["cache"], "*", SearchOption.AllDirectories).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("available: local, memory", "register", "xx", "--flavor", "lokal", "--root", "/x")]
    [InlineData("file://", "register", "xx", "--flavor", "local", "--root", "mem://x")]
    [InlineData("durability", "register", "xx", "--root", "/x", "--option", "durable=yes")]
    [InlineData("full|none", "register", "xx", "--root", "/x", "--option", "durability=maybe")]
    [InlineData("file://, mem://", "register", "xx", "--root", "nope://x")]
    [InlineData("is not a valid name for a store", "register", "x", "--root", "/x")]
    [InlineData("AlreadyExists", "register", "default", "--root", "/x")]
    [InlineData("available: default", "set", "nope")]
    [InlineData("available: default", "check", "nope")]
    public async Task What_is_wrong_lists_what_there_is(string expected, params string[] args)
    {
        using var box = await Sandbox.CreateAsync();
        (await box.RunAsync(["store", .. args])).Fails(1, expected);
    }

    [Theory]
    [InlineData("register", "xx")]
    [InlineData("register", "xx", "--root", "/x", "--option", "noequals")]
    [InlineData("register", "xx", "--root", "/x", "--option", "a=1", "--option", "a=2")]
    [InlineData("register", "xx", "--root", "mem://user:hunter2@host/x")]
    [InlineData("update", "default")]
    [InlineData("nope")]
    [InlineData()]
    public async Task Misuse_is_code_2(params string[] args)
    {
        using var box = await Sandbox.CreateAsync();
        var result = (await box.RunAsync(["store", .. args])).Fails(2, "");
        result.Error.ShouldNotContain("hunter2");
        result.Error.ShouldNotContain("noequals");
    }

    [Fact]
    public async Task A_store_that_does_not_answer_fails_the_check_and_the_others_are_still_checked()
    {
        using var box = await Sandbox.CreateAsync();
        box.File("file", "not a folder");
        (await box.RunAsync("store", "register", "broken", "--root", box["file"])).Ok();
        var result = await box.RunAsync("store", "check");
        result.Code.ShouldBe(1);
        result.Error.ShouldContain(box["file"]);
        result.Output.ShouldContain("default: ok");
        var broken = (await box.RunAsync("store", "check", "--json")).Json[0];
        broken.GetProperty("ok").GetBoolean().ShouldBeFalse();
        broken.GetProperty("checks")[0].GetProperty("ok").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task Init_twice_is_fine_and_without_a_workspace_the_error_says_what_to_do()
    {
        using var box = await Sandbox.CreateAsync(init: false);
        (await box.RunAsync("ls", ":")).Fails(1, "cairn init");
        (await box.RunAsync("init", box.Folder)).Ok().Output.ShouldStartWith("Created a workspace");
        (await box.RunAsync("init", box.Folder)).Ok().Output.ShouldStartWith("A workspace already exists");
    }

    [Fact]
    public async Task Flavors_are_listed_with_their_options_and_are_what_the_providers_say()
    {
        using var box = await Sandbox.CreateAsync();
        var flavors = (await box.RunAsync("flavor", "list", "--json")).Ok().Json;
        flavors.Select(f => f.GetProperty("name").GetString()).ShouldBe(["local", "memory"]);
        flavors[0].GetProperty("options").EnumerateArray().Select(o => o.GetProperty("name").GetString()).ShouldContain("durability");
        (await box.RunAsync("flavor", "list")).Ok().Output.ShouldContain("mem://");

        foreach (var flavor in Session.KnownFlavors().List())
        {
            Session.KnownFlavors().Describe(flavor.Name).Name.ShouldBe(flavor.Name);
            flavor.Schemes.ShouldAllBe(s => Session.KnownFlavors().FlavorOfScheme(s) == flavor.Name);
        }
    }

    [Theory, InlineData("asset"), InlineData("run"), InlineData("dataset"), InlineData("export")]
    public async Task Names_that_begin_references_are_reserved(string name)
    {
        using var box = await Sandbox.CreateAsync();
        (await box.RunAsync("store", "register", name, "--root", box["x"])).Fails(1, $"'{name}' cannot be the name of a store, because '{name}:' begins a reference");
        (await box.RunAsync("store", "rename", "default", name)).Fails(1, "begins a reference");
        (await box.RunAsync("store", "register", name + "s", "--root", box["x"])).Ok();
    }

    [Fact]
    public async Task A_reference_in_the_place_of_an_address_is_told_apart()
    {
        using var box = await Sandbox.CreateAsync();
        (await box.RunAsync("cat", "asset:m@production")).Fails(2, "'asset:m@production' is a reference to an asset, and this command takes addresses of files. Use 'cairn asset load'.");
    }
}
