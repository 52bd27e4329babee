using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cairn.Cli.Tests.Commands.Assets;

public sealed class AssetDryRunTests
{
    public static TheoryData<string> Changes =>
    [
        "save {four} --name m --alias candidate --tag t --meta auc=0.99 --display D",
        "save {three} --name m --meta auc=0.95",
        "save {folder} --name folder --type files",
        "adopt other {digest}",
        "alias m production 3 --why better",
        "alias m candidate --remove",
        "alias m candidate 3",
        "tag m x y",
        "tag m:2 x",
        "update m --description text --protect candidate",
        "update m:1 --meta note=x --unset auc",
        "pin m:1 m:2",
        "delete m:3 --with-aliases",
        "rename m k",
        "rename m k --release",
    ];

    [Theory, MemberData(nameof(Changes))]
    public async Task A_dry_run_says_what_the_command_then_does_and_writes_nothing(string line)
    {
        using var box = await AssetBox.WithModelAsync();
        box.File("four.txt", "four");
        box.File("m.txt", "three\n");
        box.File("folder/a", "a");
        box.File("folder/b/c", "c");
        var digest = (await box.JsonAsync("show", "m:1")).Text("artifact");
        string[] args = [.. line.Replace("{four}", box["four.txt"], StringComparison.Ordinal).Replace("{three}", box["m.txt"], StringComparison.Ordinal)
            .Replace("{folder}", box["folder"], StringComparison.Ordinal).Replace("{digest}", digest, StringComparison.Ordinal).Split(' ')];
        var before = box.Snapshot(".cairn");
        var dry = (await box.AssetAsync([.. args, "--json", "--dry-run"])).Ok().Json;
        (await box.AssetAsync([.. args, "-n"])).Ok().Lines.ShouldAllBe(l => l.EndsWith(" (dry run: nothing was written)", StringComparison.Ordinal));
        box.Snapshot(".cairn").ShouldBe(before);
        dry.Count.ShouldBeGreaterThan(0);
        dry.ShouldAllBe(j => j.Is("dryRun"));
        var real = (await box.AssetAsync([.. args, "--json"])).Ok().Json;
        dry.Select(Comparable).ShouldBe(real.Select(Comparable));
    }

    [Fact]
    public async Task A_dry_run_fails_as_the_command_would()
    {
        using var box = await AssetBox.WithModelAsync();
        var before = box.Snapshot(".cairn");
        (await box.AssetAsync("alias", "m", "production", "2", "--dry-run")).Fails(1, "is protected");
        (await box.AssetAsync("alias", "m", "candidate", "2", "--from", "1", "--dry-run")).Fails(1, "is at version 3");
        (await box.AssetAsync("delete", "m:1", "--dry-run")).Fails(1, "the alias 'production' leads to version 1");
        (await box.AssetAsync("rename", "nobody", "x", "--dry-run")).Fails(1, "no asset has the name 'nobody'");
        box.Snapshot(".cairn").ShouldBe(before);
    }

    [Fact]
    public async Task A_dry_run_begins_no_catalog_and_makes_no_folder()
    {
        using var box = await Sandbox.CreateAsync();
        box.File("a.txt", "a");
        (await box.AssetAsync("save", box["a.txt"], "--name", "a", "--store", box["new"], "--dry-run")).Ok().Output.ShouldBe("a:1 new (dry run: nothing was written)\n");
        Directory.Exists(box["new"]).ShouldBeFalse();
        (await box.AssetAsync("alias", "a", "x", "1", "--store", box["new"], "--dry-run")).Fails(1, "no asset has the name 'a'");
    }

    [Fact]
    public async Task A_dry_run_of_more_content_than_it_keeps_still_knows_the_digest()
    {
        using var box = await Sandbox.CreateAsync();
        using (var file = File.Create(box["large.bin"]))
            file.SetLength(70 << 20);
        var dry = await box.JsonAsync("save", box["large.bin"], "--name", "large", "--as", "files", "--dry-run");
        box.Snapshot(".cairn/store").ShouldBeEmpty();
        (await box.JsonAsync("save", box["large.bin"], "--name", "large", "--as", "files")).Text("artifact").ShouldBe(dry.Text("artifact"));
    }

    /// <summary>An answer without what differs from call to call.</summary>
    private static string Comparable(JsonElement json)
    {
        var node = JsonObject.Create(json)!;
        foreach (var name in new[] { "dryRun", "createdAt", "at" })
            node.Remove(name);
        if (node["version"] is not null && node["created"] is not null)
            node.Remove("id");
        return node.ToJsonString();
    }
}
