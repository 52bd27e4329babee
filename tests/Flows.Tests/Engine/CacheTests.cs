using System.Collections.Concurrent;
using Cairn.Catalog;
using Cairn.Flows;

namespace Flows.Tests.Engine;

/// <summary>When a cached step runs, and when it has the outputs of an earlier task.</summary>
public sealed class CacheTests : FlowTest
{
    private readonly ConcurrentQueue<string> _ran = new();
    private int _rows = 10;
    private double[] _rates = [1, 2];
    private string _code = "v1";

    private Flow<TuneState> Cached => Flow.Of<TuneState>("Cached")
        .Step("load", (s, _) => (s.Rates, s.Rows) = (_rates, _rows))
        .Step("note", (s, step) =>
        {
            Ran(step);
            s.Note = s.Note is null ? $"{step.Parameter("word", "hello")}" : "again";
        }, new() { Cache = StepCache.On(_code) })
        .ForEach("fit", s => s.Rates, (s, rate, step) =>
        {
            Ran(step);
            s.Model = $"{rate * s.Rows}";
        }, new() { Cache = StepCache.On(_code), Key = r => $"{r}" })
        .Join("join", (s, inputs, _) => s.Log = [.. inputs.Select(i => i.Model.Length)]);

    [Fact]
    public async Task A_task_runs_only_if_something_that_it_has_read_differs()
    {
        await RunAsync();
        _ran.Count.ShouldBe(3);
        await RunAsync();
        _ran.ShouldBeEmpty();
        var last = (await TasksAsync()).Where(t => t.Status == RunStatus.Cached).ToList();
        last.Select(t => (t.Step, t.Item, t.Reuse)).ShouldBe([("note", null, "cache"), ("fit", "1", "cache"), ("fit", "2", "cache")], ignoreOrder: true);
        last.ShouldAllBe(t => t.From != null && t.CacheKey!.Length == 64);

        // Read by one step alone.
        _rows = 20;
        await RunAsync();
        _ran.Order().ShouldBe(["fit/1", "fit/2"]);
        // Back to what was known.
        _rows = 10;
        await RunAsync();
        _ran.ShouldBeEmpty();
        // A new item, at another place.
        _rates = [3, 1, 2];
        await RunAsync();
        _ran.ShouldBe(["fit/3"]);
        await RunAsync(new() { Parameters = { ["word"] = "bye", ["unread"] = 1 } });
        _ran.ShouldBe(["note"]);
        _code = "v2";
        await RunAsync();
        _ran.Count.ShouldBe(4);
    }

    [Fact]
    public async Task What_was_removed_is_not_returned()
    {
        await RunAsync();
        var removed = (await TasksAsync()).Single(t => t.Step == "note").State["Note"]!.Value;
        (await Catalog.Repository.DeleteAsync(removed, Cancel)).ShouldBeTrue();
        await RunAsync();
        _ran.ShouldBe(["note"]);
        (await Catalog.Repository.LoadAsync<string>(removed, Cancel)).ShouldBe("hello");
        await RunAsync();
        _ran.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_tasks_of_a_deleted_run_are_not_reused()
    {
        var run = await RunAsync();
        await Catalog.Runs.DeleteAsync(RunReference.OfRun(run), cancellationToken: Cancel);
        await RunAsync();
        _ran.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_failed_task_and_a_dry_run_are_not_reused()
    {
        var fails = true;
        var flow = Flow.Of<TuneState>("Fails").Step("a", (s, step) =>
        {
            Ran(step);
            s.Rows = fails ? throw new InvalidDataException() : 1;
        }, new() { Cache = StepCache.On("v1") });
        await Should.ThrowAsync<InvalidDataException>(() => flow.RunAsync(Catalog, cancellationToken: Cancel));
        fails = false;
        await flow.RunAsync(Catalog, new() { SaveArtifacts = false }, Cancel);
        await flow.RunAsync(Catalog, cancellationToken: Cancel);
        _ran.ShouldBe(["a", "a", "a"]);
        await flow.RunAsync(Catalog, cancellationToken: Cancel);
        _ran.Count.ShouldBe(3);
    }

    [Fact]
    public void A_join_cannot_be_cached()
    {
        var split = Flow.Of<TuneState>("F").ForEach("a", _ => _rates, (_, _, _) => { });
        Should.Throw<ArgumentException>(() => split.Join("j", (_, _, _) => { }, new() { Cache = StepCache.On("v1") })).Message.ShouldContain("Cache the step after it");
    }

    private async Task<Guid> RunAsync(RunOptions? options = null)
    {
        _ran.Clear();
        return await Cached.RunAsync(Catalog, options, Cancel);
    }

    private void Ran(StepContext step) => _ran.Enqueue($"{step.Step}{(step.Item is null ? "" : "/" + step.Item)}");
}
