using Cairn;
using Cairn.Catalog;
using Cairn.Flows;

namespace Flows.Tests.Engine;

/// <summary>What the records of tasks tell about the step cache, about merges, and about runs that were begun twice.</summary>
public sealed class ExplanationTests : FlowTest
{
    private double[] _rates = [1, 2];
    private int _rows = 10;

    private Flow<TuneState> Cached => Flow.Of<TuneState>("Cached")
        .Step("load", (s, _) => (s.Rates, s.Rows) = (_rates, _rows))
        .ForEach("fit", s => s.Rates, (s, rate, step) => s.Model = $"{rate * s.Rows * step.Parameter("factor", 1).AsNumber()}", new() { Cache = StepCache.On("v1"), Key = r => $"{r}" })
        .Join("join", (s, inputs, _) => s.Note = inputs[0].Model);

    [Fact]
    public async Task The_part_of_the_key_that_differs_is_named()
    {
        var first = await Cached.RunAsync(Catalog, cancellationToken: Cancel);
        (await ExplainAsync("Cached/latest/fit/1")).ShouldSatisfyAllConditions(e => e.IsHit.ShouldBeFalse(), e => e.Nearest.ShouldBeNull(), e => e.Miss.ShouldBeNull());

        await Cached.RunAsync(Catalog, cancellationToken: Cancel);
        (await ExplainAsync("Cached/latest/fit/2")).ShouldSatisfyAllConditions(
            e => (e.IsHit, e.Nearest!.RunId, e.Nearest.Item, e.Differences.Count).ShouldBe((true, first, "2", 0)), e => e.Key.Length.ShouldBe(64));

        await Cached.RunAsync(Catalog, new() { Parameters = { ["factor"] = 3 } }, Cancel);
        var factor = await ExplainAsync("Cached/latest/fit/2");
        (factor.IsHit, factor.Nearest!.Item, string.Join(';', factor.Differences.Select(d => $"{d.Part} {d.Before} {d.Now}"))).ShouldBe((false, "2", "param.factor null 3"));

        _rows = 11;
        await Cached.RunAsync(Catalog, new() { Parameters = { ["factor"] = 3 } }, Cancel);
        (await ExplainAsync("Cached/latest/fit/1")).Differences.Single().Part.ShouldBe("input.Rows");
        (await Should.ThrowAsync<StoreException>(() => ExplainAsync("Cached/latest/load"))).Message.ShouldContain("has no key in the step cache");
    }

    [Fact]
    public async Task A_task_whose_outputs_were_removed_is_named_as_the_reason()
    {
        _rates = [1];
        await Cached.RunAsync(Catalog, cancellationToken: Cancel);
        (await Catalog.Repository.DeleteAsync((await TasksAsync()).Single(t => t.Step == "fit" && t.Items is null).State["Model"]!.Value, Cancel)).ShouldBeTrue();
        await Cached.RunAsync(Catalog, cancellationToken: Cancel);
        (await ExplainAsync("Cached/latest/fit/1")).ShouldSatisfyAllConditions(e => e.IsHit.ShouldBeFalse(), e => e.Miss.ShouldBe("its outputs were removed"), e => e.Differences.ShouldBeEmpty());
    }

    [Fact]
    public async Task The_conflicts_of_a_merge_are_recorded()
    {
        var flow = Flow.Of<TuneState>("Clash")
            .Step("load", (s, _) => s.Note = "before")
            .ForEach("fit", _ => Enumerable.Range(0, 30), (s, item, _) => (s.Model, s.Note) = ($"{item}", item == 0 ? null : $"{item % 2}"), new() { Key = i => $"k{i}" })
            .Join("merge", (_, inputs, step) => step.Merge(inputs));
        await Should.ThrowAsync<MergeConflictException>(() => flow.RunAsync(Catalog, cancellationToken: Cancel));
        var task = (await Catalog.Runs.GetAsync("Clash/latest", cancellationToken: Cancel))["merge"].Task;
        (task.Status, task.ConflictCount, string.Join(' ', task.Conflicts.Select(c => c.Name))).ShouldBe((RunStatus.Failed, 2, "Model Note"));
        var (model, note) = (task.Conflicts[0], task.Conflicts[1]);
        (model.Base, model.Branches.Count, model.Branches[3].Item, note.Branches[0].Artifact).ShouldBe((null, 20, "k3", null));
        (await Catalog.Repository.LoadAsync<string>(note.Base!.Value, Cancel)).ShouldBe("before");
        (await Catalog.Repository.LoadAsync<string>(model.Branches[3].Artifact!.Value, Cancel)).ShouldBe("3");
    }

    [Fact]
    public async Task A_flow_with_a_key_takes_over_what_a_lost_run_of_the_key_has_finished()
    {
        List<string> ran = [];
        Flow<TuneState> FlowOf(Action<string> body) => Flow.Of<TuneState>("Keyed")
            .Step("load", (s, _) =>
            {
                body("load");
                s.Rates = [1, 2, 3];
            })
            .ForEach("fit", s => s.Rates, (s, rate, _) =>
            {
                body($"{rate}");
                s.Accuracy = rate;
            }, new() { Parallelism = 1 })
            .Join("join", (s, inputs, _) => s.Accuracy = inputs.Sum(i => i.Accuracy));

        // The process of the lost run hangs in an item, and its clock tells that it has begun long ago.
        var late = await ArtifactStore.OpenAsync(Provider, Store.Root, options: new() { TimeProvider = new LateClock() }, cancellationToken: Cancel);
        var slow = await Cairn.Catalog.Catalog.OpenAsync(new Cairn.Artifacts.ArtifactRepository(late, Catalog.Repository.Materializers), new() { User = "u:eve" }, Cancel);
        using var release = new ManualResetEventSlim();
        using var hangs = new ManualResetEventSlim();
        var lost = Task.Run(() => FlowOf(name =>
        {
            if (name == "2")
            {
                hangs.Set();
                release.Wait(Cancel);
            }
        }).RunAsync(slow, new() { Key = "k" }, Cancel), Cancel);
        hangs.Wait(TimeSpan.FromMinutes(2), Cancel).ShouldBeTrue();

        var id = await FlowOf(ran.Add).RunAsync(Catalog, new() { Key = "k" }, Cancel);
        ran.ShouldBe(["2", "3"]);
        var run = await Catalog.Runs.GetAsync(RunReference.OfRun(id), cancellationToken: Cancel);
        (run.Status, await run["join"].Task.Data.GetAsync<double>("Accuracy", Cancel)).ShouldBe((RunStatus.Succeeded, 6));
        (await FlowOf(ran.Add).RunAsync(Catalog, new() { Key = "k" }, Cancel)).ShouldBe(id);
        ran.Count.ShouldBe(2);
        release.Set();
        (await Should.ThrowAsync<StoreException>(() => lost)).Message.ShouldContain("has taken over the key");
        await slow.DisposeAsync();
        await slow.Repository.Store.DisposeAsync();
    }

    [Fact]
    public async Task A_dry_run_is_not_the_latest_successful_one_and_nothing_is_taken_over_from_it()
    {
        var real = await Cached.RunAsync(Catalog, cancellationToken: Cancel);
        var dry = await Cached.RunAsync(Catalog, new() { SaveArtifacts = false, SaveExports = false }, Cancel);
        (await Catalog.Runs.GetAsync("Cached/latest", cancellationToken: Cancel)).ShouldSatisfyAllConditions(r => r.Id.ShouldBe(dry), r => r.IsDryRun.ShouldBeTrue());
        (await Catalog.Runs.GetAsync("Cached/latest-successful", cancellationToken: Cancel)).ShouldSatisfyAllConditions(r => r.Id.ShouldBe(real), r => r.IsDryRun.ShouldBeFalse());
        (await Catalog.Flow("Cached").LatestSuccessfulAsync(Cancel))!.Id.ShouldBe(real);
        (await Catalog.Flow("Cached").RunsAsync(new() { IncludeDryRuns = false }, Cancel).CountAsync(Cancel)).ShouldBe(1);
        var plan = await Cached.PlanAsync(Catalog, RunReference.OfRun(dry), cancellationToken: Cancel);
        plan.Steps.Sum(s => s.Taken).ShouldBe(0);
        var resumed = await Catalog.Runs.GetAsync(RunReference.OfRun(await Cached.ResumeAsync(Catalog, RunReference.OfRun(dry), cancellationToken: Cancel)), cancellationToken: Cancel);
        (await resumed["join"].Task.Data.GetAsync<string>("Note", Cancel)).ShouldBe("10");
    }

    [Fact]
    public async Task The_step_from_which_to_resume_is_not_taken_from_the_cache()
    {
        var first = RunReference.OfRun(await Cached.RunAsync(Catalog, cancellationToken: Cancel));
        var again = await Catalog.Runs.GetAsync(RunReference.OfRun(await Cached.ResumeAsync(Catalog, first, from: "fit", cancellationToken: Cancel)), cancellationToken: Cancel);
        (again["load"].Task.Status, again["fit"].Status).ShouldBe((RunStatus.Cached, RunStatus.Succeeded));
        // What was taken over did not run.
        await Cached.ResumeAsync(Catalog, first, from: "join", cancellationToken: Cancel);
        (await ExplainAsync("Cached/latest/fit/1")).ShouldSatisfyAllConditions(e => e.IsHit.ShouldBeTrue(), e => e.Nearest!.Step.ShouldBe("fit"));
    }

    private Task<CacheExplanation> ExplainAsync(string task) => Catalog.Runs.ExplainCacheAsync(task, Cancel);

    /// <summary>A clock that is ten minutes late.</summary>
    private sealed class LateClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddMinutes(-10);
    }
}
