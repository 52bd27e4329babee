using System.Diagnostics.CodeAnalysis;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Materializers;

namespace Cairn.Cli.Demo;

using Catalog = Cairn.Catalog.Catalog;

/// <summary>The steps of the demo that run a flow, which is a separate program, and read what it has recorded.</summary>
[SuppressMessage("Reliability", "CA2007", Justification = "The demo prints its own source as a program would write it.")]
[SuppressMessage("Reliability", "CA2016", Justification = "The demo prints its own source as a program would write it; the whole demo is cancelled between steps.")]
internal static class FlowSteps
{
    public static IReadOnlyList<DemoStep> All { get; } =
    [
        new("Run a flow, samples/Iris: load 150 flowers, train a model for each of three strengths side by side, choose the best", async demo =>
        {
            await demo.CairnAsync("flow", "run", "--program", demo.FlowProgram!, "--set", "seed=1", "--store", "second:");
            await demo.CairnAsync("run", "show", "Iris/latest", "--store", "second:");
        }),
        new("Read what the run has produced, as typed values", async demo =>
        {
            var repository = new ArtifactRepository(demo.Second, MaterializerRegistry.CreateDefault(DemoJson.Default));
            demo.Runs = await Catalog.OpenAsync(repository, new() { User = "u:demo", IndexFolder = Path.Join(demo.Folder, "second-index") });
            var run = (await demo.Runs.Flow("Iris").LatestSuccessfulAsync())!;
            await foreach (var task in run["evaluate"].TasksAsync())
                demo.Print($"strength {task.Item}: accuracy {await task.Data.GetAsync<double>("Accuracy"):P1}");
            await foreach (var file in demo.Second.GlobAsync("exports/**"))
                demo.Print($"{file.Path}  {file.Length} bytes");
        }),
        new("Make the best model a version of an asset, which says which task made it", async demo =>
        {
            var version = await demo.Runs.Runs.PromoteAsync("Iris/latest/choose#Model", "iris-model", new() { Alias = "production", Why = "the best of the run" });
            demo.Print($"{version} is iris-model@production, made by the task {version.TaskId}");
        }),
        new("Resume the run with another parameter: only what depends on it runs again", async demo =>
        {
            await demo.CairnAsync("flow", "resume", "Iris/latest", "--program", demo.FlowProgram!, "--set", "trees=2", "--plan", "--store", "second:");
            await demo.CairnAsync("flow", "resume", "Iris/latest", "--program", demo.FlowProgram!, "--set", "seed=2", "--store", "second:");
            await demo.CairnAsync("run", "list", "--chart", "accuracy", "--store", "second:");
            await demo.CairnAsync("export", "results", "--step", "evaluate", "--store", "second:");
        }),
    ];
}
