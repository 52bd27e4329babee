using System.Collections.Concurrent;
using Cairn.TestServers.Recording;

namespace Cairn.Providers.S3.Tests;

/// <summary>Retries have one owner: so many requests, and no more.</summary>
public sealed class RetryTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(429, StoreErrorCode.Throttled)]
    [InlineData(503, StoreErrorCode.Unavailable)]
    [InlineData(500, StoreErrorCode.Unavailable)]
    public async Task A_refusal_is_sent_again_as_often_as_asked_for(int status, StoreErrorCode code)
    {
        await using var recorder = new S3Recorder();
        await using var store = await recorder.OpenAsync(("retries", "2"));
        Func<Task>[] all =
        [
            () => store.StatAsync("f", Cancel), () => store.ReadBytesAsync("f", Cancel), () => store.WriteBytesAsync("f", new byte[3], WriteMode.Replace, cancellationToken: Cancel),
            async () => await store.ListAsync(cancellationToken: Cancel).ToListAsync(Cancel),
        ];
        foreach (var one in all)
        {
            var before = recorder.Requests.Length;
            recorder.Refuse(new(status), times: 2);
            await one();
            (recorder.Requests.Length - before).ShouldBe(3);
        }
        recorder.Refuse(new(status), times: 3);
        var last = recorder.Requests.Length;
        (await Should.ThrowAsync<ArtifactStoreException>(all[1])).Code.ShouldBe(code);
        (recorder.Requests.Length - last).ShouldBe(3);
    }

    [Fact]
    public async Task A_body_that_arrived_damaged_is_sent_again()
    {
        await using var recorder = new S3Recorder();
        await using var store = await recorder.OpenAsync(("retries", "2"));
        var damaged = new Answer(400, "<Error><Code>XAmzContentSHA256Mismatch</Code><Message>not what it says</Message></Error>");
        recorder.Refuse(damaged, times: 2);
        await store.WriteBytesAsync("f", new byte[3], WriteMode.Replace, cancellationToken: Cancel);
        recorder.Requests.Length.ShouldBe(3);
        recorder.Refuse(damaged, times: 3);
        var error = await Should.ThrowAsync<ArtifactStoreException>(() => store.WriteBytesAsync("f", new byte[3], WriteMode.Replace, cancellationToken: Cancel));
        (error.Code, error.IsTransient).ShouldBe((StoreErrorCode.IntegrityFailure, true));
        recorder.Requests.Length.ShouldBe(6);
    }

    [Fact]
    public async Task A_wait_that_is_asked_for_is_kept_and_one_that_is_too_long_is_told()
    {
        var clock = new HurryingClock();
        await using var recorder = new S3Recorder();
        await using var store = await recorder.OpenAsync(clock, ("retries", "1"));
        recorder.Refuse(new(429) { Headers = [("Retry-After", "17")] });
        (await store.ReadTextAsync("f", Cancel)).ShouldBe("abc");
        clock.Waits.ShouldContain(TimeSpan.FromSeconds(17));

        recorder.Refuse(new(503) { Headers = [("Retry-After", "3600")] });
        var error = await Should.ThrowAsync<ArtifactStoreException>(() => store.ReadTextAsync("f", Cancel));
        (error.RetryAfter, error.IsTransient).ShouldBe((TimeSpan.FromHours(1), true));
        recorder.Requests.Length.ShouldBe(3);
    }

    /// <summary>Notes how long it is asked to wait, and does not.</summary>
    private sealed class HurryingClock : TimeProvider
    {
        public ConcurrentQueue<TimeSpan> Waits { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits.Enqueue(dueTime);
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
