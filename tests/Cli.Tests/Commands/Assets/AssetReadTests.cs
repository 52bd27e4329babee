namespace Cairn.Cli.Tests.Commands.Assets;

public sealed class AssetReadTests
{
    [Fact]
    public async Task A_store_without_a_catalog_is_told_and_none_is_begun()
    {
        using var box = await Sandbox.CreateAsync();
        string[][] reads = [["show", "x"], ["load", "x"], ["history", "x"], ["diff", "x", "y"], ["alias", "x"], ["tag", "x"]];
        foreach (var args in reads)
            (await box.AssetAsync([.. args, "--store", box["nowhere"]])).Fails(1, "there is no catalog (NotFound). Create one with 'cairn asset save' or 'cairn flow run', or select the store that has one with --store");
        Directory.Exists(box["nowhere"]).ShouldBeFalse();
    }

    [Fact]
    public async Task A_version_whose_content_is_gone_is_shown_as_missing_and_not_loaded()
    {
        using var box = await AssetBox.WithModelAsync();
        var artifact = (await box.JsonAsync("show", "m:2")).Text("artifact")["sha256:".Length..];
        File.Delete(Directory.GetFiles(box[".cairn/store"], artifact, SearchOption.AllDirectories).Single());
        (await box.JsonAsync("show", "m:2")).Is("missing").ShouldBeTrue();
        (await box.AssetAsync("show", "m:2")).Ok().Output.ShouldContain("missing: the store does not hold the artifact");
        (await box.AssetAsync("load", "m:2")).Fails(1, "NotFound");
        (await box.AssetAsync("diff", "m:1", "m:2")).Fails(1, "is not in the store");
    }

    [Fact]
    public async Task Texts_of_several_lines_and_control_characters_do_not_break_lines()
    {
        using var box = await AssetBox.WithModelAsync();
        (await box.AssetAsync("update", "m:3", "--description", "one\ntwo\u001b[2J", "--meta", "note=a\nb")).Ok();
        (await box.AssetAsync("history", "m")).Ok().Lines.Length.ShouldBe(3);
        (await box.AssetAsync("show", "m:3")).Ok().Lines.ShouldContain("description  one two\u001b[2J");
        (await box.JsonAsync("show", "m:3")).Text("description").ShouldBe("one\ntwo\u001b[2J");
        (await box.TerminalAsync("asset", "show", "m:3")).ShouldContain("one two\\u001b[2J");
    }

    [Fact]
    public async Task A_load_accepts_every_kind_of_reference()
    {
        using var box = await AssetBox.WithModelAsync();
        var digest = (await box.JsonAsync("show", "m:1")).Text("artifact");
        foreach (var (reference, content) in new[] { ("m", "three\n"), ("M:1", "one\n"), ("m@production", "one\n"), ("m@PRODUCTION", "one\n"), ("m@latest", "three\n"), (digest, "one\n") })
            (await box.AssetAsync("load", reference)).Ok().Output.ShouldBe(content, reference);
        (await box.AssetAsync("load", "m:1", "-o", box["out.txt"])).Ok();
        File.ReadAllText(box["out.txt"]).ShouldBe("one\n");
        foreach (var reference in new[] { "", "m:", "m@", ":1", "m:0", "m:-1", "m:1@x", "m:1:2", "m#x", "sha256:zz", "a//b", "a\u0000b" })
            (await box.AssetAsync("load", reference)).Code.ShouldBe(2, reference);
        (await box.AssetAsync("load", $"sha256:{new string('0', 64)}")).Fails(1, "NotFound");
    }

    [Fact]
    public async Task A_reader_that_ends_early_ends_a_command_that_reads()
    {
        using var box = await AssetBox.WithModelAsync();
        (await box.BashAsync("cairn asset history m --json | true; echo ${PIPESTATUS[0]}")).Output.Trim().ShouldBeOneOf("0");
    }

    [Fact]
    public async Task Two_homes_and_two_workspaces_share_one_store()
    {
        using var ada = await Sandbox.CreateAsync();
        using var grace = await Sandbox.CreateAsync();
        ada.File("a.txt", "one");
        ada.File("b.txt", "two");
        var shared = ada["shared"];
        Task<CliResult> Run(Sandbox box, string user, params string[] args) => box.ProcessAsync(["asset", .. args, "--store", shared], i =>
            (i.Environment["HOME"], i.Environment["CAIRN_USER"], i.Environment["XDG_CACHE_HOME"]) = (box["home"], user, box["cache"]));
        (await Run(ada, "u:ada", "save", ada["a.txt"], "--name", "m", "--alias", "candidate")).Ok();
        (await Run(grace, "u:grace", "save", ada["b.txt"], "--name", "m", "--alias", "candidate", "--from", "1")).Ok().Output.ShouldBe("m:2 new\n");
        (await Run(ada, "u:ada", "alias", "m", "candidate", "1", "--from", "1")).Fails(1, "is at version 2 and not at version 1; u:grace put it there at");
        (await Run(ada, "u:ada", "load", "m")).Ok().Output.ShouldBe("two");
        (await Run(grace, "u:grace", "history", "m", "--json")).Ok().Json.Select(v => v.Text("createdBy")).ShouldBe(["u:grace", "u:ada"]);
    }
}
