using System.Text.Json.Nodes;
using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Catalog.Chains;
using Cairn.Catalog.Keys;
using Cairn.Catalog.Records;
using Cairn.Materializers;
using Cairn.Providers.Memory;
using Record = Cairn.Catalog.Records.Record;

namespace Catalog.Tests.Recording;

/// <summary>Runs that are begun with a key.</summary>
public sealed class RunKeyTests
{
    private readonly MemoryProvider _provider = new();

    [Fact]
    public async Task Of_many_callers_with_one_key_one_runs_the_body()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        var bodies = 0;
        RunOptions options = new() { Key = "2026-11-28", Parameters = { ["rate"] = 0.1, ["seed"] = 1 } };
        var ids = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => (i % 2 == 0 ? first : second).RunAsync("Nightly", async run =>
        {
            Interlocked.Increment(ref bodies);
            await run.StepAsync("load", step => step.Output("table", "1,2"));
        }, options with { Parameters = new Dictionary<string, MetadataValue> { ["seed"] = 1, ["rate"] = 0.1 } }))));
        (ids.Distinct().Count(), bodies).ShouldBe((1, 1));
        var run = await second.Runs.GetAsync(RunReference.OfRun(ids[0]));
        (run.Status, run.Key).ShouldBe((RunStatus.Succeeded, "2026-11-28"));
        (await second.Flow("Nightly").RunsAsync().CountAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_caller_that_finds_a_run_gets_it_and_cannot_add_to_it()
    {
        await using var catalog = await OpenAsync();
        await using var owner = await catalog.StartRunAsync("Nightly", new() { Key = "k" });
        await using (var other = await catalog.StartRunAsync("nightly", new() { Key = "k" }))
        {
            (owner.IsExisting, other.IsExisting, other.Id).ShouldBe((false, true, owner.Id));
            (await Should.ThrowAsync<InvalidOperationException>(() => other.StepAsync("load", _ => 1))).Message.ShouldContain("begun before with the same key");
            await other.CompleteAsync();
        }
        (await catalog.Runs.GetAsync(RunReference.OfRun(owner.Id))).Status.ShouldBe(RunStatus.Running);
        await owner.StepAsync("load", step => step.Output("table", "1"));
        await owner.CompleteAsync();
    }

    [Fact]
    public async Task A_run_that_failed_keeps_its_key()
    {
        await using var catalog = await OpenAsync();
        await Should.ThrowAsync<InvalidDataException>(() => catalog.RunAsync("F", _ => throw new InvalidDataException("no rows"), new() { Key = "k" }));
        var again = await catalog.RunAsync("F", _ => throw new InvalidOperationException("called again"), new() { Key = "k" });
        (await catalog.Runs.GetAsync(RunReference.OfRun(again))).Status.ShouldBe(RunStatus.Failed);
    }

    [Fact]
    public async Task A_key_belongs_to_one_flow_with_one_set_of_parameters_or_to_one_save()
    {
        await using var catalog = await OpenAsync();
        var id = await catalog.RunAsync("F", _ => Task.CompletedTask, new() { Key = "k", Parameters = { ["a"] = 1 } });
        foreach (var call in (Func<Task>[])
            [
                () => catalog.RunAsync("G", _ => Task.CompletedTask, new() { Key = "k", Parameters = { ["a"] = 1 } }),
                () => catalog.RunAsync("F", _ => Task.CompletedTask, new() { Key = "k", Parameters = { ["a"] = 2 } }),
                () => catalog.RunAsync("F", _ => Task.CompletedTask, new() { Key = "k", Parameters = { ["a"] = 1 }, Secrets = { ["b"] = "env:B" } }),
                () => catalog.Assets.SaveAsync("asset", "1", new() { Key = "k" }),
            ])
            (await Should.ThrowAsync<StoreException>(call)).ShouldSatisfyAllConditions(e => e.Code.ShouldBe(StoreErrorCode.AlreadyExists), e => e.Message.ShouldContain("the key 'k' was used for a run"));
        (await catalog.Flow("F").RunsAsync().CountAsync()).ShouldBe(1);

        await catalog.Assets.SaveAsync("asset", "1", new() { Key = "s" });
        (await Should.ThrowAsync<StoreException>(() => catalog.RunAsync("F", _ => Task.CompletedTask, new() { Key = "s" }))).Message.ShouldContain("the key 's' was used for a save");
        await Should.ThrowAsync<ArgumentException>(() => catalog.RunAsync("F", _ => Task.CompletedTask, new() { Key = "" }));
        await Should.ThrowAsync<ArgumentException>(() => catalog.RunAsync("F", _ => Task.CompletedTask, new() { Key = new string('x', 256) }));
    }

    [Fact]
    public async Task A_lost_run_is_taken_over_once_and_its_process_ends_as_cancelled()
    {
        var clock = new SteppedClock(TimeProvider.System) { Offset = TimeSpan.FromMinutes(-10) };
        await using var slow = await OpenAsync(clock);
        await using var lost = await slow.StartRunAsync("F", new() { Key = "k" });
        await lost.StepAsync("load", step => step.Output("table", "1"));
        await using var catalog = await OpenAsync();
        await using var another = await OpenAsync();

        var runs = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => (i % 2 == 0 ? catalog : another).StartRunAsync("F", new() { Key = "k" }))));
        var owner = runs.Single(r => !r.IsExisting);
        runs.ShouldAllBe(r => r.Id == owner.Id);
        owner.Id.ShouldNotBe(lost.Id);
        (await catalog.Runs.GetAsync(RunReference.OfRun(owner.Id))).Origin.ShouldBe(lost.Id);

        (await Should.ThrowAsync<StoreException>(lost.CompleteAsync)).ShouldSatisfyAllConditions(
            e => e.Code.ShouldBe(StoreErrorCode.PreconditionFailed), e => e.Message.ShouldContain($"the run {owner.Reference} has taken over the key"));
        var ended = await another.Runs.GetAsync(RunReference.OfRun(lost.Id));
        (ended.Status, ended.Reason).ShouldBe((RunStatus.Cancelled, $"the run {owner.Reference} has taken over the key"));
        await owner.CompleteAsync();
        (await another.Runs.GetAsync(RunReference.OfRun(owner.Id))).Status.ShouldBe(RunStatus.Succeeded);
        foreach (var run in runs)
            await run.DisposeAsync();
    }

    [Fact]
    public async Task A_running_process_whose_key_was_taken_over_is_cancelled_at_its_next_sign_of_life()
    {
        var clock = new HastyClock();
        await using var slow = await OpenAsync(clock);
        await using var lost = await slow.StartRunAsync("F", new() { Key = "k" });
        await using var catalog = await OpenAsync();
        // Another process took it for lost: the next record of the chain of the key.
        var head = await KeyChain.Open(catalog.Repository.Store, "k").FindHeadAsync(null, default);
        await AppendAsync(catalog, "k", new() { ["of"] = "run", ["run"] = Guid.CreateVersion7().ToString(), ["request"] = Record.Text(head!.Record!.Node["request"]) });

        await Should.ThrowAsync<OperationCanceledException>(() => Task.Delay(TimeSpan.FromMinutes(2), lost.CancellationToken));
    }

    [Fact]
    public async Task A_key_whose_process_ended_before_the_run_began_is_taken_over_after_three_minutes()
    {
        await using var catalog = await OpenAsync();
        var print = RunKeys.PrintOf("F", null);
        foreach (var (key, age) in new[] { ("old", 4), ("new", 1) })
        {
            await AppendAsync(catalog, key, new() { ["of"] = "run", ["run"] = Guid.CreateVersion7().ToString(), ["request"] = print, ["at"] = Record.Format(DateTimeOffset.UtcNow.AddMinutes(-age)) });
            await using var run = await catalog.StartRunAsync("F", new() { Key = key });
            (run.IsExisting, run.Writer.Record.Origin).ShouldBe((key == "new", null));
            await run.CompleteAsync();
        }
    }

    [Fact]
    public async Task Large_parameters_are_an_artifact_that_readers_load()
    {
        await using var catalog = await OpenAsync();
        var text = new string('ä', 100_000);
        var id = await catalog.RunAsync("F", run => run.StepAsync("load", step => step.Output("length", step.Parameter("text").AsText().Length)), new() { Parameters = { ["text"] = text, ["a"] = 1 } });
        var run = await catalog.Runs.GetAsync(RunReference.OfRun(id));
        (run.Parameters.GetRawText(), await run["load"].Task.Data.GetAsync<int>("length")).ShouldBe(("{}", 100_000));
        var parameters = await run.ReadParametersAsync();
        (parameters.GetProperty("text").GetString(), parameters.GetProperty("a").GetInt32()).ShouldBe((text, 1));
        (await catalog.Runs.ReadRecordsAsync(RunReference.OfRun(id), withOrigins: false, default))[0].Run.Parameters!["text"]!.GetValue<string>().ShouldBe(text);
        (await Should.ThrowAsync<StoreException>(() => catalog.RunAsync("F", _ => Task.CompletedTask, new() { Parameters = { ["text"] = new string('x', 17 << 20) } }))).Message
            .ShouldContain("more than 16777216");
    }

    private static Task AppendAsync(Cairn.Catalog.Catalog catalog, string key, JsonObject members)
    {
        (members["v"], members["kind"], members["key"], members["by"]) = (1, "key", key, "u:eve");
        members["at"] ??= Record.Format(DateTimeOffset.UtcNow);
        return KeyChain.Open(catalog.Repository.Store, key).AppendAsync(null, isNewest: true, Guid.CreateVersion7(), (_, _) => new(members), null, default);
    }

    private async Task<Cairn.Catalog.Catalog> OpenAsync(TimeProvider? time = null)
    {
        var store = await ArtifactStore.OpenAsync(_provider, "mem://catalog", options: new() { TimeProvider = time ?? TimeProvider.System });
        return await Cairn.Catalog.Catalog.OpenAsync(new ArtifactRepository(store, MaterializerRegistry.CreateDefault()), new() { User = "u:ada" });
    }

    /// <summary>A clock on which every wait takes a thousandth of its time.</summary>
    private sealed class HastyClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / 1000 : dueTime, period);
    }
}
