namespace Cairn.Cli.Tests.Commands.Assets;

public sealed class AssetChangeTests
{
    [Fact]
    public async Task Tags_of_assets_and_versions_are_added_removed_and_listed()
    {
        using var box = await AssetBox.WithModelAsync();
        (await box.AssetAsync("tag", "m", "reviewed", "+team:risk")).Ok().Output.ShouldBe("m tagged: reviewed, team:risk\n");
        (await box.AssetAsync("tag", "m", "reviewed")).Ok().Output.ShouldBe("m unchanged: reviewed, team:risk\n");
        (await box.AssetAsync("tag", "m", "+new", "--", "-reviewed")).Ok().Output.ShouldBe("m tagged: new, team:risk\n");
        (await box.AssetAsync("tag", "m")).Ok().Lines.ShouldBe(["new", "team:risk"]);
        var version = await box.JsonAsync("tag", "m@production", "+-odd", "--add", "b", "--remove", "a");
        (version.Text("reference"), version.Is("changed")).ShouldBe(("m@production", true));
        version.Texts("tags").ShouldBe(["-odd", "b"]);
        (await box.JsonAsync("show", "m:1")).Texts("tags").ShouldBe(["-odd", "b"]);
        (await box.JsonAsync("show", "m")).Texts("tags").ShouldBe(["new", "team:risk"]);
        (await box.AssetAsync("tag", "m", "a", "--remove", "a")).Fails(2, "is to be added and removed");
        (await box.AssetAsync("tag", "m", "a\u0007")).Fails(1, "cannot name a tag");
        (await box.AssetAsync("tag", "sha256:0")).Code.ShouldBe(2);
    }

    [Fact]
    public async Task Properties_are_set_and_removed()
    {
        using var box = await AssetBox.WithModelAsync();
        (await box.AssetAsync("update", "m", "--description", "Churn.", "--display", "Churn model", "--type", "net", "--protect", "candidate", "--unprotect", "production")).Ok()
            .Output.ShouldBe("m updated\n");
        var shown = await box.JsonAsync("show", "m");
        (shown.Text("description"), shown.Text("display"), shown.Text("type")).ShouldBe(("Churn.", "Churn model", "net"));
        shown.Texts("protected").ShouldBe(["candidate"]);
        (await box.AssetAsync("update", "m", "--description", "Churn.")).Ok().Output.ShouldBe("m unchanged\n");
        (await box.AssetAsync("update", "m", "--description", "", "--display", "", "--type", "")).Ok();
        shown = await box.JsonAsync("show", "m");
        shown.TryGetProperty("description", out _).ShouldBeFalse();
        shown.TryGetProperty("type", out _).ShouldBeFalse();
        shown.Text("display").ShouldBe("m");

        (await box.JsonAsync("update", "m:2", "--meta", "auc=0.5", "--meta", "note=seen", "--description", "v2")).Is("changed").ShouldBeTrue();
        (await box.AssetAsync("update", "m:2", "--unset", "note")).Ok();
        var version = await box.JsonAsync("show", "m:2");
        version.GetProperty("metadata").GetRawText().ShouldBe("""{"auc":0.5}""");
        version.Text("description").ShouldBe("v2");
        (await box.AssetAsync("update", "m")).Fails(2, "nothing to update");
        (await box.AssetAsync("update", "m", "--meta", "a=1")).Fails(2, "the reference has to name one");
        (await box.AssetAsync("update", "m:2", "--type", "x")).Fails(2, "must not name a version");
        (await box.AssetAsync("update", "m:2", "--meta", "a=1", "--unset", "a")).Fails(2, "is to be set and removed");
    }

    [Fact]
    public async Task Versions_are_pinned_deleted_and_restored()
    {
        using var box = await AssetBox.WithModelAsync();
        (await box.AssetAsync("pin", "m:1", "m:3")).Ok().Output.ShouldBe("m:1 pinned\nm:3 pinned\n");
        (await box.AssetAsync("pin", "m:3")).Ok().Output.ShouldBe("m:3 unchanged\n");
        (await box.AssetAsync("delete", "m:1")).Fails(1, "the alias 'production' leads to version 1; version 1 is pinned");
        (await box.AssetAsync("unpin", "m:1")).Ok().Output.ShouldBe("m:1 unpinned\n");
        (await box.AssetAsync("delete", "m:1", "--with-aliases")).Fails(1, "State why the aliases are removed: --why TEXT in a command");
        (await box.AssetAsync("delete", "m:2", "--with-aliases")).Fails(1, "the fixed alias '1.0' leads to version 2 (PreconditionFailed). Let a fixed alias move: asset update --unfix in a command");
        (await box.AssetAsync("delete", "m:1", "--with-aliases", "--why", "old")).Ok().Output.ShouldBe("m:1 deleted\n");
        (await box.AssetAsync("delete", "m:1")).Ok().Output.ShouldBe("m:1 unchanged\n");
        (await box.AssetAsync("show", "m:1")).Fails(1, "version 1 is deleted");
        (await box.AssetAsync("load", "m:1")).Fails(1, "version 1 is deleted");
        var history = (await box.AssetAsync("history", "m", "--json")).Ok().Json;
        history.Select(v => (v.Number("version"), v.Is("pinned"), v.Is("deleted"))).ShouldBe([(3, true, false), (2, false, false), (1, false, true)]);
        (await box.AssetAsync("history", "m", "--limit", "1")).Ok().Lines.ShouldHaveSingleItem().ShouldContain("candidate, pinned");
        (await box.AssetAsync("restore", "m:1")).Ok().Output.ShouldBe("m:1 restored\n");
        (await box.AssetAsync("load", "m:1")).Ok().Output.ShouldBe("one\n");
        (await box.AssetAsync("history", "m", "--limit", "0")).Code.ShouldBe(2);
        (await box.AssetAsync("pin", "m")).Fails(1, "names an asset but not a version");
    }

    [Fact]
    public async Task Of_several_references_one_that_fails_does_not_stop_the_others()
    {
        using var box = await AssetBox.WithModelAsync();
        var result = await box.AssetAsync("pin", "m:1", "m:9", "nobody:1", "m:2", "--json");
        result.Code.ShouldBe(1);
        result.Json.Select(j => j.Text("reference")).ShouldBe(["m:1", "m:2"]);
        result.Error.ShouldContain("Cannot pin 'm:9' in file://");
        result.Error.ShouldContain("store/artifacts: the asset has no version 9 (NotFound).");
        result.Error.ShouldContain("Cannot pin 'nobody:1' in file://");
        result.Error.ShouldContain("no asset has the name 'nobody'");
        (await box.AssetAsync("pin", "m:1", "m:")).Fails(2, "nothing follows the separator");
    }

    [Fact]
    public async Task An_asset_is_deleted_restored_and_gives_up_its_names()
    {
        using var box = await AssetBox.WithModelAsync();
        (await box.AssetAsync("rename", "m", "models/M")).Ok().Output.ShouldBe("m → models/M\n");
        (await box.AssetAsync("load", "m:1")).Ok();
        (await box.JsonAsync("show", "m")).Texts("formerNames").ShouldBe(["m"]);
        (await box.AssetAsync("update", "m", "--unfix", "1.0")).Ok();
        (await box.AssetAsync("delete", "m")).Fails(1, "the alias 'candidate' leads to version 3");
        (await box.AssetAsync("delete", "m", "--with-aliases", "--why", "over")).Ok().Output.ShouldBe("m deleted\n");
        (await box.AssetAsync("load", "m")).Fails(1, "the asset 'm' is deleted");
        (await box.AssetAsync("show", "m")).Ok().Output.ShouldContain("models/M (deleted)");
        box.File("b.txt", "b");
        (await box.AssetAsync("save", box["b.txt"], "--name", "m")).Fails(1, "the asset is deleted");
        (await box.AssetAsync("restore", "m")).Ok().Output.ShouldBe("m restored\n");
        (await box.AssetAsync("load", "m:1")).Ok();
        (await box.AssetAsync("delete", "m", "--release-name")).Ok();
        (await box.AssetAsync("restore", "models/M")).Fails(1, "no asset has the name 'models/M'");
        (await box.AssetAsync("save", box["b.txt"], "--name", "m")).Ok().Output.ShouldBe("m:1 new\n");
        (await box.AssetAsync("delete", "m:1", "--release-name")).Fails(2, "'m:1' names a version");
    }

    [Fact]
    public async Task A_rename_keeps_the_former_name_unless_it_is_released()
    {
        using var box = await AssetBox.WithModelAsync();
        box.File("b.txt", "b");
        (await box.AssetAsync("save", box["b.txt"], "--name", "other")).Ok();
        (await box.AssetAsync("rename", "m", "Other")).Fails(1, "the name 'Other' belongs to the asset 'other'");
        (await box.AssetAsync("rename", "m", "M")).Ok().Output.ShouldBe("m → M\n");
        var renamed = await box.JsonAsync("rename", "m", "n", "--release");
        (renamed.Text("name"), renamed.Text("from"), renamed.Is("released"), renamed.Is("changed")).ShouldBe(("n", "m", true, true));
        (await box.AssetAsync("load", "m:1")).Fails(1, "no asset has the name 'm'");
        (await box.AssetAsync("rename", "n", "n")).Ok().Output.ShouldBe("n unchanged\n");
        (await box.AssetAsync("rename", "n", "k")).Ok();
        (await box.AssetAsync("rename", "k", "--release")).Fails(1, "is the current name of the asset");
        (await box.AssetAsync("rename", "n", "--release")).Ok().Output.ShouldBe("n released\n");
        (await box.AssetAsync("rename", "k")).Fails(2, "Specify NEW-NAME");
        (await box.AssetAsync("rename", "k", "a:1")).Fails(2, "names a version");
    }
}
