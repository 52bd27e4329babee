using Cairn.Catalog;
using Cairn.Cli.Tests.Commands.Assets;
using Cairn.Flows;
using Cairn.Providers.Local;

namespace Cairn.Cli.Tests.Commands.Runs;

/// <summary>What the commands say about runs of flows: references instead of ids, items by their keys, and names that no run has.</summary>
public sealed partial class FlowRunTests
{
    [Fact]
    public async Task A_metric_of_many_items_says_of_which_it_is()
    {
        using var box = await WithRunsAsync();
        var run = (await On(box, "run", "list", "--limit", "1", "--json")).Ok().Json.Single().Text("reference");
        var shown = (await On(box, "run", "show", run)).Ok().Lines;
        shown.ShouldContain($"metric     accuracy=0.2 (of fit/r2, the last of 2 tasks; all: cairn run show {run}/fit)");
        shown.ShouldContain("metric     best=0.9");
        (await On(box, "run", "show", $"{run}/fit")).Ok().Lines.Select(l => l.Split("  ")[^1].Trim()).ShouldBe(["accuracy=0.9", "accuracy=0.2"]);
    }

    [Fact]
    public async Task A_default_that_was_used_is_shown_and_compared()
    {
        using var box = await WithRunsAsync();
        var runs = (await On(box, "run", "list", "--json")).Ok().Json.Select(r => r.Text("reference")).ToList();
        // The second run has taken over the task that has read it.
        foreach (var run in runs)
        {
            (await On(box, "run", "show", run)).Ok().Lines.ShouldContain("parameter  rows=10 (default)");
            (await On(box, "run", "show", $"{run}/load")).Ok().Output.ShouldContain("rows (default 10)");
            (await On(box, "run", "show", run, "--json")).Ok().Json.Single().GetProperty("defaults").GetRawText().ShouldBe("""{"rows":10}""");
        }
        (await On(box, "run", "compare", "--all", runs[0], runs[1])).Ok().Lines.Select(l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ShouldContain("parameter rows 10 10");
        (await On(box, "export", "results")).Ok().Lines[0].ShouldContain("param.rate,param.rows,param.site.area");
    }

    [Fact]
    public async Task Runs_and_tasks_are_named_by_their_references()
    {
        using var box = await WithRunsAsync();
        var runs = (await On(box, "run", "list", "--json")).Ok().Json.Select(r => r.Text("reference")).ToList();
        (await On(box, "run", "show", runs[0])).Ok().Lines.ShouldContain($"resumes    {runs[1]}");
        (await On(box, "run", "show", $"{runs[0]}/load")).Ok().Lines.ShouldContain($"cached from  {runs[1]}/load");
        (await On(box, "run", "show", $"{runs[0]}/nix")).Fails(1, $"the run {runs[0]} has no step 'nix'");
        (await On(box, "run", "show", $"{runs[0]}/fit/r9")).Fails(1, $"the step 'fit' of the run {runs[0]} has no such item");
    }

    [Fact]
    public async Task Items_of_the_cache_are_explained_by_their_keys()
    {
        using var box = await WithRunsAsync();
        var runs = (await On(box, "run", "list", "--json")).Ok().Json.Select(r => r.Text("reference")).ToList();
        var lines = (await On(box, "cache", "explain", $"{runs[0]}/fit/r2")).Ok().Lines;
        lines[0].ShouldBe($"{runs[0]}/fit/r2 ran: its key differs from that of {runs[1]}/fit/r1, the nearest earlier task.");
        lines[2].ShouldMatch(@"^item +r1 \([0-9a-f]{12}\) +r2 \([0-9a-f]{12}\)$");
        (await On(box, "cache", "explain", $"{runs[0]}/fit/r2", "--json")).Ok().Json.Single().GetProperty("differences")[0].Text("now").ShouldStartWith("\"sha256:");
    }

    [Fact]
    public async Task A_name_that_no_run_has_is_told_on_standard_error()
    {
        using var box = await WithRunsAsync();
        await NotesAsync("note: no flow 'Nope' has runs; the flows are Tune", "run", "list", "--flow", "Nope");
        await NotesAsync("note: no flow 'Nope' has runs; the flows are Tune", "export", "results", "--flow", "Nope");
        await NotesAsync("note: none of the 2 runs that were looked at has a metric 'acuracy'; the metrics are accuracy, best", "run", "list", "--metric", "acuracy>0.1");
        await NotesAsync("note: none of the 2 runs that were looked at has a parameter 'site.x'; the parameters are rate, site.area", "run", "list", "--flow", "tune", "--parameter", "site.x=1");
        await NotesAsync("note: none of the 2 runs that were looked at has a step 'fitt'; the steps are fit, load, pick", "export", "results", "--step", "fitt");
        // What is known and matches nothing needs no note.
        await NotesAsync("", "run", "list", "--flow", "Tune", "--status", "lost", "--metric", "accuracy>0.1", "--parameter", "rate=7");
        (await On(box, "run", "list", "--chart", "nope")).Fails(1, "as the metric 'nope' (NotFound). They have accuracy, best.");

        async Task NotesAsync(string note, params string[] args)
        {
            var answer = await On(box, [.. args, "--json"]);
            (answer.Code, answer.Output, answer.Error.TrimEnd()).ShouldBe((0, "", note));
        }
    }

    [Fact]
    public async Task A_template_of_a_flow_without_runs_is_saved_with_a_note()
    {
        using var box = await WithRunsAsync();
        // Nothing is known before the index is built.
        (await On(box, "template", "save", "a", "--flow", "Nope")).Ok();
        (await On(box, "run", "list")).Ok();
        var saved = await On(box, "template", "save", "b", "--flow", "Nope", "--json");
        (saved.Code, saved.Error.TrimEnd()).ShouldBe((0, "note: this machine knows no run of a flow 'Nope' in the store; it knows runs of Tune"));
        saved.Json.Single().Text("name").ShouldBe("b");
        (await On(box, "template", "save", "c", "--flow", "tune")).Ok();
    }

    [Fact]
    public async Task Files_are_replaced_only_when_asked()
    {
        using var box = await WithRunsAsync();
        foreach (var args in (string[][])[
            ["output", "load", "Tune/latest/pick#Score", "-o", box["score.json"]],
            ["load", (await On(box, "output", "list", "Tune/latest/pick", "--json")).Ok().Json[0].Text("artifact"), "-o", box["artifact.json"]],
            ["export", "results", "-o", box["results.csv"]],
            ["run", "list", "--chart", "best", "--svg", box["chart.svg"]]])
        {
            await File.WriteAllTextAsync(args[^1], "old");
            var refused = await On(box, args);
            refused.Code.ShouldNotBe(0);
            refused.Error.ShouldContain("already exists");
            refused.Error.ShouldContain("Use --replace to replace it, or choose another name.");
            (await File.ReadAllTextAsync(args[^1])).ShouldBe("old");
            (await On(box, [.. args, "--replace"])).Ok();
            (await File.ReadAllTextAsync(args[^1])).ShouldNotBe("old");
        }
        (await On(box, "output", "load", "Tune/latest/pick#Score", "--replace")).Fails(2, "--replace needs --output");
        (await On(box, "export", "results", "--replace")).Fails(2, "--replace needs --output");
        (await On(box, "run", "list", "--replace")).Fails(2, "--replace needs --svg");
    }

    [FlowState]
    internal sealed partial class TuneState
    {
        public partial int Rows { get; set; }

        public partial double Score { get; set; }
    }

    private static Task<CliResult> On(Sandbox box, params string[] args) => box.RunAsync([.. args, "--store", box["store"]]);

    /// <summary>A run whose second item has failed, and the run that resumes it.</summary>
    private static async Task<Sandbox> WithRunsAsync()
    {
        var box = await Sandbox.CreateAsync();
        Directory.CreateDirectory(box["store"]);
        var fails = true;
        var flow = Flow.Of<TuneState>("Tune")
            .Step("load", (s, step) => s.Rows = (int)step.Parameter("rows", 10).AsInteger())
            .ForEach("fit", _ => new[] { 1, 2 }, (s, rate, step) =>
            {
                if (rate == 2 && fails)
                    throw new InvalidDataException("bad rate");
                s.Score = rate == 1 ? 0.9 : 0.2;
                step.Metric("accuracy", s.Score);
            }, new() { Key = r => $"r{r}", Parallelism = 1, Cache = StepCache.On("v1") })
            .Join("pick", (s, inputs, step) => step.Metric("best", s.Score = inputs.Max(i => i.Score)));
        await using var store = await ArtifactStore.OpenAsync(new LocalProvider(), new Uri(box["store"]).ToString());
        await using var catalog = await Catalog.Catalog.OpenAsync(store, new() { User = "u:ada", IndexFolder = box["other-index"] });
        var site = MetadataValue.Object([KeyValuePair.Create<string, MetadataValue>("area", 3)]);
        await Should.ThrowAsync<InvalidDataException>(() => flow.RunAsync(catalog, new() { Parameters = { ["rate"] = 1, ["site"] = site } }));
        fails = false;
        await flow.ResumeAsync(catalog);
        return box;
    }
}
