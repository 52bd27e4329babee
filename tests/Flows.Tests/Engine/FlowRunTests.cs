using Cairn;
using Cairn.Catalog;
using Cairn.Catalog.RunRecords;
using Cairn.Flows;

namespace Flows.Tests.Engine;

/// <summary>What a flow runs, in which order, and what it records.</summary>
public sealed class FlowRunTests : FlowTest
{
    private static readonly string[] _both = ["a", "b"];

    [Fact]
    public async Task A_foreach_with_a_join_gives_the_join_its_branches_in_order()
    {
        var flow = Flow.Of<TuneState>("Train")
            .Step("load", (s, step) => (s.Rates, s.Rows) = ([0.3, 0.1, 0.2], 150))
            .ForEach("fit", s => s.Rates, async (s, rate, step) =>
            {
                // The first item ends last.
                await Task.Delay(step.Index == 0 ? 50 : 1, step.CancellationToken);
                (s.Model, s.Accuracy) = ($"m{rate}", rate * s.Rows!.Value);
            }, new() { Parallelism = 3, Key = r => $"lr={r}" })
            .Join("pick", (s, inputs, step) =>
            {
                inputs.Select(i => i.Model).ShouldBe(["m0.3", "m0.1", "m0.2"]);
                s.Model = inputs.MaxBy(i => i.Accuracy)!.Model;
                step.Merge(inputs, exclude: ["Accuracy"]);
            })
            .Step("report", (s, step) => step.Export(Export.Markdown("summary", $"{s.Model} of {s.Rows} rows")));
        await flow.RunAsync(Catalog, cancellationToken: Cancel);

        (await StatusesAsync()).ShouldBe("fit/lr=0.1:Succeeded fit/lr=0.2:Succeeded fit/lr=0.3:Succeeded fit:Succeeded load:Succeeded pick:Succeeded report:Succeeded");
        (await ValueAsync<string>("pick", "Model")).ShouldBe("m0.3");
        (await ValueAsync<double>("fit", "Accuracy", "lr=0.1")).ShouldBe(15);
        var tasks = await TasksAsync();
        var (load, split, item, pick) = (tasks.Single(t => t.Step == "load"), tasks.Single(t => t.Items is not null), tasks.Single(t => t.Item == "lr=0.2"), tasks.Single(t => t.Step == "pick"));
        split.Items.ShouldBe(["lr=0.3", "lr=0.1", "lr=0.2"]);
        (split.Base, item.Base, pick.Base, item.Index).ShouldBe((load.TaskId, split.TaskId, split.TaskId, 2));
        item.Inputs.Select(i => (i.Name, i.TaskId, i.Output)).ShouldBe([("Rows", load.TaskId, "Rows")]);
        item.State.Keys.Order().ShouldBe(["Accuracy", "Model"]);
        pick.Inputs.Count(i => i.Name == "Accuracy").ShouldBe(3);
        var run = await LastRunAsync();
        run.Status.ShouldBe(RunStatus.Succeeded);
        string.Join(' ', run.Steps.Select(s => $"{s.Name}:{s.Kind}:{string.Join('+', s.After)}")).ShouldBe("load:Step: fit:ForEach:load pick:Join:fit report:Step:pick");
        (await Store.ReadTextAsync(tasks.Single(t => t.Step == "report").Exports.Single().Path, cancellationToken: Cancel)).ShouldBe("m0.3 of 150 rows");
    }

    [Fact]
    public async Task Nested_splits_have_paths_as_items()
    {
        var seen = new System.Collections.Concurrent.ConcurrentBag<string>();
        var flow = Flow.Of<TuneState>("Nested")
            .ForEach("outer", _ => new[] { "a/b", "c%" }, (s, item, _) => s.Model = item, new() { Key = i => i })
            .Step("middle", (s, step) => seen.Add($"{step.Item}:{s.Model}"))
            .ForEach("inner", _ => new[] { 1, 2 }, (s, item, step) => s.Log = [item, s.Model.Length])
            .Join("small", (s, inputs, step) => s.Log = [.. inputs.SelectMany(i => i.Log)])
            .Join("all", (s, inputs, step) => s.Log = [.. inputs.SelectMany(i => i.Log)]);
        await flow.RunAsync(Catalog, cancellationToken: Cancel);
        (await ValueAsync<List<int>>("all", "Log")).ShouldBe([1, 3, 2, 3, 1, 2, 2, 2]);
        seen.Order(StringComparer.Ordinal).ShouldBe(["a%2Fb:a/b", "c%25:c%"]);
        (await TasksAsync()).Where(t => t.Step == "inner" && t.Items is null).Select(t => t.Item).Order(StringComparer.Ordinal).ShouldBe(["a%2Fb/0", "a%2Fb/1", "c%25/0", "c%25/1"]);
    }

    [Fact]
    public async Task Steps_side_by_side_are_merged_by_reference()
    {
        var flow = Flow.Of<TuneState>("Branches")
            .Step("start", (s, _) => (s.Note, s.Rows, s.Log) = ("old", 1, [1]))
            .Branch(b => b
                .Step("a", (s, _) => (s.Model, s.Note) = ("m", null))
                .Step("b", (s, _) =>
                {
                    s.Note.ShouldBe("old");
                    s.Log.Add(2);
                }))
            .Join("join", (s, inputs, step) => step.Merge(inputs))
            .Step("end", (s, _) =>
            {
                s.Log.ShouldBe([1, 2]);
                s.Note.ShouldBeNull();
                (s.Model, s.Rows).ShouldBe(("m", 1));
            });
        await flow.RunAsync(Catalog, cancellationToken: Cancel);
        var join = (await TasksAsync()).Single(t => t.Step == "join");
        join.State.Keys.Order().ShouldBe(["Log", "Model", "Note"]);
        join.State["Note"].ShouldBeNull();
        join.Inputs.Select(i => i.Name).Order().ShouldBe(["Log", "Model"]);
    }

    [Fact]
    public async Task All_conflicts_of_a_merge_are_reported_at_once_and_rules_resolve_them()
    {
        static Flow<TuneState> Of(Action<TuneState, JoinInputs<TuneState>, StepContext> join) => Flow.Of<TuneState>("Conflicts")
            .Step("start", (s, _) => (s.Rows, s.Model) = (10, "m"))
            .ForEach("fit", _ => _both, (s, item, step) => (s.Note, s.Rows, s.Accuracy) = (item, step.Index + 1, step.Index!.Value))
            .Join("join", join);
        var error = await Should.ThrowAsync<MergeConflictException>(() => Of((s, inputs, step) => step.Merge(inputs, exclude: ["Accuracy"])).RunAsync(Catalog, cancellationToken: Cancel));
        error.Conflicts.Select(c => (c.Name, c.Base is not null, string.Join(' ', c.Branches.Select(b => $"{b.Step}/{b.Item}"))))
            .ShouldBe([("Rows", true, "fit/0 fit/1"), ("Note", false, "fit/0 fit/1")]);
        (await LastRunAsync()).Error!.Type.ShouldBe(typeof(MergeConflictException).FullName);
        (await TasksAsync()).Single(t => t.Step == "join").State.ShouldBeEmpty();

        await Of((s, inputs, step) =>
        {
            s.Note = "mine";
            step.Merge(inputs, resolve: m => m.Take("Accuracy", i => i.Accuracy).Combine<int?>("Rows", (a, b) => a + b));
        }).RunAsync(Catalog, cancellationToken: Cancel);
        (await ValueAsync<string>("join", "Note"), await ValueAsync<int>("join", "Rows"), await ValueAsync<double>("join", "Accuracy")).ShouldBe(("mine", 3, 1));
        var unknown = Of((s, inputs, step) => step.Merge(inputs, include: ["Rowz"]));
        (await Should.ThrowAsync<ArgumentException>(() => unknown.RunAsync(Catalog, cancellationToken: Cancel))).Message.ShouldContain("Rowz");
    }

    [Fact]
    public async Task The_first_failed_item_stops_the_others_and_its_error_is_thrown_as_it_is()
    {
        var error = new InvalidDataException("bad row");
        var others = new TaskCompletionSource();
        var flow = Flow.Of<TuneState>("Stop")
            .ForEach("fit", _ => new[] { 0, 1, 2 }, async (s, item, step) =>
            {
                if (item == 1)
                {
                    await others.Task;
                    throw error;
                }
                if (item == 0)
                {
                    others.SetResult();
                    await Task.Delay(Timeout.Infinite, step.CancellationToken);
                }
            }, new() { Parallelism = 2 })
            .Join("never", (_, _, _) => throw new InvalidOperationException("The join ran."));
        (await Should.ThrowAsync<InvalidDataException>(() => flow.RunAsync(Catalog, cancellationToken: Cancel))).ShouldBeSameAs(error);
        var run = await LastRunAsync();
        (run.Status, run.Error!.Message, run.Error.Step, run.Error.Item).ShouldBe((RunStatus.Failed, "bad row", "fit", "1"));
        error.Data["Cairn.Task"].ShouldBe($"Stop/{ShortRunId.Of(run.RunId)}/fit/1");
        (await TasksAsync()).Where(t => t.Items is null).OrderBy(t => t.Index).Select(t => (t.Index, t.Status, t.Cause)).ShouldBe(
            [(0, RunStatus.Cancelled, "cancelled since task fit/1 failed"), (1, RunStatus.Failed, "own exception")]);
    }

    [Fact]
    public async Task A_join_that_looks_at_the_failures_decides()
    {
        static Flow<TuneState> Of(Action<TuneState, JoinInputs<TuneState>, StepContext> join) => Flow.Of<TuneState>("Continue")
            .ForEach("fit", _ => new[] { 0, 1, 2 }, (s, item, _) => s.Accuracy = item == 1 ? throw new InvalidDataException("bad row") : item, new() { OnFailure = ForEachFailure.Continue })
            .Join("join", join);
        await Of((s, inputs, _) =>
        {
            inputs.Failed.Select(f => (f.Step, f.Item, f.Error.Message)).ShouldBe([("fit", "1", "bad row")]);
            s.Accuracy = inputs.Sum(i => i.Accuracy);
        }).RunAsync(Catalog, cancellationToken: Cancel);
        ((await LastRunAsync()).Status, await ValueAsync<double>("join", "Accuracy")).ShouldBe((RunStatus.Succeeded, 2));

        await Should.ThrowAsync<InvalidDataException>(() => Of((s, inputs, _) => s.Accuracy = inputs.Count).RunAsync(Catalog, cancellationToken: Cancel));
        ((await LastRunAsync()).Status, (await TasksAsync())[^1].Step).ShouldBe((RunStatus.Failed, "join"));
    }

    [Fact]
    public async Task A_task_is_tried_again_from_its_checkpoint()
    {
        var flow = Flow.Of<TuneState>("Retry").Step("fit", async (s, step) =>
        {
            var epoch = await step.RestoreAsync(() => 0);
            epoch.ShouldBe(step.Attempt - 1);
            s.Note = "half";
            await step.CheckpointAsync(epoch + 1);
            if (step.Attempt < 3)
                throw new IOException($"attempt {step.Attempt}");
            s.Rows = epoch;
        }, new() { Retry = new(3, TimeSpan.FromMilliseconds(1)) });
        await flow.RunAsync(Catalog, cancellationToken: Cancel);
        (await TasksAsync()).Select(t => (t.Attempt, t.Status, t.State.Count)).ShouldBe([(1, RunStatus.Failed, 0), (2, RunStatus.Failed, 0), (3, RunStatus.Succeeded, 2)]);
        ((await LastRunAsync()).Error, await ValueAsync<int>("fit", "Rows")).ShouldBe((null, 2));

        var never = Flow.Of<TuneState>("Never").Step("fit", (_, _) => throw new IOException("always"), new() { Retry = new(5, TimeSpan.Zero) { On = e => e is not IOException } });
        await Should.ThrowAsync<IOException>(() => never.RunAsync(Catalog, cancellationToken: Cancel));
        (await TasksAsync())[^1].Attempt.ShouldBe(1);
    }

    [Fact]
    public async Task The_error_of_a_run_is_that_of_the_task_that_ended_it()
    {
        var flow = Flow.Of<TuneState>("Errors")
            .Step("flaky", (_, step) =>
            {
                if (step.Attempt == 1)
                    throw new IOException("tried again");
            }, new() { Retry = new(2, TimeSpan.Zero) })
            .ForEach("each", _ => _both, (_, item, _) =>
            {
                if (item == "a")
                    throw new InvalidDataException("handled");
            }, new() { OnFailure = ForEachFailure.Continue })
            .Join("join", (_, inputs, _) => inputs.Failed.Count.ShouldBe(1))
            .Step("last", (_, _) => throw new InvalidOperationException("the end"));
        await Should.ThrowAsync<InvalidOperationException>(() => flow.RunAsync(Catalog, cancellationToken: Cancel));
        var error = (await LastRunAsync()).Error!;
        (error.Step, error.Message).ShouldBe(("last", "the end"));
    }

    [Fact]
    public async Task A_dry_run_computes_everything_and_stores_nothing_but_records()
    {
        var log = new List<int>();
        var flow = Flow.Of<TuneState>("Dry")
            .Step("start", (s, step) =>
            {
                (s.Log, s.Token) = ([1], "secret");
                step.Output("x", 5);
                step.Export(Export.Text("x.txt", "x"));
            })
            .Branch(b => b.Step("a", (s, _) => s.Model = "m").Step("b", (s, _) => s.Log.Add(2)))
            .Join("join", (s, inputs, step) => step.Merge(inputs))
            .Step("end", async (s, step) =>
            {
                log.AddRange(s.Log);
                (s.Model, s.Token, await step.InputAsync<int>("start#x")).ShouldBe(("m", "secret", 5));
            });
        await flow.RunAsync(Catalog, new() { SaveArtifacts = false, SaveExports = false }, Cancel);
        log.ShouldBe([1, 2]);
        (await Store.ExistsAsync("artifacts/blobs", Cancel), await Store.ExistsAsync("exports", Cancel)).ShouldBe((false, false));
        (await TasksAsync()).Count(t => t.State.Count > 0 || t.Outputs.Count > 0).ShouldBe(0);
    }

    [Fact]
    public async Task A_secret_goes_from_step_to_step_and_into_no_artifact()
    {
        var flow = Flow.Of<TuneState>("Secret").Step("a", (s, _) => (s.Token, s.Rows) = ("hunter2", 1)).Step("b", (s, _) => s.Token.ShouldBe("hunter2"));
        await flow.RunAsync(Catalog, cancellationToken: Cancel);
        (await TasksAsync()).SelectMany(t => t.State.Keys).ShouldBe(["Rows"]);
    }

    [Fact]
    public async Task Two_runs_of_one_flow_give_equal_digests()
    {
        var flow = Flow.Of<TuneState>("Same")
            .Step("load", (s, _) => (s.Rates, s.Log, s.Note) = ([1, 2], [3], "n"))
            .ForEach("fit", s => s.Rates, (s, rate, _) => (s.Model, s.Accuracy) = ($"{rate}{s.Log.Count}", rate))
            .Join("pick", (s, inputs, _) => s.Model = inputs[1].Model);
        await flow.RunAsync(Catalog, cancellationToken: Cancel);
        await flow.RunAsync(Catalog, cancellationToken: Cancel);
        var runs = (await TasksAsync()).GroupBy(t => t.RunId).Select(g => string.Join('\n', g.Select(Describe).Order(StringComparer.Ordinal))).ToList();
        runs.Count.ShouldBe(2);
        runs[1].ShouldBe(runs[0]);

        static string Describe(Cairn.Catalog.RunRecords.TaskRecord task) => $"{task.Step}/{task.Item} {string.Join(' ', task.State.Concat(task.Outputs).OrderBy(s => s.Key))}";
    }

    [Fact]
    public async Task A_plain_class_is_a_state()
    {
        var flow = Flow.Of<ReflectedState<State.PlainState>>("Plain")
            .Step("start", (s, _) => (s.Value.Numbers, s.Value.Title) = ([1], "old"))
            .ForEach("each", _ => _both, (s, item, _) =>
            {
                s.Value.Numbers.ShouldBe([1]);
                s.Value.Count = item == "a" ? 1 : 2;
            })
            .Join("join", (s, inputs, step) =>
            {
                s.Value.Count = inputs.Sum(i => i.Value.Count);
                s.Value.Numbers.Add(2);
            });
        await flow.RunAsync(Catalog, cancellationToken: Cancel);
        (await ValueAsync<int>("join", "Count"), (await ValueAsync<List<int>>("join", "Numbers")).Count).ShouldBe((3, 2));
        (await TasksAsync()).Single(t => t.Step == "join").State.Keys.Order().ShouldBe(["Count", "Numbers"]);
    }

    [Fact]
    public void A_description_that_cannot_run_is_refused()
    {
        var flow = Flow.Of<TuneState>("F").Step("a", (_, _) => { });
        Should.Throw<ArgumentException>(() => flow.Step("a", (_, _) => { })).Message.ShouldStartWith("The flow has a step 'a' already.");
        Should.Throw<InvalidOperationException>(() => flow.Join("j", (_, _, _) => { }));
        Should.Throw<ArgumentException>(() => flow.Branch(b => b.Step("x", (_, _) => { })));
        Should.Throw<InvalidOperationException>(() => flow.Branch(b => b.Step("x", (_, _) => { }).Step("y", (_, _) => { })).Step("z", (_, _) => { })).Message.ShouldContain("Add a join");
        Should.Throw<Cairn.StoreException>(() => flow.Step("a/b", (_, _) => { }));
    }

    [Theory]
    [InlineData("", "has the key ''")]
    [InlineData("same", "Two items of the step 'fit' have the key 'same'")]
    public async Task Bad_keys_fail_the_split(string key, string message)
    {
        var flow = Flow.Of<TuneState>("Keys").ForEach("fit", _ => _both, (_, _, _) => { }, new() { Key = _ => key });
        (await Should.ThrowAsync<InvalidOperationException>(() => flow.RunAsync(Catalog, cancellationToken: Cancel))).Message.ShouldContain(message);
        (await StatusesAsync()).ShouldBe("fit:Failed");
    }

    [Fact]
    public async Task A_foreach_without_items_succeeds()
    {
        await Flow.Of<TuneState>("Empty").Step("start", (s, _) => s.Note = "kept").ForEach("fit", _ => Array.Empty<int>(), (_, _, _) => { }).Join("join", (s, inputs, step) =>
        {
            s.Rows = inputs.Count;
            step.Merge(inputs);
        }).RunAsync(Catalog, cancellationToken: Cancel);
        (await ValueAsync<int>("join", "Rows"), await StatusesAsync()).ShouldBe((0, "fit:Succeeded join:Succeeded start:Succeeded"));
        (await TasksAsync()).Single(t => t.Step == "join").State.Keys.ShouldBe(["Rows"]);
    }
}
