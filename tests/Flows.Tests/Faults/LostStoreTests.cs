using System.Collections.Concurrent;
using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Flows;
using Cairn.Materializers;
using Cairn.Providers.Memory;
using Cairn.Tests.Workspaces;
using Flows.Tests.Engine;

namespace Flows.Tests.Faults;

/// <summary>A store that fails from any request of a run on: a full disk, a lost network.</summary>
public sealed class LostStoreTests : IDisposable
{
    private const string Root = "mem://lost";
    private readonly TempFolder _folder = new();
    private readonly ConcurrentQueue<string> _ran = new();
    private int _indexes;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Flow<TuneState> Tune => Flow.Of<TuneState>("Tune")
        .Step("load", (s, step) =>
        {
            Ran(step);
            (s.Rates, s.Rows) = ([0.5, 2, 1], 10);
            step.Output("table", new string('x', 10_000));
        })
        .ForEach("fit", s => s.Rates, (s, rate, step) =>
        {
            Ran(step);
            step.Metric("loss", rate);
            (s.Model, s.Accuracy) = (new string('m', 5000) + rate, rate * s.Rows!.Value);
        }, new() { Key = r => $"{r}", Parallelism = 1 })
        .Join("pick", (s, inputs, step) =>
        {
            Ran(step);
            step.Merge(inputs, resolve: m => m.Take("Model", i => i.Accuracy).Take("Accuracy", i => i.Accuracy));
        })
        .Step("report", (s, step) =>
        {
            Ran(step);
            s.Note = $"{s.Model.Length} {s.Accuracy}";
            step.Export(Export.Markdown("summary", s.Note));
        });

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_that_loses_its_store_is_resumed_to_the_undisturbed_result(bool onlyWrites)
    {
        var (driver, store) = await OpenAsync();
        driver.OnlyWrites = onlyWrites;
        await using (var catalog = Open(store))
            await Tune.RunAsync(catalog, cancellationToken: Cancel);
        var total = driver.Count;
        var expected = await DigestsAsync(store);
        await store.DisposeAsync();
        expected.Count.ShouldBe(7);

        for (var from = 0; from < total + 3; from++)
            await LoseAsync(onlyWrites, from, expected);
    }

    private async Task LoseAsync(bool onlyWrites, int from, Dictionary<string, string> expected)
    {
        var at = $"from request {from} on";
        _ran.Clear();
        var (driver, store) = await OpenAsync();
        (driver.OnlyWrites, driver.FailsFrom) = (onlyWrites, from);
        Exception? error = null;
        var catalog = Open(store);
        try
        {
            await Tune.RunAsync(catalog, cancellationToken: Cancel);
        }
        catch (StoreException e)
        {
            error = e;
            e.Message.ShouldContain(onlyWrites ? "the disk is full" : "the network is gone", customMessage: at);
        }
        await catalog.DisposeAsync();
        driver.FailsFrom = int.MaxValue;

        var first = _ran.ToList();
        HashSet<string> finished = [];
        await using (var healed = Open(store))
        {
            var run = await healed.Flow("Tune").LatestAsync(cancellationToken: Cancel);
            if (error is null)
                run!.Status.ShouldBe(RunStatus.Succeeded, at);
            else if (run is not null)
                run.Status.ShouldBeOneOf([RunStatus.Running, RunStatus.Failed, RunStatus.Succeeded], at);
            // What is visible is whole.
            await foreach (var task in run?.TasksAsync(cancellationToken: Cancel) ?? AsyncEnumerable.Empty<TaskInfo>())
            {
                if (task.Status == RunStatus.Succeeded)
                    finished.Add(NameOf(task));
                else
                    task.Outputs.ShouldBeEmpty(at);
                foreach (var output in task.Outputs)
                    (await healed.Repository.ContainsAsync(output.Digest, Cancel)).ShouldBeTrue(at);
            }
            if (run is null)
                await Tune.RunAsync(healed, cancellationToken: Cancel);
            else if (run.Status != RunStatus.Succeeded)
                await Tune.ResumeAsync(healed, run.Reference, cancellationToken: Cancel);
        }
        (await DigestsAsync(store)).ShouldBe(expected, ignoreOrder: true, at);
        _ran.Skip(first.Count).ShouldNotContain(step => finished.Contains(step), at);
        (await store.ListAsync("exports", new() { Recursive = true }, Cancel).CountAsync(e => e.IsFile, Cancel)).ShouldBeGreaterThan(0, at);
        await store.DisposeAsync();
    }

    private static async Task<(FaultyDriver Driver, ArtifactStore Store)> OpenAsync()
    {
        var driver = new FaultyDriver(await new MemoryProvider().OpenAsync(new() { Root = StoreUri.Parse($"{Root}-{Guid.NewGuid():N}"), TimeProvider = TimeProvider.System }, Cancel));
        return (driver, new(driver));
    }

    private static string NameOf(TaskInfo task) => task.Item is null ? task.Step : $"{task.Step}/{task.Item}";

    private Cairn.Catalog.Catalog Open(ArtifactStore store) =>
        new(new ArtifactRepository(store, MaterializerRegistry.CreateDefault()), new() { User = "u:ada", IndexFolder = Path.Join(_folder.Path, $"{_indexes++}") });

    /// <summary>The digests of all that the tasks of the newest run have after them.</summary>
    private async Task<Dictionary<string, string>> DigestsAsync(ArtifactStore store)
    {
        await using var catalog = Open(store);
        var run = await catalog.Flow("Tune").LatestAsync(cancellationToken: Cancel);
        run!.Status.ShouldBe(RunStatus.Succeeded);
        Dictionary<string, string> digests = [];
        await foreach (var task in run.TasksAsync(cancellationToken: Cancel))
            digests[NameOf(task)] = string.Join(' ', task.Data.All.Select(o => $"{o.Name}={o.Digest}"));
        digests["statuses"] = $"{run.Status}";
        return digests;
    }

    private void Ran(StepContext step) => _ran.Enqueue(step.Item is null ? step.Step : $"{step.Step}/{step.Item}");
}
