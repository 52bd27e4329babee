namespace Cairn.Cli.Tests.Commands;

public sealed class DemoTests
{
    [Fact]
    public async Task It_shows_each_step_with_the_code_that_runs_and_leaves_nothing()
    {
        using var box = await Sandbox.CreateAsync(init: false);
        var result = (await box.ProcessAsync(["demo"], info => info.Environment["TMPDIR"] = box.Folder)).Ok();

        foreach (var said in new[]
        {
            "await demo.Store.CopyAsync(\"raw/penguins.json\", \"copies/penguins.json\", WriteMode.CreateNew);",
            "> raw/penguins.json  67119 bytes",
            "641 of 1461 days in Seattle were rainy",
            "\"Species\":\"Gentoo\",\"Count\":124",
            "the second write was refused: AlreadyExists",
            "the late writer was refused: PreconditionFailed; the file contains 'final'",
            "results/half.bin exists: False",
            "published/ exists: True; results/ exists: False",
            "verified while reading",
            "3 files removed, 0 left",
            "> 344 rows, 342 numbers, 3 species, Svg 480 × 72",
            "> 5 blobs before, 0 new",
            "> penguins/table:1 unchanged",
            "> penguins/table:2 new",
            "> the late move was refused: production is at version 2",
            "> production: 1 -> 2, by u:demo: one weight corrected",
            "> the first of 344 weighs 4000 g, and weighed 3750 g",
            "> penguins/model, a model: latest version 1",
            "> found: penguins/table:2",
            "> {\"MeanMass\":{\"Adelie\":3701,\"Chinstrap\":3733,\"Gentoo\":5076}}",
            "> materializer  npy 1",
            "20876 bytes  intact",
        })
            result.Output.ShouldContain(said);
        result.Output.Split('\n').Count(l => l.Contains("> new: ", StringComparison.Ordinal)).ShouldBe(2, "the table and its manifest");
        Directory.EnumerateFileSystemEntries(box.Folder).ShouldBeEmpty();
    }

    [Fact]
    public async Task It_works_below_a_given_root_and_clears_it()
    {
        using var box = await Sandbox.CreateAsync(init: false);
        box.File("there/kept.txt", "kept");
        var result = (await box.ProcessAsync(["demo", "--root", $"file://{box["there"]}"], info => info.Environment["TMPDIR"] = box.Folder)).Ok();
        result.Output.ShouldContain("main: local at file://" + box["there"] + "/cairn-demo-");
        result.Output.ShouldContain("5 blobs before, 0 new");
        Directory.EnumerateFileSystemEntries(box["there"]).Select(Path.GetFileName).ShouldBe(["kept.txt"]);
        (await box.RunAsync("demo", "--root", "nowhere://x")).Code.ShouldNotBe(0);
    }

    [Fact]
    public void The_printed_code_is_the_body_of_the_step()
    {
        var step = new Demo.DemoStep("title", async scene =>
        {
            if (scene.Folder.Length > 0)
                scene.Print("x");
            await Task.Yield();
        });
        step.Code.ShouldBe(["if (scene.Folder.Length > 0)", "    scene.Print(\"x\");", "await Task.Yield();"]);
        new Demo.DemoStep("title", scene => Task.CompletedTask).Code.ShouldBe(["Task.CompletedTask;"]);
    }
}
