using Cairn;
using Cairn.Catalog;
using Cairn.Catalog.Recording;
using Cairn.Flows;
using Flows.Tests.Engine;

namespace Flows.Tests.Faults;

/// <summary>Code that goes on after its step has ended, that hangs, or that fails with something unusual.</summary>
public sealed class LateUseTests : FlowTest
{
    public static TheoryData<string> Uses => [.. LateUses.Keys];

    private static Dictionary<string, Action<TuneState, StepContext>> LateUses { get; } = new(StringComparer.Ordinal)
    {
        ["output"] = (_, step) => step.Output("late", 1),
        ["metric"] = (_, step) => step.Metric("late", 1),
        ["export"] = (_, step) => step.Export(Export.Markdown("late", "text")),
        ["parameter"] = (_, step) => step.Parameter("late", 1),
        ["checkpoint"] = (_, step) => step.CheckpointAsync(1).GetAwaiter().GetResult(),
        ["input"] = (_, step) => step.InputAsync<string>("first#word").GetAwaiter().GetResult(),
        ["set"] = (s, _) => s.Model = "late",
        ["get"] = (s, _) => GC.KeepAlive(s.Note),
    };

    [Fact]
    public async Task An_export_reads_the_state_when_it_is_written_and_what_it_reads_is_an_input()
    {
        var flow = Flow.Of<TuneState>("Lazy")
            .Step("load", (s, _) => (s.Note, s.Rows) = ("a note", 3))
            .ForEach("fit", _ => new[] { 1, 2 }, (s, item, _) => s.Accuracy = item)
            .Join("join", (s, inputs, step) => step.Export(Export.Csv("all", ["accuracy"], inputs.Select(i => (IReadOnlyList<object?>)[i.Accuracy]))))
            .Step("report", (s, step) => step.Export(Export.Csv("one", ["note"], Enumerable.Range(0, 1).Select(_ => (IReadOnlyList<object?>)[s.Note]))));
        await flow.RunAsync(Catalog, cancellationToken: Cancel);
        var run = await Catalog.Runs.GetAsync("Lazy/latest", cancellationToken: Cancel);
        (await Store.ReadTextAsync(run["join"].Task.Exports.Single().Path, cancellationToken: Cancel)).ShouldBe("accuracy\r\n1\r\n2\r\n");
        (await Store.ReadTextAsync(run["report"].Task.Exports.Single().Path, cancellationToken: Cancel)).ShouldBe("note\r\na note\r\n");
        run["join"].Task.Inputs.Select(i => i.Name).ShouldBe(["Accuracy", "Accuracy"]);
        run["report"].Task.Inputs.Select(i => i.Name).ShouldBe(["Note"]);
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public async Task A_step_that_has_ended_refuses_what_its_code_still_does(string use)
    {
        var ended = new TaskCompletionSource();
        var leaked = new TaskCompletionSource<Task>();
        var flow = Flow.Of<TuneState>("Late")
            .Step("first", (s, step) => (s.Note, s.Rows) = (step.Output("word", "note"), 1))
            .Step("leak", (s, step) =>
            {
                leaked.SetResult(Task.Run(async () =>
                {
                    await ended.Task;
                    LateUses[use](s, step);
                }, Cancel));
                s.Rows = 2;
            })
            .Step("next", async (s, _) =>
            {
                ended.SetResult();
                var error = await Should.ThrowAsync<InvalidOperationException>(async () => await await leaked.Task);
                error.Message.ShouldContain("The step 'leak' has ended");
                s.Rows = 3;
            });
        await flow.RunAsync(Catalog, cancellationToken: Cancel);
        var task = (await TasksAsync()).Single(t => t.Step == "leak");
        (task.State.Keys.Single(), task.Outputs.Count, task.Inputs.Count, task.Metrics.Count, task.Parameters.Count).ShouldBe(("Rows", 0, 0, 0, 0));
    }

    [Fact]
    public void A_log_keeps_nothing_after_the_end_of_its_step()
    {
        var log = new LogBuffer(new(new Dictionary<string, string>()));
        log.Append("before");
        log.TryGetText().ShouldBe("before\n");
        log.Dispose();
        for (var i = 0; i < 10; i++)
            log.Append(new string('x', 100_000));
        log.TryGetText().ShouldBe("");
    }

    [Fact]
    public async Task Items_that_hang_are_cancelled_with_the_run()
    {
        using var stopping = new CancellationTokenSource();
        var begun = new CountdownEvent(3);
        var flow = Flow.Of<TuneState>("Hang").ForEach("wait", _ => new[] { 1, 2, 3 }, (s, item, step) =>
        {
            begun.Signal();
            // One hangs in a thread, the others in a task.
            if (item == 1)
                step.CancellationToken.WaitHandle.WaitOne();
            else
                Task.Delay(Timeout.Infinite, step.CancellationToken).GetAwaiter().GetResult();
            step.CancellationToken.ThrowIfCancellationRequested();
        }, new() { Parallelism = 3 });
        var running = flow.RunAsync(Catalog, cancellationToken: stopping.Token);
        await Task.Run(() => begun.Wait(Cancel), Cancel);
        await stopping.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => running);
        (await LastRunAsync()).Status.ShouldBe(RunStatus.Cancelled);
        (await TasksAsync()).Where(t => t.Items is null).Select(t => (t.Status, t.Cause)).ShouldBe(Enumerable.Repeat((RunStatus.Cancelled, (string?)"cancelled"), 3));
    }

    [Fact]
    public async Task An_error_of_a_megabyte_is_thrown_as_it_is_and_its_ends_are_recorded()
    {
        var error = new InvalidDataException($"begin {new string('x', 3 << 20)} end");
        var flow = Flow.Of<TuneState>("Long").Step("fail", (_, _) => throw error);
        (await Should.ThrowAsync<InvalidDataException>(() => flow.RunAsync(Catalog, cancellationToken: Cancel))).ShouldBeSameAs(error);
        var run = await LastRunAsync();
        (run.Status, run.Error!.Message.Length < 20_000, run.Error.Message[..6], run.Error.Message[^4..]).ShouldBe((RunStatus.Failed, true, "begin ", " end"));
        (await TasksAsync()).Single().Error!.Message.ShouldBe(run.Error.Message);
    }

    [Fact]
    public async Task A_failure_is_recorded_though_the_task_has_read_too_much_for_a_record()
    {
        var error = new InvalidDataException("bad row");
        await Should.ThrowAsync<InvalidDataException>(() => Catalog.RunAsync("Read", async run =>
        {
            await run.StepAsync("make", step => step.Output("word", 1));
            await run.StepAsync("read", async step =>
            {
                for (var i = 0; i < 3000; i++)
                    await step.InputAsync<int>("word", $"{new string('r', 240)}{i}");
                throw error;
            });
        }, cancellationToken: Cancel));
        var task = (await TasksAsync()).Single(t => t.Step == "read");
        (task.Status, task.Error!.Message, task.Inputs.Count).ShouldBe((RunStatus.Failed, "bad row", 0));
    }

    [Fact]
    public async Task A_task_whose_record_is_too_large_fails_and_says_why()
    {
        var flow = Flow.Of<TuneState>("Large").Step("many", (_, step) =>
        {
            for (var i = 0; i < 4000; i++)
                step.Output($"{new string('n', 240)}{i:d4}", 1);
        });
        var error = await Should.ThrowAsync<StoreException>(() => flow.RunAsync(Catalog, cancellationToken: Cancel));
        error.Code.ShouldBe(StoreErrorCode.Unsupported);
        error.Message.ShouldContain("4000 outputs");
        (await LastRunAsync()).Status.ShouldBe(RunStatus.Failed);
        var task = (await TasksAsync()).Single();
        (task.Status, task.Outputs.Count).ShouldBe((RunStatus.Failed, 0));
    }
}
