using Cairn;
using Cairn.Catalog;
using Cairn.Providers.Local;
using Spread;
using Catalog = Cairn.Catalog.Catalog;

// spread run FOLDER             runs the flow in this process
// spread wait FOLDER            begins the flow, and waits for the tasks of other processes
// spread items FOLDER           prints the run and the keys of its items
// spread task FOLDER RUN ITEM   runs one task
// spread resume FOLDER [wait]   resumes the newest run
if (args.Length < 2)
{
    Console.Error.WriteLine("Usage: spread run|wait|items|resume FOLDER, or spread task FOLDER RUN ITEM. See samples/Spread/README.md.");
    return 2;
}
await using var store = await ArtifactStore.OpenAsync(new LocalProvider(), StoreUri.FromLocalPath(Path.GetFullPath(args[1])));
await using var catalog = await Catalog.OpenAsync(store, new() { User = "u:spread" });
try
{
    switch (args)
    {
        case ["run", _]:
            await ShowAsync(await SpreadFlow.Create(runsElsewhere: false).RunAsync(catalog));
            return 0;
        case ["wait", _]:
            await ShowAsync(await SpreadFlow.Create(runsElsewhere: true).RunAsync(catalog));
            return 0;
        case ["resume", _, .. var rest]:
            await ShowAsync(await SpreadFlow.Create(runsElsewhere: rest is ["wait"]).ResumeAsync(catalog, "Spread/latest"));
            return 0;
        case ["task", _, var run, var item]:
            await SpreadFlow.Create(runsElsewhere: true).RunTaskAsync(catalog, run, "count", item);
            return 0;
        case ["items", _]:
            var latest = await catalog.Runs.GetAsync("Spread/latest");
            for (var start = 0; start < 24; start++)
            {
                var key = $"{start * 20_000}";
                if (latest["count"].FindTask(key) is null)
                    Console.WriteLine($"{latest.Id} {key}");
            }
            return 0;
        default:
            Console.Error.WriteLine("Usage: see samples/Spread/README.md.");
            return 2;
    }
}
catch (StoreException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("cancelled");
    return 130;
}

async Task ShowAsync(Guid id)
{
    var run = await catalog.Runs.GetAsync(id);
    var taken = await run["count"].TasksAsync().CountAsync(t => t.Status == RunStatus.Cached);
    Console.WriteLine($"{run.Reference}: {run.Status}, {await run["sum"].Task.Data.GetAsync<int>("Primes")} primes, {taken} of {run["count"].Count} tasks taken over");
}
