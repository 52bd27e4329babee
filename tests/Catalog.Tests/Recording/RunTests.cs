using System.Text;
using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Catalog.Records;
using Cairn.Catalog.RunRecords;
using Catalog.Tests.Assets;
using Microsoft.Extensions.Logging;
using AssetCatalog = Catalog.Tests.Assets.TestCatalog;

namespace Catalog.Tests.Recording;

/// <summary>What a run records, as the feed has it.</summary>
public sealed class RunTests
{
    [Fact]
    public async Task Steps_record_their_outputs_and_what_they_have_read()
    {
        await using var test = await AssetCatalog.OpenAsync();
        await test.Assets.SaveAsync("base", "0");
        var id = await test.Catalog.RunAsync("Nightly", async run =>
        {
            run.Reference.ShouldMatch("^Nightly/[0-9a-hjkmnp-tv-z]{8}$");
            (await run.StepAsync("load", step => step.Output("table", "1,2"))).ShouldBe("1,2");
            await run.StepAsync("train", async step =>
            {
                (await step.InputAsync<string>("table", "training")).ShouldBe("1,2");
                (await step.InputAsync<string>("load#table")).ShouldBe("1,2");
                (await step.UseAsync<string>("base", "base-model")).ShouldBe("0");
                step.Parameter("rate").AsNumber().ShouldBe(0.1);
                step.Output("model", "m");
            });
        }, new() { Parameters = { ["rate"] = 0.1, ["unread"] = 1 }, Tags = ["nightly"] });

        var runs = await RunsAsync(test);
        runs.Select(r => (r.RunId, r.Flow, r.Status)).ShouldBe([(id, "Nightly", RunStatus.Running), (id, "Nightly", RunStatus.Succeeded)]);
        (runs[1].Parameters!.ToJsonString(), runs[1].FinishedAt >= runs[1].StartedAt, runs[1].Error).ShouldBe(("""{"rate":0.1,"unread":1}""", true, null));
        var (load, train) = await TasksAsync(test) is [var first, var second] ? (first, second) : throw new InvalidOperationException("There are not two tasks.");
        (load.Step, load.Order, load.Attempt, load.Status, load.Outputs["table"]).ShouldBe(("load", 0, 1, RunStatus.Succeeded, await test.ArtifactAsync("1,2")));
        (train.Step, train.Order, string.Join(' ', train.Parameters)).ShouldBe(("train", 1, "rate"));
        train.Inputs.Select(i => (i.Name, i.Role, i.TaskId, i.Output, i.Version)).ShouldBe(
            [("table", "training", load.TaskId, "table", null), ("load#table", "input", load.TaskId, "table", null), ("base", "base-model", null, null, 1)]);
        RunTagRecord.Of((await RecordsAsync(test)).Single(r => r.Kind == "run-tag")).Added.ShouldBe(["nightly"]);
    }

    [Fact]
    public async Task An_exception_fails_the_run_and_reaches_the_caller_as_it_is()
    {
        await using var test = await AssetCatalog.OpenAsync();
        var error = new InvalidDataException("no rows");
        (await Should.ThrowAsync<InvalidDataException>(() => test.Catalog.RunAsync("F", run => run.StepAsync("load", step =>
        {
            step.Output("half", "x");
            step.Export(Export.Text("half.txt", "x"));
            step.Logger.LogInformation("before the error");
            return Task.FromException(error);
        })))).ShouldBeSameAs(error);

        var run = (await RunsAsync(test))[^1];
        (error.Data["Cairn.Run"], error.Data["Cairn.Task"]).ShouldBe(($"F/{ShortRunId.Of(run.RunId)}", $"F/{ShortRunId.Of(run.RunId)}/load"));
        (run.Status, run.Error!.Type, run.Error.Message, run.Error.Step).ShouldBe((RunStatus.Failed, "System.IO.InvalidDataException", "no rows", "load"));
        var task = (await TasksAsync(test)).Single();
        (task.Status, task.Cause, task.Outputs.Count, task.Exports.Count).ShouldBe((RunStatus.Failed, "own exception", 0, 0));
        task.Error!.Stack!.ShouldStartWith("System.IO.InvalidDataException: no rows\n");
        task.Log.ShouldEndWith("info before the error\n");
        (await test.Root.ExistsAsync("exports")).ShouldBeFalse();
    }

    [Fact]
    public async Task The_error_of_a_step_reaches_the_caller_though_it_cannot_be_recorded()
    {
        await using var test = await AssetCatalog.OpenAsync();
        RecordingDriver driver = null!;
        await using var denied = await test.OpenThroughAsync(d => driver = new(d));
        var error = new InvalidDataException("no rows");
        (await Should.ThrowAsync<InvalidDataException>(() => denied.Catalog.RunAsync("F", run => run.StepAsync("load", step =>
        {
            driver.Refuses = (verb, path) => verb == "write" && path.Value.StartsWith("catalog/feed", StringComparison.Ordinal);
            return Task.FromException(error);
        })))).ShouldBeSameAs(error);
        driver.Refuses = (_, _) => false;
        var run = (await RunsAsync(test)).Single();
        (run.Status, error.Data["Cairn.Task"]).ShouldBe((RunStatus.Running, $"F/{ShortRunId.Of(run.RunId)}/load"));
    }

    [Fact]
    public async Task The_run_that_has_failed_is_logged_without_its_secrets_and_marks_the_error()
    {
        await using var test = await AssetCatalog.OpenAsync();
        using var log = new LogOfTest();
        await using var logged = await test.OpenThroughAsync(d => d, new() { LoggerFactory = log });
        var (inner, outer) = ("", "");
        var error = await Should.ThrowAsync<InvalidDataException>(() => logged.Catalog.RunAsync("Outer", async run =>
        {
            outer = run.Reference;
            await logged.Catalog.RunAsync("Inner", run =>
            {
                inner = run.Reference;
                return run.StepAsync("load", step => Task.FromException(new InvalidDataException($"no rows for {step.Secret("token")}")));
            }, new() { Secrets = { ["token"] = "env:PATH" } });
        }));

        // Nothing of the outer run but its body has failed.
        (error.Data["Cairn.Run"], error.Data.Contains("Cairn.Task")).ShouldBe((outer, false));
        log.Lines.Where(l => l.StartsWith("Error: ", StringComparison.Ordinal)).ShouldBe([
            $"Error: {inner}/load failed: InvalidDataException: no rows for ***",
            $"Error: {outer} failed: InvalidDataException: {error.Message}",
        ]);
    }

    [Fact]
    public async Task A_cancelled_run_is_no_error_of_the_log()
    {
        await using var test = await AssetCatalog.OpenAsync();
        using var log = new LogOfTest();
        await using var logged = await test.OpenThroughAsync(d => d, new() { LoggerFactory = log });
        using var source = new CancellationTokenSource();
        var error = await Xunit.Record.ExceptionAsync(() => logged.Catalog.RunAsync("F", async run =>
        {
            await source.CancelAsync();
            run.CancellationToken.ThrowIfCancellationRequested();
        }, cancellationToken: source.Token));
        error.ShouldBeOfType<OperationCanceledException>().Data["Cairn.Run"].ShouldBe($"F/{ShortRunId.Of((await RunsAsync(test))[0].RunId)}");
        log.Lines.ShouldNotContain(l => l.StartsWith("Error: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_defaults_that_were_used_are_recorded_without_the_values_of_secrets()
    {
        await using var test = await AssetCatalog.OpenAsync();
        const string secret = "hunter2-default";
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, secret);
        await test.Catalog.RunAsync("F", async run =>
        {
            await run.StepAsync("load", step =>
            {
                step.Parameter("rate", 0.5).AsNumber().ShouldBe(0.1);
                step.Parameter("rows", 10);
                step.Parameter("own", "load");
                step.Parameter("twice", 1);
                step.Parameter("twice", 2);
                return step.Parameter("token", MetadataValue.List([step.Secret("secret"), "b"]));
            });
            await run.StepAsync("fit", step => (step.Parameter("rows", 10), step.Parameter("own", "fit")));
        }, new() { Parameters = { ["rate"] = 0.1 }, Secrets = { ["secret"] = $"file:{file}" } });
        File.Delete(file);

        var run = (await RunsAsync(test))[^1];
        (run.Parameters!["rate"]!.ToJsonString(), run.Defaults!.ToJsonString()).ShouldBe(("0.1", """{"rows":10,"token":["***","b"]}"""));
        (await TasksAsync(test)).Select(t => t.Defaults!.ToJsonString()).ShouldBe(["""{"own":"load","rows":10,"token":["***","b"]}""", """{"own":"fit","rows":10}"""]);
        await Should.ThrowAsync<StoreException>(() => test.Catalog.RunAsync("F", run => run.StepAsync("load", step => step.Parameter("bad", "\ud800"))));
        (await RunsAsync(test))[^1].Error!.Message.ShouldContain("unpaired surrogate");
        // More than a record may have is in none.
        await test.Catalog.RunAsync("F", run => run.StepAsync("load", step => step.Parameter("large", new string('x', 70_000))));
        (await RunsAsync(test))[^1].Defaults.ShouldBeNull();
    }

    [Fact]
    public async Task A_value_of_another_type_is_refused_with_its_name()
    {
        await using var test = await AssetCatalog.OpenAsync();
        await test.Catalog.RunAsync("F", run => run.StepAsync("load", step =>
        {
            Refused(() => step.Parameter("rate").AsNumber()).ShouldBe("The value 'fast' of the parameter 'rate' is of the kind Text and not Number.");
            Refused(() => step.Parameter("seed", 0.5).AsInteger()).ShouldBe("The value '0.5' of the parameter 'seed' is of the kind Number and not Integer.");
            Refused(() => step.Parameter("site").AsObject()["area"].AsBoolean()).ShouldBe("The value '3' of 'area' is of the kind Integer and not Boolean.");
            Refused(() => step.Parameter("long").AsTime()).ShouldBe($"The value '{new string('x', 100)}…' of the parameter 'long' is of the kind Text and not Time.");
            return true;
        }), new()
        {
            Parameters = { ["rate"] = "fast", ["long"] = new string('x', 200), ["site"] = MetadataValue.Object([KeyValuePair.Create<string, MetadataValue>("area", 3)]) },
        });
        var version = await test.Assets.SaveAsync("model", "m", new() { Metadata = { ["auc"] = true } });
        Refused(() => version.Metadata["auc"].AsNumber()).ShouldBe("The value 'true' of 'auc' is of the kind Boolean and not Number.");
        Refused(() => ((MetadataValue)1).AsText()).ShouldBe("The value '1' is of the kind Integer and not Text.");

        static string Refused(Action read) => Should.Throw<InvalidOperationException>(read).Message;
    }

    [Fact]
    public async Task A_run_that_is_disposed_without_an_end_has_failed()
    {
        await using var test = await AssetCatalog.OpenAsync();
        await using (await test.Catalog.StartRunAsync("F"))
        {
        }
        await using (var run = await test.Catalog.StartRunAsync("F"))
        {
            await run.CompleteAsync();
            await Should.ThrowAsync<ObjectDisposedException>(() => run.StepAsync("late", _ => 1));
        }
        (await RunsAsync(test)).Where(r => r.FinishedAt is not null).Select(r => (r.Status, r.Reason)).ShouldBe([(RunStatus.Failed, "ended without CompleteAsync"), (RunStatus.Succeeded, null)]);
    }

    [Fact]
    public async Task A_cancelled_run_says_so()
    {
        await using var test = await AssetCatalog.OpenAsync();
        using var source = new CancellationTokenSource();
        await Should.ThrowAsync<OperationCanceledException>(() => test.Catalog.RunAsync("F", run => run.StepAsync("wait", async step =>
        {
            await source.CancelAsync();
            await Task.Delay(Timeout.Infinite, step.CancellationToken);
        }), cancellationToken: source.Token));
        ((await RunsAsync(test))[^1].Status, (await TasksAsync(test)).Single().Status).ShouldBe((RunStatus.Cancelled, RunStatus.Cancelled));
    }

    [Fact]
    public async Task Few_points_are_in_the_record_and_many_in_artifacts()
    {
        await using var test = await AssetCatalog.OpenAsync();
        await test.Catalog.RunAsync("F", run => run.StepAsync("fit", step =>
        {
            foreach (var (value, at) in new[] { (double.NaN, 10), (2, 20), (-1, 30), (1, 40) })
                step.Metric("loss", value, at);
            for (var i = 0; i < 250; i++)
                step.Metric("a/b.c é", i);
            return Task.CompletedTask;
        }));
        var metrics = (await TasksAsync(test)).Single().Metrics;
        var loss = metrics["loss"];
        (loss.Last, loss.Min, loss.Max, loss.Count, loss.Step).ShouldBe((1, -1, 2, 4, 40));
        loss.Points.Select(p => (p.Step, p.Value)).ShouldBe([(10, double.NaN), (20, 2), (30, -1), (40, 1)]);
        var many = metrics["a/b.c é"];
        (many.Last, many.Min, many.Max, many.Count, many.Step, many.Points.Count).ShouldBe((249, 0, 249, 250, 249, 0));
        var block = await test.Catalog.Repository.LoadAsync<Dictionary<string, Cairn.Materializers.NdArray>>(many.Series.Single());
        ((Cairn.Materializers.NdArray<double>)block["a%2Fb%2Ec%20%C3%A9.value"]).Data.ShouldBe(Enumerable.Range(0, 250).Select(i => (double)i));
    }

    [Fact]
    public async Task The_value_of_a_secret_is_nowhere_in_the_store()
    {
        const string secret = "hunter2-7f3a";
        await using var test = await AssetCatalog.OpenAsync();
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, secret + "\n");
            await Should.ThrowAsync<InvalidOperationException>(() => test.Catalog.RunAsync("F", async run =>
            {
                await run.StepAsync("use", step =>
                {
                    step.Secret("token").ShouldBe(secret);
                    step.Logger.LogInformation("the token is {Token}", secret);
                    step.Logger.LogInformation("{Long}", new string('x', 300_000) + secret);
                    return Task.CompletedTask;
                });
                await run.StepAsync("fail", step => Task.FromException(new InvalidOperationException($"refused {step.Secret("token")}")));
            }, new() { Secrets = { ["token"] = $"file:{file}" } }));
            foreach (var entry in await test.Root.ListAsync(StorePath.Root, new() { Recursive = true }).Where(e => e.Kind == EntryKind.File).ToListAsync())
                Encoding.UTF8.GetString(await test.Root.ReadBytesAsync(entry.Path)).ShouldNotContain(secret);
        }
        finally
        {
            File.Delete(file);
        }
        (await RunsAsync(test))[^1].Error!.Message.ShouldBe("refused ***");
        var use = (await TasksAsync(test))[0];
        use.Parameters.ShouldBe(["token"]);
        await using var log = await test.Catalog.Repository.OpenFileAsync(use.LargeLog!.Value);
        (await new StreamReader(log).ReadToEndAsync()).ShouldContain("the token is ***");
        await Should.ThrowAsync<ArgumentException>(() => test.Catalog.StartRunAsync("F", new() { Secrets = { ["token"] = secret } }));
    }

    [Fact]
    public async Task An_export_never_replaces_the_file_of_another_run()
    {
        await using var test = await AssetCatalog.OpenAsync();
        StorePath path = default;
        var id = await test.Catalog.RunAsync("team/F", async run =>
        {
            await run.StepAsync("a", step => Export(step, Cairn.Catalog.Export.Csv("tables/re:sult", ["a", "b"], [[1, "x,y"], [0.5, null]])));
            path = (StorePath)"exports" / run.Reference.Replace('/', '_') / "tables/re_sult.csv";
            (await test.Root.ReadTextAsync(path)).ShouldBe("a,b\r\n1,\"x,y\"\r\n0.5,\r\n");
            // Its own file may change.
            await run.StepAsync("b", step => Export(step, Cairn.Catalog.Export.Text("tables/re:sult.csv", "new")));
            await test.Root.WriteTextAsync(path.Parent / "taken.txt", "somebody's", WriteMode.CreateNew);
            (await Should.ThrowAsync<StoreException>(() => run.StepAsync("c", step => Export(step, Cairn.Catalog.Export.Text("tables/taken.txt", "mine"))))).Message.ShouldContain("tables/taken-2.txt");
            await run.StepAsync("d", step => Export(step, Cairn.Catalog.Export.Text("tables/taken.txt", "somebody's")));
            await Should.ThrowAsync<ArgumentException>(() => run.StepAsync("e", step => Export(step, Cairn.Catalog.Export.Text("../x", ""))));
        });
        (await test.Root.ReadTextAsync(path)).ShouldBe("new");
        (await test.Root.ReadTextAsync(path.Parent / "taken.txt")).ShouldBe("somebody's");
        (await TasksAsync(test)).SelectMany(t => t.Exports).Select(e => (e.Name, e.Path, e.Bytes, e.Media)).ShouldBe(
        [
            ("tables/re:sult.csv", path.Value, 20, "text/csv"), ("tables/re:sult.csv", path.Value, 3, "text/csv"), ("tables/taken.txt", (path.Parent / "taken.txt").Value, 10, "text/plain"),
        ]);
        id.ShouldNotBe(Guid.Empty);

        static Task Export(StepContext step, Export export)
        {
            step.Export(export);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_promoted_output_is_a_version_that_says_who_made_it()
    {
        await using var test = await AssetCatalog.OpenAsync();
        var id = await test.Catalog.RunAsync("F", async run =>
        {
            await run.StepAsync("train", step => step.Output("model", "m"));
            var version = await run.PromoteAsync("train#model", "churn", new() { Alias = "candidate" });
            (version.Number, version.RunId, version.Aliases.Single()).ShouldBe((1, run.Id, "candidate"));
            (await Should.ThrowAsync<StoreException>(() => run.PromoteAsync("train#mode", "churn"))).Message.ShouldContain("train#model");
        });
        await using var other = await test.OpenAnotherAsync("u:bob");
        var read = await other.Assets.GetAsync("churn");
        (read.RunId, read.TaskId).ShouldBe((id, (await TasksAsync(test)).Single().TaskId));
    }

    [Fact]
    public async Task A_dry_run_saves_no_artifact_and_no_export()
    {
        await using var test = await AssetCatalog.OpenAsync();
        await test.Catalog.RunAsync("F", async run =>
        {
            await run.StepAsync("a", step =>
            {
                step.Export(Export.Text("x.txt", "x"));
                return step.Output("x", 42);
            });
            await run.StepAsync("b", async step => (await step.InputAsync<int>("a#x")).ShouldBe(42));
        }, new() { SaveArtifacts = false, SaveExports = false });
        (await test.Root.ExistsAsync("artifacts/blobs")).ShouldBeFalse();
        (await test.Root.ExistsAsync("exports")).ShouldBeFalse();
        (await TasksAsync(test)).Select(t => t.Status).ShouldBe([RunStatus.Succeeded, RunStatus.Succeeded]);
    }

    [Fact]
    public async Task A_returned_result_is_saved_and_a_name_is_taken_once()
    {
        await using var test = await AssetCatalog.OpenAsync();
        await test.Catalog.RunAsync("F", async run =>
        {
            await run.StepAsync("a", _ => new StepResult { Artifacts = { ["auc"] = 0.93 }, Exports = { Export.Svg("roc", "<svg/>") } });
            (await Should.ThrowAsync<StoreException>(() => run.StepAsync("a", _ => 1))).Code.ShouldBe(StoreErrorCode.AlreadyExists);
            (await Should.ThrowAsync<StoreException>(() => run.StepAsync("b", step => step.Output("x", step.Output("x", 1))))).Code.ShouldBe(StoreErrorCode.AlreadyExists);
        });
        var task = (await TasksAsync(test))[0];
        (await test.Catalog.Repository.LoadAsync<double>(task.Outputs["auc"]!.Value)).ShouldBe(0.93);
        task.Exports.Single().Path.ShouldEndWith("/roc.svg");
    }

    [Fact]
    public async Task A_checkpoint_is_published_before_the_call_returns()
    {
        await using var test = await AssetCatalog.OpenAsync();
        await test.Catalog.RunAsync("F", run => run.StepAsync("fit", async step =>
        {
            (await step.RestoreAsync(() => 7)).ShouldBe(7);
            await step.CheckpointAsync(8);
            var progress = TaskRecord.OfProgress((await RecordsAsync(test)).Single(r => r.Kind == TaskRecord.ProgressKind));
            (progress.TaskId, progress.Step).ShouldBe((step.TaskId, "fit"));
            (await test.Catalog.Repository.LoadAsync<int>(progress.Checkpoint!.Value)).ShouldBe(8);
        }));
    }

    internal static async Task<List<RunRecord>> RunsAsync(AssetCatalog test) => [.. (await RecordsAsync(test)).Where(r => r.Kind == RunRecord.Kind).Select(RunRecord.Of)];

    internal static async Task<List<TaskRecord>> TasksAsync(AssetCatalog test) => [.. (await RecordsAsync(test)).Where(r => r.Kind == TaskRecord.Kind).Select(TaskRecord.Of)];

    /// <summary>All records of the feed, in order.</summary>
    internal static async Task<List<Cairn.Catalog.Records.Record>> RecordsAsync(AssetCatalog test)
    {
        List<Cairn.Catalog.Records.Record> records = [];
        foreach (var entry in await test.Store.ListAsync("catalog/feed", new() { Recursive = true }).Where(e => e.Kind == EntryKind.File).ToListAsync())
        {
            await foreach (var line in RecordLines.ReadAsync(new MemoryStream(await test.Store.ReadBytesAsync(entry.Path)), default))
                records.Add(line.Record ?? throw new FormatException(line.Problem));
        }
        return [.. records.OrderBy(r => r.Id.ToString(), StringComparer.Ordinal)];
    }
}
