using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Formats.MachineLearning;
using Cairn.Materializers;
using Cairn.Providers.Local;
using Catalog = Cairn.Catalog.Catalog;

namespace Iris;

/// <summary>The tutorial in C#: runs the flow, reads what it has made, publishes the best model, and plans a resumption.</summary>
internal static class Tour
{
    public static async Task<int> RunAsync(string folder, MaterializerRegistry materializers)
    {
        await using var store = await ArtifactStore.OpenAsync(new LocalProvider(), StoreUri.FromLocalPath(folder));
        await using var catalog = await Catalog.OpenAsync(new ArtifactRepository(store, materializers), new() { User = "u:iris" });

        // The flow: each step's results are saved, named and traced.
        var id = await IrisFlow.Flow.RunAsync(catalog, new() { Parameters = { ["seed"] = 1 } });
        var run = await catalog.Runs.GetAsync(id);
        Console.WriteLine($"{run.Reference}: {run.Status} in {run.Duration?.TotalSeconds:F1} s");
        await foreach (var task in run["evaluate"].TasksAsync())
            Console.WriteLine($"  strength {task.Item}: accuracy {await task.Data.GetAsync<double>("Accuracy"):P1}");

        // The best model becomes a version of an asset, which says which task made it.
        var version = await catalog.Runs.PromoteAsync($"{run.Reference}/choose#Model", "iris-model", new() { Alias = "production", Why = "the best of this run" });
        Console.WriteLine($"{version} is iris-model@production, made by the task {version.TaskId}");

        // Resume: another seed changes what `load` has read, so it runs again; without a change, nothing would.
        var plan = await IrisFlow.Flow.PlanAsync(catalog, run.Reference, options: new() { Parameters = { ["seed"] = 2 } });
        foreach (var step in plan.Steps)
            Console.WriteLine($"  {step.Step}: {step.Taken} taken over, {step.Run?.ToString() ?? "some"} to run");

        // Anybody who can reach the store loads the model by its name.
        var loaded = await catalog.Assets.LoadAsync<ModelWithSchema>("iris-model@production");
        Console.WriteLine($"loaded a model that reads {string.Join(", ", loaded.InputSchema!.Select(c => c.Name))}");
        await foreach (var file in store.GlobAsync("exports/**"))
            Console.WriteLine($"{file.Path}  {file.Length} bytes");
        return 0;
    }
}
