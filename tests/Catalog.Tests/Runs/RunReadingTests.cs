using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Catalog.RunRecords;

namespace Catalog.Tests.Runs;

public sealed class RunReadingTests
{
    private static Dictionary<string, BlobDigest?> Digests(params (string Name, BlobDigest? Digest)[] digests) => digests.ToDictionary(d => d.Name, d => d.Digest);

    [Fact]
    public async Task A_run_that_was_recorded_is_read_back()
    {
        await using var box = await RunBox.OpenAsync();
        await box.Catalog.Assets.SaveAsync("base", "0");
        var id = await box.Catalog.Catalog.RunAsync("team/Train", async run =>
        {
            await run.StepAsync("load", step => step.Output("table", "1,2"));
            await run.StepAsync("fit", async step =>
            {
                await step.InputAsync<string>("table", "training");
                await step.UseAsync<string>("base");
                step.Parameter("rate");
                for (var i = 0; i < 250; i++)
                    step.Metric("a.b c", i / 10.0);
                step.Metric("accuracy", 0.9);
                step.Export(Export.Text("summary.txt", "good"));
                step.Output("model", "m");
            });
        }, new() { Parameters = { ["rate"] = 0.1, ["site"] = "Oslo" }, Tags = ["nightly", "a"] });

        var run = (await box.Catalog.Catalog.Flow("Team/train").LatestSuccessfulAsync())!;
        (run.Id, run.Flow, run.Status, run.CreatedBy, string.Join(' ', run.Tags), run.IsDeleted).ShouldBe((id, "team/Train", RunStatus.Succeeded, "u:ada", "a nightly", false));
        run.Reference.ToString().ShouldBe($"team/Train/{ShortRunId.Of(id)}");
        run.Parameters.GetRawText().ShouldBe("""{"rate":0.1,"site":"Oslo"}""");
        run.Environment.GetProperty("framework").GetString()!.ShouldStartWith(".NET");
        (run.Error, run.Reason, run.Duration >= TimeSpan.Zero).ShouldBe((null, null, true));
        run.Metrics["accuracy"].ShouldBe(0.9);
        run.Steps.Select(s => (s.Name, s.Kind, s.Status, s.Count, s.CountOf(RunStatus.Succeeded)))
            .ShouldBe([("load", StepKind.Step, RunStatus.Succeeded, 1, 1), ("fit", StepKind.Step, RunStatus.Succeeded, 1, 1)]);

        var fit = run["fit"].Task;
        (fit.Step, fit.Item, fit.Attempt, fit.Status, fit.RunId, string.Join(' ', fit.Parameters)).ShouldBe(("fit", null, 1, RunStatus.Succeeded, id, "rate"));
        fit.Inputs.Select(i => (i.Name, i.Role, i.TaskId, i.Output, i.Version)).ShouldBe([("table", "training", run["load"].Task.Id, "table", null), ("base", "input", null, null, 1)]);
        fit.Exports.Single().Name.ShouldBe("summary.txt");
        (fit.Metrics["accuracy"].Last, (await fit.Metrics["accuracy"].ReadPointsAsync()).Single().Value).ShouldBe((0.9, 0.9));
        var points = await fit.Metrics["a.b c"].ReadPointsAsync();
        (points.Count, points[249].Value, points[249].Step, fit.Metrics["a.b c"].Max).ShouldBe((250, 24.9, 249, 24.9));
        (fit["model"].Digest, fit["model"].TaskId, fit["model"].IsState).ShouldBe((await box.SaveAsync("m"), fit.Id, false));
        (await fit["model"].LoadAsync<string>(), await run["fit"].LoadAsync<string>("model"), await fit.Data.GetAsync<string>("model")).ShouldBe(("m", "m", "m"));
        (await fit["model"].StatAsync()).Manifest.TotalLength.ShouldBe(1);
        (await Should.ThrowAsync<StoreException>(() => fit.Data.GetAsync<string>("table"))).Message.ShouldContain("has no output 'table'; it has model");
        Should.Throw<StoreException>(() => run["eval"]).Message.ShouldContain("has no step 'eval'; it has load, fit");

        (await box.Runs.GetOutputAsync($"{run.Reference}/fit#model")).Digest.ShouldBe(fit["model"].Digest);
        (await box.Runs.GetTaskAsync($"{id}/fit")).Id.ShouldBe(fit.Id);
    }

    [Fact]
    public async Task The_state_after_a_task_is_that_of_its_base_and_what_it_has_changed()
    {
        await using var box = await RunBox.OpenAsync();
        var sample = box.Sample;
        var run = sample.Add(sample.NewRun());
        var (a, b, c) = (await box.SaveAsync("a"), await box.SaveAsync("b"), await box.SaveAsync("c"));
        var load = sample.End(sample.NewTask(run, "load") with { State = Digests(("Data", a), ("Rates", b), ("Note", c)), Outputs = Digests(("chart", c)) });
        var one = sample.End(sample.NewTask(run, "fit", "x/1", 1) with { Base = load.TaskId, State = Digests(("Model", b), ("Note", null)), Outputs = Digests(("Data", c)) });
        var cached = sample.Add(sample.NewTask(run, "fit", "x/2", 1) with { Index = 1, Base = load.TaskId, From = one.TaskId, Reuse = "cache", Status = RunStatus.Cached });
        sample.End(sample.NewTask(run, "pick", null, 2) with { Base = one.TaskId, State = Digests(("Data", b)) });
        sample.End(run);
        await box.PublishAsync();

        var info = await box.Runs.GetAsync($"{run.RunId}");
        Texts(info["load"].Task.Data.All).ShouldBe("chart:c Data:a Note:c Rates:b");
        var tasks = await info["fit"].TasksAsync().ToListAsync();
        tasks.Select(t => t.Item).ShouldBe(["x/1", "x/2"]);
        Texts(tasks[0].Data.All).ShouldBe("Data:c Data:a Model:b Rates:b");
        Texts(tasks[0].Outputs).ShouldBe("Data:c Model:b");
        tasks[0]["Data"].Digest.ShouldBe(c);
        (tasks[1].Status, tasks[1].CachedFrom).ShouldBe((RunStatus.Cached, one.TaskId));
        Texts(tasks[1].Data.All).ShouldBe("Data:c Data:a Model:b Rates:b");
        Texts(tasks[1].Outputs).ShouldBe("Data:c Model:b");
        Texts(info["pick"].Task.Data.All).ShouldBe("Data:b Model:b Rates:b");
        info["pick"].Task.Data.Find("Rates")!.TaskId.ShouldBe(load.TaskId);
        (await info["pick"].LoadAsync<string>("Data")).ShouldBe("b");
        info["fit"].FindTask("x/2")!.Id.ShouldBe(cached.TaskId);
        Should.Throw<StoreException>(() => info["fit"].Task).Message.ShouldContain("has 2 tasks, one for each item");

        string Texts(IEnumerable<OutputInfo> outputs) => string.Join(' ', outputs.Select(o => $"{o.Name}:{(o.Digest == a ? "a" : o.Digest == b ? "b" : "c")}"));
    }

    [Fact]
    public async Task Of_several_attempts_the_newest_counts_and_progress_shows_until_the_end()
    {
        await using var box = await RunBox.OpenAsync();
        var sample = box.Sample;
        var run = sample.Add(sample.NewRun());
        sample.End(sample.NewTask(run, "fit", "3", 1) with { Error = new("E", "no"), Cause = "own exception", Outputs = Digests(("half", RunSample.Digest(1))) }, RunStatus.Failed);
        var second = sample.Add(sample.NewTask(run, "fit", "3", 1) with { Attempt = 2 });
        sample.Progress(second with { Metrics = new Dictionary<string, MetricRecord> { ["loss"] = new(0.5, 0.5, 0.9, 7, 6) }, Checkpoint = RunSample.Digest(2) });
        await box.PublishAsync();

        var task = await box.Runs.GetTaskAsync("Train/latest/fit/3");
        (task.Attempt, task.Status, task.Error, task.Metrics["loss"].Last, task.Checkpoint, task.Outputs.Count).ShouldBe((2, RunStatus.Running, null, 0.5, RunSample.Digest(2), 0));
        (await box.Runs.GetAsync("Train/latest"))["fit"].CountOf(RunStatus.Running).ShouldBe(1);
        (await Should.ThrowAsync<StoreException>(async () => (await box.Runs.GetTaskAsync("Train/latest/fit/3"))["x"].ToString())).Message.ShouldContain("The task is Running");
        sample.End(second with { Metrics = new Dictionary<string, MetricRecord> { ["loss"] = new(0.4, 0.4, 0.9, 8, 7) }, Log = "done" });
        await box.PublishAsync();
        task = await box.Runs.GetTaskAsync("Train/latest/fit/3");
        (task.Status, task.Metrics["loss"].Last, task.Checkpoint, await task.ReadLogAsync()).ShouldBe((RunStatus.Succeeded, 0.4, null, "done"));
    }

    [Fact]
    public async Task A_task_that_made_the_items_is_no_task_of_the_step_and_its_failure_is_that_of_the_step()
    {
        await using var box = await RunBox.OpenAsync();
        var sample = box.Sample;
        var run = sample.Add(sample.NewRun() with { Steps = [new("fit", StepKind.ForEach, []), new("score", StepKind.ForEach, ["fit"]), new("late", StepKind.Step, ["score"])] });
        var split = sample.End(sample.NewTask(run, "fit") with { Items = ["b", "a"] });
        foreach (var (index, item) in split.Items!.Index())
            sample.End(sample.NewTask(run, "fit", item) with { Index = index, Base = split.TaskId });
        sample.End(sample.NewTask(run, "score", null, 1) with { Items = [] }, RunStatus.Failed);
        sample.End(run, RunStatus.Failed);
        await box.PublishAsync();

        var info = await box.Runs.GetAsync("Train/latest");
        info.Steps.Select(s => (s.Name, s.Count, s.Status)).ShouldBe([("fit", 2, RunStatus.Succeeded), ("score", 0, RunStatus.Failed), ("late", 0, RunStatus.Pending)]);
        (await info["fit"].TasksAsync().Select(t => t.Item).ToListAsync()).ShouldBe(["b", "a"]);
        (await info.TasksAsync().CountAsync()).ShouldBe(2);
        var records = (await box.Runs.ReadRecordsAsync(run.RunId, withOrigins: false, default)).Single().Tasks;
        records.Select(r => $"{r.Step}/{r.Item}").ShouldBe(["fit/", "fit/b", "fit/a", "score/"]);
        records[0].Items.ShouldBe(["b", "a"]);
        (await box.Runs.ReadRecordsAsync("Train/latest", withOrigins: false, default)).Single().Run.Steps.Count.ShouldBe(3);
        Should.Throw<StoreException>(() => info["fit"].Task).Message.ShouldContain("has 2 tasks, one for each item");
        Should.Throw<StoreException>(() => info["late"].Task).Message.ShouldContain("has no task yet");
    }

    [Fact]
    public async Task The_newest_task_with_a_cache_key_is_found_until_its_run_is_deleted()
    {
        await using var box = await RunBox.OpenAsync();
        List<TaskRecord> tasks = [];
        foreach (var status in (RunStatus[])[RunStatus.Succeeded, RunStatus.Succeeded, RunStatus.Failed])
        {
            var run = box.Sample.Add(box.Sample.NewRun());
            box.Sample.End(box.Sample.NewTask(run, "load"));
            tasks.Add(box.Sample.End(box.Sample.NewTask(run, "fit") with { CacheKey = "k" }, status));
            box.Sample.End(run);
        }
        await box.PublishAsync();
        (await box.Runs.FindCachedAsync("k", default))!.TaskId.ShouldBe(tasks[1].TaskId);
        (await box.Runs.FindCachedAsync("other", default)).ShouldBeNull();
        (await box.Runs.FindCachedAsync("train", "fit", 5, default)).Select(t => t.TaskId).ShouldBe([tasks[1].TaskId, tasks[0].TaskId]);
        (await box.Runs.FindCachedAsync("train", "fit", 1, default)).Select(t => t.TaskId).ShouldBe([tasks[1].TaskId]);
        (await box.Runs.FindCachedAsync("train", "load", 5, default)).ShouldBeEmpty();
        await box.Runs.DeleteAsync(tasks[1].RunId);
        (await box.Runs.FindCachedAsync("k", default))!.TaskId.ShouldBe(tasks[0].TaskId);
        (await box.Runs.FindCachedAsync("train", "fit", 5, default)).Select(t => t.TaskId).ShouldBe([tasks[0].TaskId]);
    }

    [Fact]
    public async Task References_lead_to_the_runs_that_exist()
    {
        await using var box = await RunBox.OpenAsync();
        var sample = box.Sample;
        var first = sample.Add(sample.NewRun("team/Train"));
        sample.End(sample.NewTask(first, "fit", "a/3", 0) with { Outputs = Digests(("x", RunSample.Digest(1)), ("x#y", RunSample.Digest(2))) });
        sample.End(sample.NewTask(first, "fit", "a/3#x", 0) with { Outputs = Digests(("y", RunSample.Digest(3))) });
        sample.End(sample.NewTask(first, "latest", null, 1) with { Outputs = Digests(("x", RunSample.Digest(4))) });
        sample.End(first);
        var second = box.Run("team/Train", status: RunStatus.Failed);
        var team = box.Run("team", status: RunStatus.Cancelled);
        await box.PublishAsync();

        (await IdAsync("team/Train/latest")).ShouldBe(second.RunId);
        (await IdAsync("TEAM/train/latest-successful")).ShouldBe(first.RunId);
        (await IdAsync("team/latest")).ShouldBe(team.RunId);
        (await IdAsync($"team/Train/{ShortRunId.Of(first.RunId)}")).ShouldBe(first.RunId);
        (await IdAsync($"team/Train/{ShortRunId.Of(first.RunId, 12)}")).ShouldBe(first.RunId);
        (await IdAsync(first.RunId.ToString())).ShouldBe(first.RunId);
        (await OutputAsync("team/Train/latest-successful/fit/a/3#x")).ShouldBe(RunSample.Digest(1));
        (await OutputAsync("team/Train/latest-successful/latest#x")).ShouldBe(RunSample.Digest(4));
        (await OutputAsync($"{first.RunId}/latest#x")).ShouldBe(RunSample.Digest(4));

        // A task of the item 'a/3#x', or the output 'x' of the item 'a/3'; and two items that have such an output.
        (await box.Runs.GetTaskAsync("team/Train/latest-successful/fit/a/3#x")).Item.ShouldBe("a/3#x");
        (await OutputAsync("team/Train/latest-successful/fit/a/3#x#y")).ShouldBe(RunSample.Digest(2));
        (await ErrorAsync("team/Train/latest/fit")).ShouldContain("has no step 'fit'; it has none");
        (await ErrorAsync("team/Train/latest-successful/fit/b")).ShouldContain("the step 'fit' of the run");
        (await ErrorAsync("team/Train/7k3f9q2x")).ShouldContain("the flow 'team/Train' has no run '7k3f9q2x'");
        (await ErrorAsync("team/latest-successful")).ShouldContain("no run of the flow 'team' has succeeded");
        (await ErrorAsync("Other/latest")).ShouldContain("no flow 'Other' has runs");
        (await ErrorAsync("Other/a/3/latest")).ShouldContain("no flow 'Other/a/3' has runs");
        (await ErrorAsync(Guid.Empty.ToString())).ShouldContain("the catalog has no run");
        (await Should.ThrowAsync<StoreException>(() => box.Runs.GetAsync("team/Train/latest-successful/fit"))).Message.ShouldContain("names a step");
        (await Should.ThrowAsync<StoreException>(() => box.Runs.GetTaskAsync("team/Train/latest"))).Message.ShouldContain("names a run, and a task is needed");
        (await Should.ThrowAsync<StoreException>(() => box.Runs.GetOutputAsync($"{first.RunId}/latest"))).Message.ShouldContain("names no output (NotFound). Append '#' and one of x");

        async Task<Guid> IdAsync(string reference) => (await box.Runs.GetAsync(reference)).Id;
        async Task<BlobDigest> OutputAsync(string reference) => (await box.Runs.GetOutputAsync(reference)).Digest;
        async Task<string> ErrorAsync(string reference) => (await Should.ThrowAsync<StoreException>(() => box.Runs.GetOutputAsync(reference))).Message;
    }

    [Fact]
    public async Task A_reference_that_two_flows_can_have_is_refused_with_the_ids()
    {
        await using var box = await RunBox.OpenAsync();
        var sample = box.Sample;
        var run = sample.Add(sample.NewRun("etl"));
        sample.End(sample.NewTask(run, "latest"));
        var nested = box.Run("etl/latest");
        await box.PublishAsync();
        // The run of the flow 'etl' has a step 'latest'.
        (await Should.ThrowAsync<StoreException>(() => box.Runs.GetTaskAsync("etl/latest/latest"))).Message.ShouldContain($"it can be read as {run.RunId}/latest, {nested.RunId}");
        (await box.Runs.GetAsync("etl/latest")).Id.ShouldBe(run.RunId);
        (await box.Runs.GetAsync("etl/latest/latest-successful")).Id.ShouldBe(nested.RunId);
    }

    [Fact]
    public async Task Short_references_of_runs_with_the_same_low_bits_are_longer()
    {
        await using var box = await RunBox.OpenAsync();
        var sample = box.Sample;
        var (one, two) = (Guid.Parse("01990000-0000-7000-8123-456789abcdef"), Guid.Parse("01990000-0000-7001-8123-556789abcdef"));
        foreach (var id in (Guid[])[one, two])
            sample.Add(sample.NewRun() with { RunId = id, Status = RunStatus.Failed });
        await box.PublishAsync();
        (await box.Runs.ListAsync().Select(r => r.Reference.ToString()).ToListAsync()).ShouldBe([$"Train/{ShortRunId.Of(two, 9)}", $"Train/{ShortRunId.Of(one, 9)}"]);
        (await box.Runs.GetAsync($"Train/{ShortRunId.Of(two, 9)}")).Id.ShouldBe(two);
        (await Should.ThrowAsync<StoreException>(() => box.Runs.GetAsync($"Train/{ShortRunId.Of(two)}"))).Message.ShouldContain($"it can be read as {one}, {two}");
    }
}
