using Cairn.TestServers.Proxy;

namespace Cairn.Providers.Gcs.Tests;

public sealed class CompositeUploadTests : GcsTest
{
    private const int Part = 256 << 10;

    [Theory]
    [InlineData(2, 1)]
    [InlineData(32, 1)]
    [InlineData(33, 3)]
    [InlineData(70, 4)]
    public async Task Parts_are_composed_thirty_two_at_a_time(int parts, int composes)
    {
        var store = await OpenAsync("composite=always");
        var content = Bytes(((parts - 1) * Part) + 1);
        var info = await PutAsync(store, "dir/f", content, WriteMode.CreateNew, new() { ContentType = "text/x", Metadata = new Dictionary<string, string> { ["a"] = "b" } });
        (info.Length, info.ContentType, info.Metadata["a"]).ShouldBe((content.Length, "text/x", "b"));
        Proxy.Requests.Count(r => r.Target.Contains("/compose", StringComparison.Ordinal)).ShouldBe(composes);
        (await store.ReadBytesAsync("dir/f", Cancel)).ShouldBe(content);
        Fake.ObjectNames(Bucket).ShouldBe(["dir/f"]);
    }

    [Fact]
    public async Task It_is_chosen_for_a_known_length_of_four_parts()
    {
        var store = await OpenAsync();
        await PutAsync(store, "a", Bytes(4 * Part), options: new() { Length = 4 * Part });
        Proxy.Requests.ShouldContain(r => r.Target.Contains("/compose", StringComparison.Ordinal));
        Proxy.ResetCounters();
        await PutAsync(store, "b", Bytes((4 * Part) - 1), options: new() { Length = (4 * Part) - 1 });
        await PutAsync(store, "c", Bytes(4 * Part));
        Proxy.Requests.ShouldNotContain(r => r.Target.Contains("/compose", StringComparison.Ordinal));
        var never = await OpenAsync("composite=never");
        await PutAsync(never, "d", Bytes(4 * Part), options: new() { Length = 4 * Part });
        var cold = await OpenAsync("storage-class=COLDLINE");
        await PutAsync(cold, "e", Bytes(4 * Part), options: new() { Length = 4 * Part });
        Proxy.Requests.ShouldNotContain(r => r.Target.Contains("/compose", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_abort_removes_the_parts_and_listings_never_show_them()
    {
        var store = await OpenAsync("composite=always");
        await using (var stream = await store.OpenWriteAsync("f", WriteMode.CreateNew, cancellationToken: Cancel))
        {
            await stream.WriteAsync(Bytes((5 * Part) + 1), Cancel);
            while (Fake.ObjectNames(Bucket).Count == 0)
                await Task.Delay(5, Cancel);
            Fake.ObjectNames(Bucket).ShouldAllBe(n => n.StartsWith("/.cairn-parts/", StringComparison.Ordinal));
            await foreach (var entry in store.ListAsync(options: new() { Recursive = true }, cancellationToken: Cancel))
                Assert.Fail($"{entry} is listed.");
            await foreach (var entry in store.ListAsync(cancellationToken: Cancel))
                Assert.Fail($"{entry} is listed.");
        }
        Fake.ObjectNames(Bucket).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_killed_writer_leaves_is_listed_and_removed()
    {
        var writer = (await OpenAsync("composite=always")).GetDriver();
        var upload = await writer.BeginUploadAsync(new("dir/ä f", WriteMode.Replace), Cancel);
        for (var i = 0; i < 3; i++)
            await upload.WritePartAsync(new(i, i * Part, Bytes(Part, i)), Cancel);

        var cleaner = (await OpenAsync()).GetDriver();
        var staged = new List<StagedUpload>();
        await foreach (var one in cleaner.ListStagedAsync(Cancel))
            staged.Add(one);
        staged.ShouldHaveSingleItem();
        (staged[0].Path?.Value, staged[0].Length).ShouldBe(("dir/ä f", 3L * Part));
        staged[0].Started.ShouldBeGreaterThan(DateTimeOffset.UnixEpoch.AddYears(30));
        await cleaner.RemoveStagedAsync(staged[0], Cancel);
        Fake.ObjectNames(Bucket).ShouldBeEmpty();

        var error = await Should.ThrowAsync<StoreException>(async () => await upload.CompleteAsync(new(3, 3 * Part, Bytes(1)), Cancel));
        error.Reason.ShouldContain("cleaned up");
        await upload.DisposeAsync();
        Fake.ObjectNames(Bucket).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_name_that_is_no_upload_is_not_removed()
    {
        var driver = (await OpenAsync()).GetDriver();
        await Should.ThrowAsync<ArgumentException>(async () => await driver.RemoveStagedAsync(new("../x", null, default, null), Cancel));
        await Should.ThrowAsync<ArgumentException>(async () => await driver.RemoveStagedAsync(new("", null, default, null), Cancel));
    }

    [Theory]
    [InlineData(FaultKind.DropResponse)]
    [InlineData(FaultKind.FlipRequest)]
    [InlineData(FaultKind.Status429)]
    [InlineData(FaultKind.ResetAfterBody)]
    public async Task Parts_that_fail_are_sent_again(FaultKind fault)
    {
        var store = await OpenAsync("composite=always", "retries=8");
        Proxy.Add(new FaultRule(fault, 0.3) { When = (method, target) => target.Contains("uploadType=multipart", StringComparison.Ordinal) });
        var content = Bytes(20 * Part);
        await PutAsync(store, "f", content, WriteMode.CreateNew);
        (await store.ReadBytesAsync("f", Cancel)).ShouldBe(content);
        Proxy.Counters.Faults.ShouldBeGreaterThan(0);
        Fake.ObjectNames(Bucket).ShouldBe(["f"]);
    }

    [Fact]
    public async Task A_part_that_lands_after_its_request_was_given_up_is_removed()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Fake.Hold(release.Task, static (method, target) => target.Contains("uploadType=multipart", StringComparison.Ordinal));
        // The part lands after the first removal.
        var clock = new HookedClock(TimeSpan.FromMilliseconds(100), () =>
        {
            release.TrySetResult();
            SpinWait.SpinUntil(() => Fake.ObjectNames(Bucket).Count > 1);
        });
        var values = new Dictionary<string, string>
        {
            ["endpoint"] = Fake.Endpoint.AbsoluteUri,
            ["anonymous"] = "true",
            ["composite"] = "always",
            ["part-size"] = "256KiB",
            ["timeout"] = "1s",
            ["retry-delay"] = "1ms",
        };
        await using var store = await ArtifactStore.OpenAsync(new GcsProvider(), $"gs://{Bucket}", values, new() { TimeProvider = clock }, Cancel);
        await PutAsync(store, "f", Bytes(3 * Part));
        release.TrySetResult();
        while (Fake.IsHolding)
            await Task.Delay(5, Cancel);
        Fake.ObjectNames(Bucket).ShouldBe(["f"]);
        (await store.ReadBytesAsync("f", Cancel)).ShouldBe(Bytes(3 * Part));
    }

    [Fact]
    public async Task A_lost_answer_of_the_last_compose_is_ones_own_success()
    {
        var store = await OpenAsync("composite=always");
        Proxy.Add(new FaultRule(FaultKind.DropResponse) { When = (_, target) => target.Contains("/compose", StringComparison.Ordinal), Times = 1 });
        var info = await PutAsync(store, "f", Bytes(3 * Part), WriteMode.CreateNew);
        (await store.StatAsync("f", Cancel)).ETag.ShouldBe(info.ETag);
        info.Metadata.ShouldBeEmpty();
    }
}

/// <summary>Acts when a wait of the given length begins, the first time, and then waits for nothing.</summary>
internal sealed class HookedClock(TimeSpan wait, Action act) : TimeProvider
{
    private int _isDone;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == wait && Interlocked.Exchange(ref _isDone, 1) == 0)
            act();
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
