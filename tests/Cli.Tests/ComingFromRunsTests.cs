using System.Data;
using Cairn.Catalog;
using Cairn.Flows;
using Cairn.Providers.Local;

namespace Cairn.Cli.Tests;

/// <summary>The lines of <c>docs/coming-from.md</c> about runs.</summary>
public sealed partial class ComingFromTests
{
    /// <summary>The flow of the page.</summary>
    private static Flow<TrainState> CreateFlow() => Flow.Of<TrainState>("Train")
        .Step("load", (s, step) => s.Rates = [0.1, 0.2])
        .Branch(b => b.Step("note", (s, step) => s.Note = "a note").Step("count", (s, step) => s.Rows = 2))
        .Join("both", (s, inputs, step) => step.Merge(inputs))
        .ForEach("train", s => s.Rates, (s, rate, step) => s.Accuracy = rate * step.Parameter("lr", 1).AsNumber(), new() { OnFailure = ForEachFailure.Continue })
        .Join("join", (s, inputs, step) => step.Merge(inputs, exclude: ["Accuracy"]))
        .Step("evaluate", async (s, step) =>
        {
            var epoch = await step.RestoreAsync(() => 0);
            await step.CheckpointAsync(epoch);
            step.Export(Export.Html("card", "<h1>good</h1>"));
            step.Output("model", $"{s.Rows} rows");
        }, new StepOptions { Retry = new(3) })
        .Step("predict", (s, step) => s.Note = $"{s.Rows} rows", new() { Replay = true });

    [Fact]
    public async Task The_CSharp_of_Metaflow_lines_does_what_the_page_says()
    {
        using var box = await Sandbox.CreateAsync(init: false);
        await using var store = await ArtifactStore.OpenAsync(new LocalProvider(), StoreUri.FromLocalPath(box["store"]).ToString());
        await using var catalog = await OpenAsync(store, box);
        var flow = CreateFlow();
        var options = new RunOptions { Parameters = { ["lr"] = 0.1 } };
        var reference = RunReference.OfRun(await flow.RunAsync(catalog, options with { Tags = ["nightly"] }));
        var run = await catalog.Runs.GetAsync(reference);
        (await run["both"].Task.Data.GetAsync<string>("Note")).ShouldBe("a note");
        (await run["both"].Task.Data.GetAsync<int>("Rows")).ShouldBe(2);
        (await run["train"].TasksAsync().Select(t => t.Item).ToListAsync()).ShouldBe(["0", "1"]);
        run["join"].Task.Data.Find("Accuracy").ShouldBeNull();
        run["train"].FindTask("0")!.Parameters.ShouldBe(["lr"]);
        var output = run["both"].Task["Note"];
        output.Digest.Hex.Length.ShouldBe(64);
        (await output.StatAsync()).Manifest.TotalLength.ShouldBe(6);
        (output.CreatedAt >= run.StartedAt).ShouldBeTrue();
        (await catalog.Flow("Train").LatestSuccessfulAsync())!.Id.ShouldBe(run.Id);
        (await catalog.Flow("Train").RunsAsync(new() { Tag = "nightly" }).CountAsync()).ShouldBe(1);
        await catalog.Runs.TagAsync(reference, ["best"]);
        (await catalog.Runs.GetAsync(reference)).Tags.ShouldBe(["best", "nightly"]);
        var resumed = await catalog.Runs.GetAsync(RunReference.OfRun(await flow.ResumeAsync(catalog, reference, from: "join")));
        (resumed["train"].Status, resumed["join"].Task.Status).ShouldBe((RunStatus.Cached, RunStatus.Succeeded));
        run["evaluate"].Task.Checkpoint.ShouldNotBeNull();
        (await store.ReadTextAsync(run["evaluate"].Task.Exports.Single().Path)).ShouldBe("<h1>good</h1>");
        string[] tables = ["a", "b"];
        (await catalog.Repository.SaveAllAsync(tables)).Count.ShouldBe(2);
        var failing = Flow.Of<TrainState>("Catch").ForEach("train", _ => new[] { 1, 2 }, (s, i, _) => s.Rows = i == 1 ? throw new InvalidDataException() : i, new() { OnFailure = ForEachFailure.Continue })
            .Join("join", (s, inputs, _) => s.Rows = inputs.Failed.Count);
        await failing.RunAsync(catalog);
        (await (await catalog.Runs.GetAsync("Catch/latest"))["join"].Task.Data.GetAsync<int>("Rows")).ShouldBe(1);
    }

    [Fact]
    public async Task The_CSharp_of_nirs4all_lines_does_what_the_page_says()
    {
        using var box = await Sandbox.CreateAsync(init: false);
        await using var store = await ArtifactStore.OpenAsync(new LocalProvider(), StoreUri.FromLocalPath(box["store"]).ToString());
        await using var catalog = await OpenAsync(store, box);
        var (m, png) = ("model", new byte[] { 1, 2 });
        await catalog.RunAsync("Returns", run => run.StepAsync("fit", _ => new StepResult { Artifacts = { ["model"] = m }, Exports = { Export.Bytes("chart.png", png) } }));
        var returned = (await catalog.Runs.GetAsync("Returns/latest"))["fit"].Task;
        (await returned.Data.GetAsync<string>("model"), returned.Exports.Single().MediaType).ShouldBe((m, "image/png"));
        var before = await store.GlobAsync("{exports,artifacts/blobs}/**").CountAsync();
        var dry = new RunOptions { SaveArtifacts = false, SaveExports = false };
        await catalog.RunAsync("Returns", run => run.StepAsync("fit", _ => new StepResult { Artifacts = { ["model"] = "another" }, Exports = { Export.Bytes("chart.png", png) } }), dry);
        (await store.GlobAsync("{exports,artifacts/blobs}/**").CountAsync()).ShouldBe(before);
        var digest = returned["model"].Digest;
        (await catalog.Repository.StatAsync(digest)).Manifest.TotalLength.ShouldBe(5);
        (await store.ListAsync("artifacts/blobs/sha256").CountAsync()).ShouldBeGreaterThan(0);
        await catalog.RunAsync("Nightly", run => run.StepAsync("load", step => step.Output("rows", 3)));
        (await catalog.Flow("Nightly").LatestSuccessfulAsync()).ShouldNotBeNull();

        var flow = CreateFlow();
        var reference = RunReference.OfRun(await flow.RunAsync(catalog));
        var run = await catalog.Runs.GetAsync(reference);
        run["evaluate"].Task.Exports.Single().Path.Value.ShouldMatch("^exports/Train_[0-9a-z]{8}/card.html$");
        var replay = await flow.ReplayAsync(catalog, reference, s => s.Rows = 7);
        (await (await catalog.Runs.GetAsync(RunReference.OfRun(replay)))["predict"].Task.Data.GetAsync<string>("Note")).ShouldBe("7 rows");
        using DataTable results = await catalog.Runs.ReadTableAsync(new() { Flow = "Train" });
        results.Rows.Count.ShouldBe(1);
        await catalog.Runs.PromoteAsync("Train/latest/evaluate#model", "spectra-model", new() { Alias = "candidate" });
        (await catalog.Assets.LoadAsync<string>("spectra-model@candidate")).ShouldBe("2 rows");
    }

    /// <summary>Makes the runs that the commands of the page read, in the active store of a workspace.</summary>
    private static async Task RunFlowsAsync(Sandbox box)
    {
        var root = (await box.RunAsync("store", "list", "--json")).Ok().Json.Single().GetProperty("root").GetString()!;
        await using var store = await ArtifactStore.OpenAsync(new LocalProvider(), root);
        await using var catalog = await OpenAsync(store, box);
        await catalog.RunAsync("Nightly", run => run.StepAsync("load", step => step.Output("rows", 3)));
        var flow = CreateFlow();
        var id = await flow.RunAsync(catalog, new() { Parameters = { ["lr"] = 0.1 }, Tags = ["nightly"] });
        await flow.ReplayAsync(catalog, RunReference.OfRun(id), s => s.Rows = 7);
    }

    [FlowState]
    internal sealed partial class TrainState
    {
        public partial double[] Rates { get; set; }

        public partial string Note { get; set; }

        public partial int Rows { get; set; }

        public partial double Accuracy { get; set; }

        [NotAnArtifact]
        public int Scratch { get; set; }
    }
}
