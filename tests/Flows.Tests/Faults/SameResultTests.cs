using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Flows;
using Cairn.Materializers;
using Cairn.Providers;
using Cairn.Providers.Local;
using Cairn.Providers.Memory;
using Cairn.Tests;
using Cairn.Tests.Workspaces;
using Flows.Tests.Engine;

namespace Flows.Tests.Faults;

/// <summary>Flows give the same results on every store, whatever the cache has and whatever was deleted.</summary>
public sealed class SameResultTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private int _ran;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Flow<TuneState> Tune => Flow.Of<TuneState>("Same")
        .Step("load", (s, step) => (s.Rates, s.Rows) = ([0.5, 2, 1], 10))
        .Step("text", (s, step) =>
        {
            Ran();
            s.Note = new string((char)('a' + s.Rows!.Value), 20_000);
            step.Output("copy", s.Note + "!");
        }, new() { Cache = StepCache.On("v1") })
        .ForEach("fit", s => s.Rates, (s, rate, step) =>
        {
            Ran();
            (s.Model, s.Accuracy) = (s.Note![..5000] + rate, rate * s.Rows!.Value);
            step.Output("large", new double[3000]);
        }, new() { Cache = StepCache.On("v1"), Key = r => $"rate {r}", Parallelism = 2 })
        .Join("pick", (s, inputs, step) => step.Merge(inputs, resolve: m => m.Take("Model", i => i.Accuracy).Take("Accuracy", i => i.Accuracy)))
        .Step("report", (s, step) =>
        {
            Ran();
            s.Log = [s.Model.Length, (int)s.Accuracy, s.Note!.Length];
        }, new() { Cache = StepCache.On("v1") });

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_same_flow_has_equal_digests_on_every_store()
    {
        Dictionary<string, string>[] results = [];
        foreach (var (provider, root) in ((IStoreProvider, string)[])[(new MemoryProvider(), $"mem://{Guid.NewGuid():N}"), (new LocalProvider(), $"file://{_folder.Path}/a"), (new LocalProvider(), $"file://{_folder.Path}/b/c")])
        {
            await using var store = await ArtifactStore.OpenAsync(provider, root, cancellationToken: Cancel);
            await using var catalog = Open(store, $"{results.Length}");
            results = [.. results, await DigestsAsync(catalog, await Tune.RunAsync(catalog, cancellationToken: Cancel))];
        }
        results[0].Count.ShouldBe(7);
        results[1].ShouldBe(results[0], ignoreOrder: true);
        results[2].ShouldBe(results[0], ignoreOrder: true);
    }

    [Fact]
    public async Task The_cache_returns_nothing_whose_content_was_deleted()
    {
        var random = Seeds.Next();
        await using var store = await ArtifactStore.OpenAsync(new MemoryProvider(), $"mem://{Guid.NewGuid():N}", cancellationToken: Cancel);
        await using var first = Open(store, "first");
        var expected = await DigestsAsync(first, await Tune.RunAsync(first, cancellationToken: Cancel));
        var repeated = 0;
        for (var round = 0; round < 40; round++)
        {
            var files = await store.ListAsync("artifacts/blobs", new() { Recursive = true }, Cancel).Where(e => e.IsFile).ToListAsync(Cancel);
            var deleted = random.GetItems(files.ToArray(), random.Next(0, 5)).Select(f => f.Path).Distinct().ToList();
            foreach (var path in deleted)
                await store.RemoveAsync(path, Cancel);
            // This process, which knows what it has saved, or another one.
            await using var other = round % 2 == 0 ? null : Open(store, $"{round}");
            var catalog = other ?? first;
            _ran = 0;
            var run = await Tune.RunAsync(catalog, cancellationToken: Cancel);
            repeated += _ran;
            (await DigestsAsync(catalog, run)).ShouldBe(expected, ignoreOrder: true, $"round {round}, without {string.Join(' ', deleted)}");
            if (deleted.Count == 0)
                _ran.ShouldBe(0);
            await foreach (var task in (await catalog.Runs.GetAsync(RunReference.OfRun(run), cancellationToken: Cancel)).TasksAsync(Cancel))
            {
                foreach (var output in task.Data.All)
                    (await catalog.Repository.ContainsAsync(output.Digest, Cancel)).ShouldBeTrue($"{output}, round {round}");
            }
        }
        repeated.ShouldBeGreaterThan(0);
    }

    private void Ran() => Interlocked.Increment(ref _ran);

    private Cairn.Catalog.Catalog Open(ArtifactStore store, string index) =>
        new(new ArtifactRepository(store, MaterializerRegistry.CreateDefault()), new() { User = "u:ada", IndexFolder = Path.Join(_folder.Path, "index", index) });

    private static async Task<Dictionary<string, string>> DigestsAsync(Cairn.Catalog.Catalog catalog, Guid run)
    {
        Dictionary<string, string> digests = [];
        await foreach (var task in (await catalog.Runs.GetAsync(RunReference.OfRun(run), cancellationToken: Cancel)).TasksAsync(Cancel))
            digests[$"{task.Step}/{task.Item}"] = string.Join(' ', task.Data.All.Select(o => $"{o.Name}={o.Digest}"));
        return digests;
    }
}
