using Cairn;
using Cairn.Catalog;
using Cairn.Flows;

namespace Flows.Tests.Engine;

/// <summary>Tasks that other processes run.</summary>
public sealed class ElsewhereTests : FlowTest
{
    private static Flow<TuneState> Spread { get; } = Flow.Of<TuneState>("Spread")
        .Step("load", (s, step) =>
        {
            (s.Rates, s.Rows) = ([1, 2, 3], 10);
            step.Output("unit", "cm");
        })
        .ForEach("fit", s => s.Rates, async (s, rate, step) =>
        {
            if (rate == 2 && step.Parameter("fails", false).AsBoolean())
                throw new InvalidDataException("bad rate");
            s.Model = $"{rate * s.Rows}{await step.InputAsync<string>("unit")}";
        }, new() { RunsElsewhere = true, Key = r => $"r{r}" })
        .Step("after", (s, _) => s.Note = s.Model + "!")
        .Join("join", (s, inputs, _) => s.Log = [.. inputs.Select(i => i.Note!.Length)]);

    [Fact]
    public async Task A_run_waits_for_the_tasks_of_other_processes()
    {
        var running = Spread.RunAsync(Catalog, cancellationToken: Cancel);
        var run = await ReachedAsync("fit");
        // Each worker opens the catalog itself.
        foreach (var item in (string[])["r3", "r3", "r1", "r2"])
        {
            await using var worker = await Cairn.Catalog.Catalog.OpenAsync(Catalog.Repository, new() { User = "u:worker" }, Cancel);
            await Spread.RunTaskAsync(worker, run, "fit", item, Cancel);
        }
        await running;
        (await TasksAsync()).Count(t => t.Step == "fit" && t.Item == "r3").ShouldBe(1, "the second call found the record of the first");
        (await ValueAsync<List<int>>("join", "Log")).ShouldBe([5, 5, 5]);
        (await StatusesAsync()).ShouldBe("after/r1:Succeeded after/r2:Succeeded after/r3:Succeeded fit/r1:Succeeded fit/r2:Succeeded fit/r3:Succeeded fit:Succeeded join:Succeeded load:Succeeded");
        // A worker that comes late finds that its task has ended.
        await Spread.RunTaskAsync(Catalog, run, "fit", "r1", Cancel);
        (await TasksAsync()).Count(t => t.Step == "fit" && t.Item == "r1").ShouldBe(1);
    }

    [Fact]
    public async Task A_task_that_failed_elsewhere_fails_the_run_and_what_is_left_is_resumed()
    {
        var running = Spread.RunAsync(Catalog, new() { Parameters = { ["fails"] = true } }, Cancel);
        var run = await ReachedAsync("fit");
        await Spread.RunTaskAsync(Catalog, run, "fit", "r1", Cancel);
        await Should.ThrowAsync<InvalidDataException>(() => Spread.RunTaskAsync(Catalog, run, "fit", "r2", Cancel));
        (await Should.ThrowAsync<ElsewhereTaskException>(() => running)).Failure!.Message.ShouldBe("bad rate");
        (await Should.ThrowAsync<StoreException>(() => Spread.RunTaskAsync(Catalog, run, "fit", "r3", Cancel))).Reason.ShouldStartWith("the run has ended");

        var resuming = Spread.ResumeAsync(Catalog, options: new() { Parameters = { ["fails"] = false } }, cancellationToken: Cancel);
        var next = await ReachedAsync("fit", run);
        (await Should.ThrowAsync<StoreException>(() => Spread.RunTaskAsync(Catalog, next, "fit", "r9", Cancel))).Code.ShouldBe(StoreErrorCode.NotFound);
        (await Should.ThrowAsync<StoreException>(() => Spread.RunTaskAsync(Catalog, next, "join", "r9", Cancel))).Message.ShouldContain("fit");
        (await TasksAsync()).Last(t => t.Step == "fit" && t.Items is not null).Status.ShouldBe(RunStatus.Cached);
        // The parameter that it has read has another value now, so the first item runs again as well.
        foreach (var item in (string[])["r1", "r2", "r3"])
            await Spread.RunTaskAsync(Catalog, next, "fit", item, Cancel);
        await resuming;
        (await LastRunAsync()).Status.ShouldBe(RunStatus.Succeeded);
    }

    [Fact]
    public async Task Items_are_published_together_with_those_that_are_taken_over()
    {
        using var stopping = new CancellationTokenSource();
        var running = Spread.RunAsync(Catalog, cancellationToken: stopping.Token);
        var run = await ReachedAsync("fit");
        (await Spread.ListPendingItemsAsync(Catalog, run, "fit", Cancel)).ShouldBe(["r1", "r2", "r3"]);
        await Spread.RunTaskAsync(Catalog, run, "fit", "r1", Cancel);
        await stopping.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => running);

        // When the first item is taken over, no other process sees the items: it would see that item as one that is left.
        var observer = new Observer(taken => taken.Changed is { Step: "fit", TakenOver: 1 }, taken => FindPendingAsync(RunReference.OfRun(taken.Run)));
        var resuming = Spread.ResumeAsync(Catalog, options: new() { Progress = observer }, cancellationToken: Cancel);
        var next = await ReachedAsync("fit", run);
        (await Spread.ListPendingItemsAsync(Catalog, next, "fit", Cancel)).ShouldBe(["r2", "r3"]);
        observer.Seen.ShouldBe(["not reached"]);
        foreach (var item in (string[])["r2", "r3"])
            await Spread.RunTaskAsync(Catalog, next, "fit", item, Cancel);
        await resuming;
    }

    private async Task<string> FindPendingAsync(RunReference run)
    {
        try
        {
            return string.Join(' ', await Spread.ListPendingItemsAsync(Catalog, run, "fit", Cancel));
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
        {
            return "not reached";
        }
    }

    /// <summary>Looks at the store while the run waits for the report.</summary>
    private sealed class Observer(Func<RunProgress, bool> isMoment, Func<RunProgress, Task<string>> look) : IProgress<RunProgress>
    {
        public List<string> Seen { get; } = [];

        public void Report(RunProgress value)
        {
            if (isMoment(value))
                Seen.Add(Task.Run(() => look(value)).GetAwaiter().GetResult());
        }
    }

    /// <summary>Waits until the newest run has recorded the items of a step.</summary>
    private async Task<RunReference> ReachedAsync(string step, RunReference? other = null)
    {
        for (; ; await Task.Delay(10, Cancel))
        {
            var tasks = await TasksAsync();
            if (tasks.LastOrDefault(t => t.Step == step && t.Items is not null) is { } split && RunReference.OfRun(split.RunId) is var run && run != other)
                return run;
        }
    }
}
