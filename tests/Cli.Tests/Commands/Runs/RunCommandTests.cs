using Cairn.Catalog;
using Cairn.Cli.Tests.Commands.Assets;
using Cairn.Flows;
using Cairn.Providers.Local;

namespace Cairn.Cli.Tests.Commands.Runs;

public sealed partial class RunCommandTests
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

    [Fact]
    public async Task An_output_is_promoted_to_a_version_that_tells_its_task()
    {
        using var box = await WithRunsAsync();
        (await On(box, "output", "promote", "Train/latest-successful/fit#model", "m1", "--alias", "candidate", "--tag", "t", "--dry-run")).Ok().Output.ShouldBe("m1:1 new (dry run: nothing was written)\n");
        (await On(box, "asset", "show", "m1")).Code.ShouldBe(1);
        (await On(box, "output", "promote", "Train/latest-successful/fit#model", "m1", "--alias", "candidate", "--tag", "t")).Ok().Output.ShouldBe("m1:1 new\n");
        var version = (await On(box, "asset", "show", "m1@candidate", "--json")).Ok().Json.Single();
        version.GetProperty("tags").EnumerateArray().Single().GetString().ShouldBe("t");
        (await On(box, "output", "promote", "Train/latest/fit#model", "m1")).Fails(1, "has no output 'model'");
        (await On(box, "output", "promote", "Train/latest-successful/fit#model", "m1:2")).Fails(2, "needs the name of an asset");
    }

    [Fact]
    public async Task Results_are_written_as_a_table()
    {
        using var box = await WithRunsAsync();
        var lines = (await On(box, "export", "results", "--flow", "train")).Ok().Lines;
        lines[0].TrimEnd('\r').ShouldBe("run,status,started,finished,seconds,tags,param.rate,metric.accuracy");
        (lines.Length, lines[1].Contains(",Failed,", StringComparison.Ordinal), lines[3].TrimEnd('\r').EndsWith(",0.1,0.1", StringComparison.Ordinal)).ShouldBe((4, true, true));
        (await On(box, "export", "results", "--step", "fit", "--json", "--limit", "1")).Ok().Json.Single().ShouldSatisfyAllConditions(
            r => r.Text("step").ShouldBe("fit"), r => r.GetProperty("metric.accuracy").GetDouble().ShouldBe(0.3), r => r.GetProperty("item").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null));
        // The plugin with Parquet is beside the command, and not beside the tests.
        var command = Sandbox.Command.Replace("tests/Cli.Tests", "src/Cli", StringComparison.Ordinal);
        (await box.ProcessAsync(["export", "results", "-o", box["r.parquet"], "--store", box["store"]], info => info.ArgumentList[info.ArgumentList.IndexOf(Sandbox.Command)] = command)).Ok();
        (await File.ReadAllBytesAsync(box["r.parquet"]))[^4..].ShouldBe("PAR1"u8.ToArray());
        (await On(box, "export", "results", "-o", box["r.parquet"])).Fails(2, "already exists");
        (await On(box, "export", "results", "-o", box["r.txt"])).Fails(2, "neither the extension .csv nor .parquet");
        (await On(box, "export", "results", "-o", box["r.txt"], "--csv", "--status", "failed")).Ok();
        (await File.ReadAllLinesAsync(box["r.txt"])).Length.ShouldBe(2);
        (await On(box, "export", "results", "--json", "--csv")).Fails(2, "cannot be combined");
    }

    [Fact]
    public async Task Conflicts_and_cache_keys_are_explained()
    {
        using var box = await Sandbox.CreateAsync();
        Directory.CreateDirectory(box["store"]);
        var factor = 1;
        var flow = Flow.Of<NoteState>("Clash")
            .Step("load", (s, step) => s.Rows = factor, new() { Cache = StepCache.On($"v{factor}") })
            .ForEach("fit", _ => new[] { "a", "b" }, (s, item, _) => s.Note = item, new() { Key = i => i })
            .Join("merge", (_, inputs, step) => step.Merge(inputs));
        await using (var store = await ArtifactStore.OpenAsync(new LocalProvider(), new Uri(box["store"]).ToString()))
        await using (var catalog = await Catalog.Catalog.OpenAsync(store, new() { User = "u:ada", IndexFolder = box["other-index"] }))
        {
            await Should.ThrowAsync<MergeConflictException>(() => flow.RunAsync(catalog));
            flow = Flow.Of<NoteState>("Clash").Step("load", (s, step) => s.Rows = 2, new() { Cache = StepCache.On("v2") });
            await flow.RunAsync(catalog);
            await flow.RunAsync(catalog);
        }
        var runs = (await On(box, "run", "list", "--json")).Ok().Json.Select(r => r.Text("reference")).ToList();
        var lines = (await On(box, "run", "conflicts", runs[2])).Ok().Lines;
        lines.Length.ShouldBe(3);
        lines[0].ShouldStartWith($"{runs[2]}/merge");
        lines[0].ShouldContain("no value");
        (lines[1].Trim().StartsWith("fit/a", StringComparison.Ordinal), lines[2].Trim().StartsWith("fit/b", StringComparison.Ordinal)).ShouldBe((true, true));
        var conflict = (await On(box, "run", "conflicts", runs[2], "--json")).Ok().Json.Single();
        (conflict.Text("name"), conflict.GetProperty("branches").GetArrayLength()).ShouldBe(("Note", 2));
        (await On(box, "run", "conflicts", runs[0])).Ok().Output.ShouldBe("");

        (await On(box, "cache", "explain", $"{runs[0]}/load")).Ok().Output.ShouldBe($"{runs[0]}/load did not run: it has the outputs of {runs[1]}/load.\n");
        var explained = (await On(box, "cache", "explain", $"{runs[1]}/load")).Ok().Lines;
        explained[0].ShouldBe($"{runs[1]}/load ran: its key differs from that of {runs[2]}/load, the nearest earlier task.");
        explained[2].Split(' ', StringSplitOptions.RemoveEmptyEntries).ShouldBe(["code", "\"v1\"", "\"v2\""]);
        (await On(box, "cache", "explain", $"{runs[2]}/load", "--json")).Ok().Json.Single().GetProperty("hit").GetBoolean().ShouldBeFalse();
        (await On(box, "cache", "explain", $"{runs[2]}/merge")).Fails(1, "has no key in the step cache");
    }

    [FlowState]
    internal sealed partial class NoteState
    {
        public partial int Rows { get; set; }

        public partial string Note { get; set; }
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
