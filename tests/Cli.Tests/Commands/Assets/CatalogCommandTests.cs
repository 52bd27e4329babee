using System.Text.Json;

namespace Cairn.Cli.Tests.Commands.Assets;

public sealed class CatalogCommandTests
{
    [Fact]
    public async Task The_status_tells_how_far_the_index_is_behind()
    {
        using var box = await AssetBox.WithModelAsync();
        var before = await JsonAsync(box, "status");
        (before.Number("assets"), before.Number("versions"), before.Number("unreadable")).ShouldBe((0, 0, 0));
        before.Number("behind").ShouldBeGreaterThan(0);
        before.TryGetProperty("synchronizedAt", out _).ShouldBeFalse();
        var synced = await JsonAsync(box, "sync");
        synced.Number("records").ShouldBeGreaterThanOrEqualTo(4);
        synced.Number("batches").ShouldBe(before.Number("behind"));
        synced.Is("behind").ShouldBeFalse();
        var after = await JsonAsync(box, "status");
        (after.Number("assets"), after.Number("versions"), after.Number("behind")).ShouldBe((1, 3, 0));
        after.Text("catalog").ShouldBe(before.Text("catalog"));
        var text = (await box.RunAsync("catalog", "status")).Ok().Output;
        text.ShouldContain("versions      3\n");
        text.ShouldContain("behind        0\n");
        (await box.RunAsync("catalog", "sync")).Ok().Output.ShouldStartWith("Applied ");
    }

    [Fact]
    public async Task A_full_synchronization_finds_what_was_not_published()
    {
        using var box = await AssetBox.WithModelAsync();
        var feed = Directory.GetDirectories(box[".cairn/store"], "feed", SearchOption.AllDirectories).ShouldHaveSingleItem();
        Directory.Delete(feed, recursive: true);
        (await JsonAsync(box, "sync")).Number("records").ShouldBe(0);
        (await box.AssetAsync("list", "--json")).Ok().Json.ShouldBeEmpty();
        (await JsonAsync(box, "sync", "--full")).Number("records").ShouldBeGreaterThan(0);
        (await box.AssetAsync("list", "--cached", "--json")).Json.ShouldHaveSingleItem().Number("latest").ShouldBe(3);
    }

    [Fact]
    public async Task The_index_is_built_again_from_a_checkpoint_or_from_the_records()
    {
        using var box = await AssetBox.WithModelAsync();
        var before = box.Snapshot(".cairn/store");
        (await JsonAsync(box, "checkpoint", "--dry-run")).Is("dryRun").ShouldBeTrue();
        box.Snapshot(".cairn/store").ShouldBe(before);
        (await JsonAsync(box, "checkpoint")).Is("written").ShouldBeTrue();
        Directory.GetDirectories(box[".cairn/store"], "checkpoints", SearchOption.AllDirectories).ShouldHaveSingleItem();
        foreach (string[] args in new string[][] { ["rebuild"], ["rebuild", "--from-records"] })
        {
            (await JsonAsync(box, args)).Number("records").ShouldBeGreaterThanOrEqualTo(4);
            (await box.AssetAsync("list", "--cached", "--json")).Json.ShouldHaveSingleItem().Number("latest").ShouldBe(3);
        }
    }

    [Fact]
    public async Task A_verification_lists_faults_and_its_code_tells_whether_there_are_any()
    {
        using var box = await AssetBox.WithModelAsync();
        (await box.RunAsync("catalog", "verify")).Ok().Output.ShouldBe("The catalog has no faults.\n");
        (await box.RunAsync("catalog", "verify", "--json")).Ok().Output.ShouldBe("");
        var artifact = (await box.JsonAsync("show", "m:2")).Text("artifact")["sha256:".Length..];
        File.Delete(Directory.GetFiles(box[".cairn/store"], artifact, SearchOption.AllDirectories).Single());
        var faults = await box.RunAsync("catalog", "verify", "--json");
        faults.Code.ShouldBe(1);
        var fault = faults.Json.ShouldHaveSingleItem();
        fault.Text("asset").ShouldBe("m");
        fault.Text("reason").ShouldContain("the artifact of version 2 cannot be used");
        var text = await box.RunAsync("catalog", "verify");
        text.Code.ShouldBe(1);
        text.Output.ShouldStartWith("m: the artifact of version 2 cannot be used");
        text.Output.ShouldEndWith("The catalog has 1 fault.\n");
    }

    [Fact]
    public async Task A_store_without_a_catalog_gets_none_by_being_looked_at()
    {
        using var box = await Sandbox.CreateAsync();
        foreach (var command in new[] { "status", "sync", "rebuild", "verify" })
            (await box.RunAsync("catalog", command, "--store", box["nowhere"])).Fails(1, "there is no catalog");
        Directory.Exists(box["nowhere"]).ShouldBeFalse();
        (await box.RunAsync("catalog")).Code.ShouldBe(2);
    }

    private static async Task<JsonElement> JsonAsync(Sandbox box, params string[] args) => (await box.RunAsync(["catalog", .. args, "--json"])).Ok().Json.ShouldHaveSingleItem();
}
