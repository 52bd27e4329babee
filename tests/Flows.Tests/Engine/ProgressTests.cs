using Cairn.Catalog;
using Cairn.Flows;

namespace Flows.Tests.Engine;

/// <summary>What a run reports on how far it is.</summary>
public sealed class ProgressTests : FlowTest
{
    private readonly Reports _reports = new();

    [Fact]
    public async Task Each_change_is_reported_in_order()
    {
        var flow = Flow.Of<TuneState>("Train")
            .Step("load", (s, _) => s.Rates = [1, 2])
            .ForEach("fit", s => s.Rates, (s, rate, _) => s.Accuracy = rate, new() { Parallelism = 1 })
            .Join("pick", (_, _, _) => { });
        var id = await flow.RunAsync(Catalog, new() { Progress = _reports }, Cancel);

        _reports.All[0].ShouldSatisfyAllConditions(r => r.Run.ShouldBe(id), r => r.Changed.ShouldBeNull(), r => r.Steps.Select(s => s.Step).ShouldBe(["load", "fit", "pick"]));
        _reports.All[0].Reference.ShouldBe((await Catalog.Runs.GetAsync(id, cancellationToken: Cancel)).Reference.ToString());
        _reports.All.ShouldAllBe(r => r.Changed == null || r.Steps.Contains(r.Changed));
        // The second item may begin before the record of the first one is published.
        string.Join(' ', _reports.Of("fit")).ShouldBeOneOf("0/?+1 0/? 0/2 0/2+1 1/2 1/2+1 2/2", "0/?+1 0/? 0/2 0/2+1 0/2+2 1/2+1 2/2");
        _reports.Of("load").ShouldBe(["0/1", "0/1+1", "1/1"]);
        _reports.Overlapped.ShouldBeFalse();
    }

    [Fact]
    public async Task The_total_of_a_nested_foreach_grows()
    {
        var flow = Flow.Of<TuneState>("Nested")
            .ForEach("outer", _ => new[] { 1, 2 }, (s, item, _) => s.Rows = item, new() { Parallelism = 2 })
            .Step("middle", (_, _) => { })
            .ForEach("inner", s => Enumerable.Range(0, s.Rows!.Value), (s, item, step) => s.Accuracy = item)
            .Join("small", (_, _, _) => { })
            .Branch(b => b.Step("left", (_, _) => { }).Step("right", (_, _) => { }))
            .Join("both", (_, _, _) => { })
            .Join("all", (_, _, _) => { });
        await flow.RunAsync(Catalog, new() { Progress = _reports }, Cancel);
        string.Join(' ', _reports.All[^1].Steps.Select(s => $"{s.Step}:{s.Succeeded}/{s.Total}")).ShouldBe("outer:2/2 middle:2/2 inner:3/3 small:2/2 left:2/2 right:2/2 both:2/2 all:1/1");
        _reports.All[^1].Steps.Sum(s => s.Running).ShouldBe(0);
    }

    [Fact]
    public async Task Failures_cancellations_and_what_is_taken_over_are_told_apart()
    {
        var fails = true;
        var flow = Flow.Of<TuneState>("Fails")
            .Step("load", (s, _) => s.Rates = [1, 2, 3])
            .ForEach("fit", s => s.Rates, async (s, rate, step) =>
            {
                if (fails && rate == 2)
                {
                    await Task.Delay(50, CancellationToken.None);
                    throw new InvalidDataException("two");
                }
                if (fails && rate == 3)
                    await Task.Delay(Timeout.Infinite, step.CancellationToken);
                s.Accuracy = rate;
            }, new() { Parallelism = 3, Retry = new(2, TimeSpan.FromMilliseconds(1)) })
            .Join("pick", (_, _, _) => { });
        await Should.ThrowAsync<InvalidDataException>(() => flow.RunAsync(Catalog, new() { Progress = _reports }, Cancel));
        // The first attempt of the task that fails does not count.
        _reports.Last("fit").ShouldBe((3, 1, 0, 1, 1));
        _reports.All.Max(r => r.Steps[1].Failed).ShouldBe(1);

        fails = false;
        var again = new Reports();
        await flow.ResumeAsync(Catalog, options: new() { Progress = again }, cancellationToken: Cancel);
        again.Last("load").ShouldBe((1, 0, 1, 0, 0));
        again.Last("fit").ShouldBe((3, 2, 1, 0, 0));
        again.All.ShouldAllBe(r => r.Run != _reports.All[0].Run);
    }

    [Fact]
    public async Task A_foreach_whose_items_cannot_be_enumerated_has_failed()
    {
        var flow = Flow.Of<TuneState>("Bad").ForEach<int>("fit", _ => throw new InvalidDataException("no items"), (_, _, _) => { });
        await Should.ThrowAsync<InvalidDataException>(() => flow.RunAsync(Catalog, new() { Progress = _reports }, Cancel));
        (_reports.All[^1].Steps[0].Total, _reports.All[^1].Steps[0].Failed).ShouldBe((null, 1));
    }

    [Fact]
    public async Task Tasks_of_other_processes_count()
    {
        var flow = Flow.Of<TuneState>("Spread")
            .Step("load", (s, _) => s.Rates = [1, 2])
            .ForEach("fit", s => s.Rates, (s, rate, step) =>
            {
                if (step.Parameter("fails", 0).AsInteger() == (int)rate)
                    throw new InvalidDataException("bad");
            }, new() { RunsElsewhere = true, OnFailure = ForEachFailure.Continue })
            .Join("pick", (_, inputs, _) => inputs.Failed.Count.ShouldBe(1));
        var running = flow.RunAsync(Catalog, new() { Progress = _reports, Parameters = { ["fails"] = 2 } }, Cancel);
        while (_reports.All.Count == 0 || (_reports.All[^1] is var last && last.Steps[1].Total is null))
            await Task.Delay(5, Cancel);
        RunReference run = RunReference.OfRun(_reports.All[0].Run);
        while ((await PendingAsync(flow, run)) is null)
            await Task.Delay(5, Cancel);
        await flow.RunTaskAsync(Catalog, run, "fit", "0", Cancel);
        (await PendingAsync(flow, run)).ShouldBe(["1"]);
        await Should.ThrowAsync<InvalidDataException>(() => flow.RunTaskAsync(Catalog, run, "fit", "1", Cancel));
        await running;
        _reports.Last("fit").ShouldBe((2, 1, 0, 1, 0));
        _reports.All.Max(r => r.Steps[1].Running).ShouldBe(1, "only the enumeration runs here");
    }

    [Fact]
    public async Task A_run_by_hand_lists_its_steps_as_they_begin()
    {
        await Catalog.RunAsync("Hand", async run =>
        {
            await run.StepAsync("one", _ => Task.CompletedTask);
            await Should.ThrowAsync<InvalidDataException>(() => run.StepAsync("two", (Func<StepContext, Task>)(_ => throw new InvalidDataException("x"))));
        }, new() { Progress = _reports }, Cancel);
        _reports.All[0].Steps.ShouldBeEmpty();
        (_reports.Last("one"), _reports.Last("two")).ShouldBe(((1, 1, 0, 0, 0), (1, 0, 0, 1, 0)));
    }

    private async Task<IReadOnlyList<string>?> PendingAsync(IFlow flow, RunReference run)
    {
        try
        {
            return await flow.ListPendingItemsAsync(Catalog, run, "fit", Cancel);
        }
        catch (Cairn.StoreException e) when (e.Code == Cairn.StoreErrorCode.NotFound)
        {
            return null;
        }
    }

    private sealed class Reports : IProgress<RunProgress>
    {
        private int _inside;

        public System.Collections.Concurrent.ConcurrentQueue<RunProgress> Queue { get; } = new();

        public List<RunProgress> All => [.. Queue];

        public bool Overlapped { get; private set; }

        public void Report(RunProgress value)
        {
            Overlapped |= Interlocked.Exchange(ref _inside, 1) != 0;
            Queue.Enqueue(value);
            Volatile.Write(ref _inside, 0);
        }

        /// <summary>The changes of a step: ended/total+running.</summary>
        public string[] Of(string step) => [.. All.Where(r => r.Changed?.Step == step)
            .Select(r => $"{r.Changed!.Ended}/{(r.Changed.Total is { } total ? $"{total}" : "?")}{(r.Changed.Running > 0 ? $"+{r.Changed.Running}" : "")}")];

        public (int? Total, int Succeeded, int TakenOver, int Failed, int Cancelled) Last(string step) =>
            All[^1].Steps.Single(s => s.Step == step) is var found ? (found.Total, found.Succeeded, found.TakenOver, found.Failed, found.Cancelled) : default;
    }
}
