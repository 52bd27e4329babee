using System.Collections.Concurrent;
using Cairn;
using Cairn.Catalog;
using Cairn.Flows;

namespace Flows.Tests.Engine;

/// <summary>What a resumed run takes over, and what it runs again.</summary>
public sealed class ResumeTests : FlowTest
{
    private readonly ConcurrentQueue<string> _ran = new();
    private Func<string, bool> _fails = _ => false;

    private Flow<TuneState> Train => Flow.Of<TuneState>("Train")
        .Step("load", (s, step) =>
        {
            Ran(step);
            (s.Rates, s.Rows) = ([0.3, 0.1, 0.2], step.Parameter("rows", 150).AsNumber() is var rows ? (int)rows : 0);
        })
        .ForEach("fit", s => s.Rates, (s, rate, step) =>
        {
            Ran(step);
            s.Accuracy = rate * s.Rows!.Value * step.Parameter("factor", 1).AsNumber();
        }, new() { OnFailure = ForEachFailure.Continue, Key = r => $"lr={r}", Parallelism = 1 })
        .Step("score", (s, step) =>
        {
            Ran(step);
            s.Note = $"{s.Accuracy}";
        })
        .Join("pick", (s, inputs, step) =>
        {
            Ran(step);
            s.Accuracy = inputs.Max(i => i.Accuracy);
        })
        .Step("report", (s, step) =>
        {
            Ran(step);
            s.Note = $"best {s.Accuracy}";
        });

    [Fact]
    public async Task Only_what_has_not_finished_runs_and_the_result_is_the_same()
    {
        _fails = t => t == "fit/lr=0.1";
        await Should.ThrowAsync<InvalidDataException>(() => Train.RunAsync(Catalog, cancellationToken: Cancel));
        var first = await LastRunAsync();
        _fails = _ => false;
        _ran.Clear();
        var plan = await Train.PlanAsync(Catalog, cancellationToken: Cancel);
        plan.Origin.ShouldBe(first.RunId);
        plan.Steps.Select(s => (s.Step, s.Taken, s.Run, string.Join(';', s.Reasons.Select(r => $"({r.Reason}, {r.Tasks})")))).ShouldBe(
        [
            ("load", 1, 0, ""), ("fit", 2, 1, "(it has failed, 1)"), ("score", 2, 1, "(a step before it runs, 1)"), ("pick", 0, 1, "(a step before it runs, 1)"), ("report", 0, 1, "(a step before it runs, 1)"),
        ]);
        plan.ToString().Split('\n')[..2].ShouldBe(["load  1 taken over, 0 to run", "fit  2 taken over, 1 to run: it has failed (1)"]);
        _ran.ShouldBeEmpty();

        await Train.ResumeAsync(Catalog, cancellationToken: Cancel);
        _ran.ShouldBe(["fit/lr=0.1", "score/lr=0.1", "pick", "report"]);
        var run = await LastRunAsync();
        (run.Status, run.Origin).ShouldBe((RunStatus.Succeeded, first.RunId));
        var tasks = (await TasksAsync()).Where(t => t.RunId == run.RunId).ToList();
        tasks.Count(t => t.Status == RunStatus.Cached).ShouldBe(6);
        var taken = tasks.Single(t => t.Step == "fit" && t.Item == "lr=0.2");
        var original = (await TasksAsync()).Single(t => t.RunId == first.RunId && t.Step == "fit" && t.Item == "lr=0.2");
        (taken.From, taken.Reuse, taken.State["Accuracy"]).ShouldBe((original.TaskId, "resume", original.State["Accuracy"]));
        taken.Base.ShouldBe(tasks.Single(t => t.Items is not null).TaskId);
        (await ValueAsync<string>("report", "Note")).ShouldBe("best 45");
    }

    [Fact]
    public async Task A_step_from_which_to_begin_runs_with_all_after_it()
    {
        var first = await Train.RunAsync(Catalog, cancellationToken: Cancel);
        _ran.Clear();
        (await Should.ThrowAsync<StoreException>(() => Train.ResumeAsync(Catalog, cancellationToken: Cancel))).Code.ShouldBe(StoreErrorCode.NotFound);
        await Train.ResumeAsync(Catalog, RunReference.OfRun(first), from: "pick", cancellationToken: Cancel);
        _ran.ShouldBe(["pick", "report"]);
        (await Should.ThrowAsync<StoreException>(() => Train.ResumeAsync(Catalog, RunReference.OfRun(first), from: "pikc", cancellationToken: Cancel))).Message.ShouldContain("load, fit, score, pick, report");
    }

    [Fact]
    public async Task What_has_read_a_changed_parameter_runs_again()
    {
        var first = RunReference.OfRun(await Train.RunAsync(Catalog, new() { Parameters = { ["factor"] = 2, ["unread"] = 1 } }, Cancel));
        _ran.Clear();
        await Train.ResumeAsync(Catalog, first, options: new() { Parameters = { ["unread"] = 2 } }, cancellationToken: Cancel);
        _ran.ShouldBeEmpty();
        (await LastRunAsync()).Parameters!.ToJsonString().ShouldBe("""{"unread":2,"factor":2}""");

        await Train.ResumeAsync(Catalog, first, options: new() { Parameters = { ["factor"] = 3 } }, cancellationToken: Cancel);
        _ran.Count(r => r.StartsWith("fit/", StringComparison.Ordinal)).ShouldBe(3);
        _ran.ShouldNotContain("load");
        (await ValueAsync<double>("pick", "Accuracy")).ShouldBe(135);

        // A parameter that the run did not have is another value, too.
        _ran.Clear();
        (await Train.PlanAsync(Catalog, first, options: new() { Parameters = { ["rows"] = 10 } }, cancellationToken: Cancel)).Steps[0].Reasons.ShouldBe([new PlannedReason("the parameter 'rows' has another value", 1)]);
    }

    [Fact]
    public async Task A_removed_output_is_made_again()
    {
        var first = RunReference.OfRun(await Train.RunAsync(Catalog, cancellationToken: Cancel));
        _ran.Clear();
        var removed = (await TasksAsync()).Single(t => t.Step == "fit" && t.Item == "lr=0.3").State["Accuracy"]!.Value;
        (await Catalog.Repository.DeleteAsync(removed, Cancel)).ShouldBeTrue();
        await Train.ResumeAsync(Catalog, first, cancellationToken: Cancel);
        _ran.ShouldBe(["fit/lr=0.3", "score/lr=0.3", "pick", "report"]);
    }

    [Fact]
    public async Task A_run_that_resumed_another_and_ended_at_once_loses_nothing()
    {
        _fails = t => t == "fit/lr=0.1";
        await Should.ThrowAsync<InvalidDataException>(() => Train.RunAsync(Catalog, cancellationToken: Cancel));
        using (var stopped = new CancellationTokenSource())
        {
            // It has begun and recorded nothing that it takes over.
            await using var run = await Catalog.StartRunAsync("Train", new() { Origin = (await LastRunAsync()).RunId }, stopped.Token);
        }
        _fails = _ => false;
        _ran.Clear();
        await Train.ResumeAsync(Catalog, cancellationToken: Cancel);
        _ran.ShouldBe(["fit/lr=0.1", "score/lr=0.1", "pick", "report"]);

        // What was taken over twice leads to the same.
        _ran.Clear();
        await Train.ResumeAsync(Catalog, "Train/latest", cancellationToken: Cancel);
        _ran.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_run_that_took_over_a_part_of_another_and_ended_loses_nothing()
    {
        _fails = t => t is "fit/lr=0.1" or "fit/lr=0.2";
        await Should.ThrowAsync<InvalidDataException>(() => Train.RunAsync(Catalog, cancellationToken: Cancel));
        _fails = t => t == "fit/lr=0.2";
        await Should.ThrowAsync<InvalidDataException>(() => Train.ResumeAsync(Catalog, cancellationToken: Cancel));
        var second = await LastRunAsync();
        // The third run has recorded that it takes over what is before the items, and nothing of what the second one ran.
        await using (var third = await Catalog.StartRunAsync("Train", new() { Origin = second.RunId }))
        {
            Guid? before = null;
            foreach (var task in (await TasksAsync()).Where(t => t.RunId == second.RunId && (t.Step == "load" || t.Items is not null)).OrderBy(t => t.Order).ToList())
            {
                var copy = task with { RunId = third.Id, TaskId = Guid.CreateVersion7(), Base = before, From = task.From ?? task.TaskId };
                await third.Writer.PublishAsync([copy.ToRecord(third.Writer.Source)], Cancel);
                before = copy.TaskId;
            }
        }
        _fails = _ => false;
        _ran.Clear();
        await Train.ResumeAsync(Catalog, cancellationToken: Cancel);
        _ran.ShouldBe(["fit/lr=0.2", "score/lr=0.2", "pick", "report"]);
    }

    [Fact]
    public async Task A_task_that_had_not_ended_begins_with_its_checkpoint()
    {
        var seen = new List<int>();
        var stops = true;
        var flow = Flow.Of<TuneState>("Epochs").Step("fit", async (s, step) =>
        {
            var epoch = await step.RestoreAsync(() => 0);
            seen.Add(epoch);
            await step.CheckpointAsync(epoch + 1);
            if (stops)
                throw new IOException("disk full");
            s.Rows = epoch;
        });
        await Should.ThrowAsync<IOException>(() => flow.RunAsync(Catalog, cancellationToken: Cancel));
        await Should.ThrowAsync<IOException>(() => flow.ResumeAsync(Catalog, cancellationToken: Cancel));
        stops = false;
        await flow.ResumeAsync(Catalog, cancellationToken: Cancel);
        seen.ShouldBe([0, 1, 2]);
    }

    [Fact]
    public async Task A_running_run_that_is_not_named_and_one_of_another_flow_are_refused()
    {
        await using var run = await Catalog.StartRunAsync("Train");
        (await Should.ThrowAsync<StoreException>(() => Train.ResumeAsync(Catalog, cancellationToken: Cancel))).Reason.ShouldBe("the newest run is running");
        // Whoever names it knows that its process is gone.
        await Train.ResumeAsync(Catalog, RunReference.OfRun(run.Id), cancellationToken: Cancel);
        var other = await Catalog.RunAsync("Other", _ => Task.CompletedTask, cancellationToken: Cancel);
        (await Should.ThrowAsync<StoreException>(() => Train.ResumeAsync(Catalog, RunReference.OfRun(other), cancellationToken: Cancel))).Code.ShouldBe(StoreErrorCode.PreconditionFailed);
    }

    private void Ran(StepContext step)
    {
        var task = $"{step.Step}{(step.Item is null ? "" : "/" + step.Item)}";
        if (_fails(task))
            throw new InvalidDataException(task);
        _ran.Enqueue(task);
    }
}
