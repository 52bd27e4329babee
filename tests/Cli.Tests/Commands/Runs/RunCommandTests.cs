using Cairn.Catalog;
using Cairn.Cli.Tests.Commands.Assets;
using Cairn.Providers.Local;

namespace Cairn.Cli.Tests.Commands.Runs;

public sealed class RunCommandTests
{
    [Fact]
    public async Task Runs_are_listed_shown_and_compared()
    {
        using var box = await WithRunsAsync();
        var list = (await box.RunAsync("run", "list", "--json", "--store", box["store"])).Ok().Json;
        list.Select(r => (r.Text("flow"), r.Text("status"), r.GetProperty("parameters").GetProperty("rate").GetDouble(), r.GetProperty("metrics").GetProperty("accuracy").GetDouble()))
            .ShouldBe([("Train", "Failed", 0.3, 0.3), ("Train", "Succeeded", 0.2, 0.2), ("Train", "Succeeded", 0.1, 0.1)]);
        var (last, first) = (list[1].Text("reference"), list[2].Text("reference"));
        (await On(box, "run", "list", "--flow", "train", "--status", "succeeded", "--metric", "accuracy>0.1")).Ok().Lines.ShouldHaveSingleItem().ShouldStartWith(last);
        (await On(box, "run", "list", "--parameter", "rate<0.15")).Ok().Lines.ShouldHaveSingleItem().ShouldStartWith(first);
        (await On(box, "run", "list", "--status", "good")).Fails(2, "--status takes a status");

        var shown = (await On(box, "run", "show", last)).Ok().Output;
        shown.ShouldContain("parameter  rate=0.2");
        shown.ShouldContain("  fit ");
        (await On(box, "run", "show", "Train/latest")).Ok().Output.ShouldContain("step fit: too high");
        (await On(box, "run", "show", $"{last}/fit", "--json")).Ok().Json.Single().GetProperty("metrics").GetProperty("accuracy").GetProperty("last").GetDouble().ShouldBe(0.2);
        (await On(box, "run", "show", "Train/latest/eval")).Fails(1, "has no step 'eval'; it has fit");
        (await On(box, "run", "show", "Train")).Fails(2, "is not a reference to a run");

        var compared = (await On(box, "run", "compare", first, last)).Ok().Output;
        compared.ShouldContain("parameter  rate");
        compared.ShouldContain("fit#accuracy");
        compared.ShouldNotContain("constant");
        (await On(box, "run", "compare", first, last, "--all")).Ok().Output.ShouldContain("fit#constant");
        (await On(box, "run", "compare", first, last, "--json")).Ok().Json.Single().GetProperty("outputs").EnumerateArray().Single().Text("name").ShouldBe("fit#model");
    }

    [Fact]
    public async Task Outputs_and_exports_are_listed_and_loaded()
    {
        using var box = await WithRunsAsync();
        var outputs = (await On(box, "output", "list", "Train/latest-successful/fit", "--size", "--json")).Ok().Json;
        outputs.Select(o => (o.Text("name"), o.GetProperty("length").GetInt64())).ShouldBe([("constant", 1), ("model", 3)]);
        (await On(box, "output", "list", "Train/latest-successful")).Ok().Lines.Length.ShouldBe(2);
        (await On(box, "output", "load", "Train/latest-successful/fit#model")).Ok().Output.ShouldBe("0.2");
        (await On(box, "output", "load", "Train/latest-successful/fit#none")).Fails(1, "has no output 'none'; it has constant, model");
        (await On(box, "output", "load", "Train/latest-successful/fit")).Fails(1, "names no output");
        (await On(box, "export", "list", "Train/latest-successful", "--json")).Ok().Json.Single().Text("path").ShouldEndWith("/summary.txt");
        (await On(box, "run", "show", "Train/latest-successful/fit", "--log")).Ok().Output.ShouldBe("");
    }

    [Fact]
    public async Task Runs_are_tagged_deleted_and_restored()
    {
        using var box = await WithRunsAsync();
        var reference = (await On(box, "run", "list", "--limit", "1", "--json")).Ok().Json.Single().Text("reference");
        (await On(box, "run", "tag", "Train/latest", "best", "b", "--dry-run")).Ok().Output.ShouldBe($"{reference} tagged: b, best (dry run: nothing was written)\n");
        (await On(box, "run", "tag", "Train/latest")).Ok().Output.ShouldBe("");
        (await On(box, "run", "tag", "Train/latest", "best", "b")).Ok().Output.ShouldBe($"{reference} tagged: b, best\n");
        (await On(box, "run", "tag", "Train/latest", "--remove", "b")).Ok().Output.ShouldBe($"{reference} tagged: best\n");
        (await On(box, "run", "list", "--tag", "best")).Ok().Lines.Length.ShouldBe(1);
        (await On(box, "run", "close", reference)).Fails(1, "has ended: it is Failed");
        (await On(box, "run", "delete", reference, "--dry-run")).Ok().Output.ShouldContain("dry run");
        (await On(box, "run", "delete", reference, "--why", "wrong")).Ok().Output.ShouldBe($"{reference} deleted\n");
        (await On(box, "run", "delete", reference)).Ok().Output.ShouldBe($"{reference} unchanged\n");
        (await On(box, "run", "list")).Ok().Lines.Length.ShouldBe(2);
        (await On(box, "run", "list", "--deleted")).Ok().Lines[0].ShouldStartWith($"{reference} (deleted)");
        (await On(box, "run", "restore", reference)).Ok().Output.ShouldBe($"{reference} restored\n");
        (await On(box, "run", "list")).Ok().Lines.Length.ShouldBe(3);
    }

    [Fact]
    public async Task A_metric_is_drawn_over_runs()
    {
        using var box = await WithRunsAsync();
        (await On(box, "run", "list", "--chart", "accuracy")).Ok().Lines.Select(l => l.Count(c => c == '█')).ShouldBe([13, 27, 40]);
        (await On(box, "run", "list", "--chart", "accuracy", "--svg", box["chart.svg"])).Ok();
        var svg = await File.ReadAllTextAsync(box["chart.svg"]);
        System.Xml.Linq.XDocument.Parse(svg).Root!.Elements().Count(e => e.Name.LocalName == "circle").ShouldBe(3);
        (await On(box, "run", "list", "--chart", "accuracy", "--svg", box["chart.svg"])).Fails(2, "already exists");
        (await On(box, "run", "list", "--chart", "none")).Fails(1, "none of the listed runs has a number as the metric 'none'");
        (await On(box, "run", "list", "--svg", "x")).Fails(2, "--svg needs --chart");
    }

    [Fact]
    public async Task References_are_completed_from_the_index()
    {
        using var box = await WithRunsAsync();
        (await box.RunAsync("store", "register", "runs", "--root", box["store"])).Code.ShouldBe(0);
        (await box.RunAsync("run", "list", "--store", "runs:")).Ok();
        (await CompleteAsync("cairn run show --store runs: Train/la")).ShouldBe(["Train/latest", "Train/latest-successful"]);
        (await CompleteAsync("cairn run show --store runs: Train/latest/f")).ShouldBe(["Train/latest/fit"]);
        (await CompleteAsync("cairn output load --store runs: Train/latest-successful/fit#m")).ShouldBe(["Train/latest-successful/fit#model"]);

        async Task<string[]> CompleteAsync(string line) => (await box.RunAsync("complete", line)).Ok().Lines;
    }

    private static Task<CliResult> On(Sandbox box, params string[] args) => box.RunAsync([.. args, "--store", box["store"]]);

    /// <summary>Three runs of a flow, of which the newest has failed.</summary>
    private static async Task<Sandbox> WithRunsAsync()
    {
        var box = await Sandbox.CreateAsync();
        Directory.CreateDirectory(box["store"]);
        await using var store = await ArtifactStore.OpenAsync(new LocalProvider(), new Uri(box["store"]).ToString());
        await using var catalog = await Catalog.Catalog.OpenAsync(store, new() { User = "u:ada", IndexFolder = box["other-index"] });
        foreach (var rate in (double[])[0.1, 0.2, 0.3])
        {
            var running = catalog.RunAsync("Train", run => run.StepAsync("fit", step =>
            {
                step.Metric("accuracy", step.Parameter("rate").AsNumber());
                step.Output("model", FormattableString.Invariant($"{rate}"));
                step.Output("constant", "c");
                step.Export(Export.Text("summary.txt", "good"));
                return rate > 0.25 ? throw new InvalidOperationException("too high") : Task.CompletedTask;
            }), new() { Parameters = { ["rate"] = rate } });
            if (rate > 0.25)
                await Should.ThrowAsync<InvalidOperationException>(running);
            else
                await running;
        }
        return box;
    }
}
