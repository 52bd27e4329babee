using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Catalog.Recording;
using Cairn.Materializers;
using Cairn.Providers.Memory;

namespace Flows.Tests.Faults;

/// <summary>Steps that write more metrics than a record can have.</summary>
public sealed class MetricFloodTests : IAsyncLifetime
{
    private readonly SteppedTime _time = new();
    private ArtifactStore _store = null!;
    private Cairn.Catalog.Catalog _catalog = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _store = await ArtifactStore.OpenAsync(new MemoryProvider(), $"mem://{Guid.NewGuid():N}", options: new() { TimeProvider = _time }, cancellationToken: Cancel);
        _catalog = await Cairn.Catalog.Catalog.OpenAsync(new ArtifactRepository(_store, MaterializerRegistry.CreateDefault()), new() { User = "u:ada" }, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _catalog.DisposeAsync();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task Ten_thousand_points_a_second_for_two_minutes_take_few_objects_and_little_memory()
    {
        const int Count = 1_200_000;
        var most = 0;
        var id = await _catalog.RunAsync("Flood", run => run.StepAsync("write", async step =>
        {
            for (var i = 0; i < Count; i++)
            {
                step.Metric("loss", i);
                _time.Move(TimeSpan.FromMicroseconds(100));
                if (i % 10_000 == 0)
                {
                    // So much time passes outside the test, too: what is due is stored.
                    await step.Writer.ShownAsync();
                    most = Math.Max(most, step.Writer.Metrics.InMemory);
                }
            }
        }), cancellationToken: Cancel);

        var metric = (await _catalog.Runs.GetAsync(RunReference.OfRun(id), cancellationToken: Cancel))["write"].Task.Metrics["loss"];
        (metric.Count, metric.Last, metric.Min, metric.Max).ShouldBe((Count, Count - 1, 0, Count - 1));
        var points = await metric.ReadPointsAsync(Cancel);
        points.Count.ShouldBe(Count);
        for (var i = 0; i < Count; i++)
        {
            if (points[i].Step != i || points[i].Value != i)
                throw new InvalidOperationException($"The point {i} is {points[i]}.");
        }
        most.ShouldBeLessThan(MetricBuffer.MaxBlock);
        // The beginning and the end of the run, the end of the task, and 60 times its progress.
        (await FilesAsync("artifacts/catalog/feed")).ShouldBeInRange(10, 110);
        (await FilesAsync("artifacts/blobs")).ShouldBeLessThan(150);
    }

    [Fact]
    public async Task Two_hundred_metrics_for_a_day_fit_into_a_record()
    {
        const int Rounds = 24 * 60;
        var id = await _catalog.RunAsync("Day", run => run.StepAsync("train", async step =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                for (var m = 0; m < 200; m++)
                    step.Metric($"metric {m}", i);
                _time.Move(TimeSpan.FromMinutes(1));
                await step.Writer.ShownAsync();
            }
        }), cancellationToken: Cancel);
        var task = (await _catalog.Runs.GetAsync(RunReference.OfRun(id), cancellationToken: Cancel))["train"].Task;
        task.Metrics.Count.ShouldBe(200);
        (await task.Metrics["metric 77"].ReadPointsAsync(Cancel)).Select(p => p.Value).ShouldBe(Enumerable.Range(0, Rounds).Select(i => (double)i));
        (await FilesAsync("artifacts/catalog/feed")).ShouldBeLessThan(1600);
    }

    [Fact]
    public async Task Progress_that_cannot_be_published_is_tried_again_and_does_not_fail_the_step()
    {
        var driver = new FaultyDriver(await new MemoryProvider().OpenAsync(new() { Root = StoreUri.Parse($"mem://{Guid.NewGuid():N}"), TimeProvider = TimeProvider.System }, Cancel));
        await using var store = new ArtifactStore(driver, new() { TimeProvider = _time });
        await using var catalog = await Cairn.Catalog.Catalog.OpenAsync(new ArtifactRepository(store, MaterializerRegistry.CreateDefault()), new() { User = "u:ada" }, Cancel);
        var id = await catalog.RunAsync("Lost", run => run.StepAsync("write", async step =>
        {
            for (var i = 0; i < 1000; i++)
            {
                driver.FailsFrom = i is > 300 and < 600 ? 0 : int.MaxValue;
                step.Metric("loss", i);
                _time.Move(TimeSpan.FromMilliseconds(100));
                await step.Writer.ShownAsync();
            }
        }), cancellationToken: Cancel);
        var run = await catalog.Runs.GetAsync(RunReference.OfRun(id), cancellationToken: Cancel);
        run.Status.ShouldBe(RunStatus.Succeeded);
        (await run["write"].Task.Metrics["loss"].ReadPointsAsync(Cancel)).Select(p => p.Value).ShouldBe(Enumerable.Range(0, 1000).Select(i => (double)i));
    }

    [Fact]
    public async Task A_clock_that_is_set_back_does_not_stop_the_progress()
    {
        await _catalog.RunAsync("Back", run => run.StepAsync("write", async step =>
        {
            _time.Set(TimeSpan.FromDays(-30));
            var before = await FilesAsync("artifacts/catalog/feed");
            for (var i = 0; i < 100; i++)
            {
                step.Metric("loss", i);
                _time.Move(TimeSpan.FromMilliseconds(100));
                await step.Writer.ShownAsync();
            }
            (await FilesAsync("artifacts/catalog/feed")).ShouldBeGreaterThan(before + 5);
        }), cancellationToken: Cancel);
    }

    private async Task<int> FilesAsync(string folder) => await _store.ListAsync(folder, new() { Recursive = true }, Cancel).CountAsync(e => e.IsFile, Cancel);
}
