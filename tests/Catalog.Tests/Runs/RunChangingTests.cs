using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Catalog.Feed;
using Cairn.Catalog.Index;
using Cairn.Catalog.Recording;
using Cairn.Catalog.RunRecords;
using Cairn.Catalog.Runs;
using Cairn.Providers.Memory;

namespace Catalog.Tests.Runs;

public sealed class RunChangingTests
{
    [Fact]
    public async Task Tags_are_added_and_removed_by_whoever_knows_the_run()
    {
        await using var box = await RunBox.OpenAsync();
        var run = box.Run("Train");
        box.Sample.Tag(run, ["old", "a"], []);
        await box.PublishAsync();
        (await box.Runs.TagAsync("Train/latest", ["best", "a"], ["old", "never"])).ShouldBeTrue();
        (await box.Runs.TagAsync("Train/latest", ["best"], ["old"])).ShouldBeFalse();
        await using var other = await box.Catalog.OpenAnotherAsync("u:bob");
        var read = await other.Catalog.Runs.GetAsync("Train/latest");
        string.Join(' ', read.Tags).ShouldBe("a best");
        (await other.Catalog.Runs.TagAsync("Train/latest", remove: ["a"])).ShouldBeTrue();
        string.Join(' ', (await box.Runs.GetAsync("Train/latest")).Tags).ShouldBe("best");
        await Should.ThrowAsync<ArgumentException>(() => box.Runs.TagAsync("Train/latest", ["x"], ["x"]));
        (await Should.ThrowAsync<StoreException>(() => box.Runs.TagAsync("Train/latest", ["a\n"]))).Code.ShouldBe(StoreErrorCode.PathConflict);
    }

    [Fact]
    public async Task A_tag_of_a_writer_whose_clock_is_behind_counts()
    {
        await using var box = await RunBox.OpenAsync();
        var ahead = new SteppedClock(TimeProvider.System) { Offset = TimeSpan.FromDays(2) };
        var sample = new RunSample(ahead);
        var run = box.Run("Train");
        sample.Tag(run, ["a"], []);
        await box.PublishAsync();
        await using (var publisher = new FeedPublisher(box.Catalog.Store, TimeProvider.System))
            await publisher.PublishAsync(sample.Records, default);
        (await box.Runs.TagAsync("Train/latest", remove: ["a"])).ShouldBeTrue();
        (await box.Runs.GetAsync("Train/latest")).Tags.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_run_without_a_sign_of_life_is_lost_and_is_closed_by_hand()
    {
        var clock = new SteppedClock(TimeProvider.System) { Offset = TimeSpan.FromMinutes(-10) };
        await using var box = await RunBox.OpenAsync();
        var before = new RunSample(clock);
        var run = before.Add(before.NewRun());
        before.Add(before.NewTask(run, "fit"));
        var ended = before.End(before.Add(before.NewRun("Ended")));
        await using (var publisher = new FeedPublisher(box.Catalog.Store, TimeProvider.System))
            await publisher.PublishAsync(before.Records, default);
        var lost = await box.Runs.GetAsync("Train/latest");
        (lost.Status, lost["fit"].Status, lost["fit"].Task.Status).ShouldBe((RunStatus.Lost, RunStatus.Lost, RunStatus.Lost));
        (await box.ListAsync(new())).ShouldBe(["Ended Succeeded", "Train Lost"]);
        (await box.ListAsync(new() { Status = RunStatus.Lost })).ShouldBe(["Train Lost"]);
        (await box.ListAsync(new() { Status = RunStatus.Running })).ShouldBeEmpty();
        // Without a request, nobody knows.
        (await box.ListAsync(new() { Freshness = Freshness.Cached })).ShouldBe(["Ended Succeeded", "Train Running"]);

        await box.Catalog.Store.WriteTextAsync(LiveSign.PathOf(run.RunId), "", WriteMode.Replace);
        (await box.Runs.GetAsync("Train/latest")).Status.ShouldBe(RunStatus.Running);
        foreach (var call in (Func<Task>[])[() => box.Runs.CloseAsync("Train/latest", RunStatus.Failed), () => box.Runs.DeleteAsync("Train/latest")])
            (await Should.ThrowAsync<StoreException>(call)).ShouldSatisfyAllConditions(e => e.Code.ShouldBe(StoreErrorCode.PreconditionFailed), e => e.Message.ShouldContain("is running"));
        await box.Catalog.Store.RemoveAsync(LiveSign.PathOf(run.RunId));

        (await box.Runs.CloseAsync("Train/latest", RunStatus.Failed, "the machine is gone")).ShouldBeTrue();
        (await box.Runs.CloseAsync("Train/latest", RunStatus.Failed)).ShouldBeFalse();
        (await box.Runs.GetAsync("Train/latest")).Status.ShouldBe(RunStatus.Failed);
        (await box.ListAsync(new() { Status = RunStatus.Failed })).ShouldBe(["Train Failed"]);
        (await Should.ThrowAsync<StoreException>(() => box.Runs.CloseAsync("Train/latest", RunStatus.Cancelled))).Message.ShouldContain("was closed as Failed");
        (await Should.ThrowAsync<StoreException>(() => box.Runs.CloseAsync($"{ended.RunId}", RunStatus.Failed))).Message.ShouldContain("has ended: it is Succeeded");
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => box.Runs.CloseAsync("Train/latest", RunStatus.Lost));
        // The end that comes late after all counts.
        before.End(run);
        await using (var publisher = new FeedPublisher(box.Catalog.Store, TimeProvider.System))
            await publisher.PublishAsync(before.Records[^1..], default);
        (await box.Runs.GetAsync("Train/latest")).Status.ShouldBe(RunStatus.Succeeded);
    }

    [Fact]
    public async Task The_newest_record_of_a_task_is_a_sign_of_life()
    {
        await using var box = await RunBox.OpenAsync();
        var clock = new SteppedClock(TimeProvider.System) { Offset = TimeSpan.FromMinutes(-10) };
        var sample = new RunSample(clock);
        var run = sample.Add(sample.NewRun());
        clock.Offset = TimeSpan.FromMinutes(-2);
        sample.Add(sample.NewTask(run, "fit"));
        await using (var publisher = new FeedPublisher(box.Catalog.Store, TimeProvider.System))
            await publisher.PublishAsync(sample.Records, default);
        (await box.Runs.GetAsync("Train/latest")).Status.ShouldBe(RunStatus.Running);
    }

    [Fact]
    public async Task A_deleted_run_is_hidden_until_it_is_restored()
    {
        await using var box = await RunBox.OpenAsync();
        var (first, second) = (box.Run("Train"), box.Run("Train"));
        await box.PublishAsync();
        (await box.Runs.DeleteAsync($"{second.RunId}", "wrong data")).ShouldBeTrue();
        (await box.Runs.DeleteAsync($"{second.RunId}")).ShouldBeFalse();
        (await box.Runs.GetAsync("Train/latest")).Id.ShouldBe(first.RunId);
        (await box.Runs.GetAsync($"{second.RunId}")).IsDeleted.ShouldBeTrue();
        await using var other = await box.Catalog.OpenAnotherAsync("u:bob");
        (await other.Catalog.Runs.RestoreAsync($"{second.RunId}")).ShouldBeTrue();
        (await box.Runs.RestoreAsync($"{second.RunId}")).ShouldBeFalse();
        (await box.Runs.GetAsync("Train/latest")).Id.ShouldBe(second.RunId);
        (await box.Catalog.Store.ReadTextAsync($"catalog/runs/{second.RunId}/00000001.json")).ShouldContain("""
            "change":{"delete":true,"why":"wrong data"},"state":{"deleted":true}
            """.Trim());
        (await box.Catalog.Store.ReadTextAsync($"catalog/runs/{second.RunId}/00000002.json")).ShouldContain("""
            "change":{"restore":true},"state":{}
            """.Trim());
    }

    [Fact]
    public async Task A_verification_finds_outputs_without_content_and_broken_chains_of_runs()
    {
        await using var box = await RunBox.OpenAsync();
        var kept = await box.SaveAsync("kept");
        foreach (var flow in (string[])["Good", "Deleted", "Bad"])
        {
            var run = box.Sample.Add(box.Sample.NewRun(flow));
            box.Sample.End(box.Sample.NewTask(run, "fit") with
            {
                Outputs = new Dictionary<string, BlobDigest?> { ["model"] = flow == "Good" ? kept : RunSample.Digest(flow.Length) },
                State = new Dictionary<string, BlobDigest?> { ["Gone"] = null },
            });
            box.Sample.End(run);
        }
        await box.PublishAsync();
        await box.Runs.DeleteAsync("Deleted/latest");
        await box.Runs.DeleteAsync("Good/latest");
        var good = await box.Runs.GetAsync(await box.Runs.ListAsync(new() { Flow = "Good", IncludeDeleted = true }).Select(r => r.Reference).FirstAsync());
        await box.Runs.RestoreAsync($"{good.Id}");
        var bad = await box.Runs.GetAsync("Bad/latest");
        var fault = (await box.Catalog.Catalog.VerifyAsync().ToListAsync()).ShouldHaveSingleItem();
        fault.Reason.ShouldStartWith($"the output 'model' of the task {bad["fit"].Task.Id} in step 'fit' of run {bad.Id} cannot be used: ");

        var path = (StorePath)$"catalog/runs/{good.Id}/00000001.json";
        await box.Catalog.Store.WriteTextAsync(path, (await box.Catalog.Store.ReadTextAsync(path)).Replace("u:ada", "u:eve", StringComparison.Ordinal), WriteMode.Replace);
        (await box.Catalog.Catalog.VerifyAsync().ToListAsync()).Select(f => f.Reason).ShouldContain(r => r.Contains("its 'prev' is not the hash of record 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_checkpoint_shows_all_runs_to_a_new_machine()
    {
        await using var box = await RunBox.OpenAsync();
        box.Sample.Fill();
        await box.PublishAsync();
        var run = box.Run("Extra");
        await box.PublishAsync();
        await box.Runs.DeleteAsync($"{run.RunId}");
        await box.Catalog.Catalog.FlushAsync();
        await box.Catalog.Catalog.CheckpointAsync();
        await box.Catalog.Store.RemoveTreeAsync("catalog/feed");
        await using var other = await box.Catalog.OpenAnotherAsync("u:bob");
        (await other.Catalog.Runs.ListAsync(new() { IncludeDeleted = true }).Select(r => $"{r.Flow} {r.IsDeleted} {string.Join(' ', r.Tags)}").ToListAsync())
            .ShouldBe(["Extra True ", "Train False best nightly", "team/Score False best nightly", "Train False best nightly"]);
    }
}
