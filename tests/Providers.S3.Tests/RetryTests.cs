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
    public void A_service_that_is_away_for_half_a_minute_is_waited_for()
    {
        var options = new S3Options();
        options.Retries.ShouldBeNull();
        Patience(options.OutageTime, options.Retries, isHopeless: false).ShouldBeInRange(TimeSpan.FromSeconds(35), TimeSpan.FromSeconds(60));
        Patience(options.OutageTime, options.Retries, isHopeless: true).ShouldBeLessThan(TimeSpan.FromSeconds(5));
        Patience(options.OutageTime, 5, isHopeless: false).ShouldBeLessThan(TimeSpan.FromSeconds(15));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task More_failures_than_a_count_would_bear_are_outlasted(bool isRefused)
    {
        var clock = new HurryingClock();
        if (isRefused)
        {
            using var closed = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
            closed.Start();
            var endpoint = $"http://{closed.LocalEndpoint}";
            closed.Stop();
            await using var nowhere = new S3Recorder();
            await using var unreachable = await nowhere.OpenAsync(clock, ("endpoint", endpoint), ("retries", "9"));
            (await Should.ThrowAsync<ArtifactStoreException>(() => unreachable.StatAsync("f", Cancel))).Code.ShouldBe(StoreErrorCode.Unavailable);
            clock.Waits.Count(static w => w > TimeSpan.Zero && w < TimeSpan.FromSeconds(7)).ShouldBe(9);
            return;
        }
        await using var recorder = new S3Recorder();
        await using var store = await recorder.OpenAsync(clock, ("retries", ""));
        recorder.Refuse(new(503), times: 12);
        await store.WriteBytesAsync("f", new byte[3], WriteMode.Replace, cancellationToken: Cancel);
        recorder.Requests.Length.ShouldBe(13);
    }

    private static TimeSpan Patience(TimeSpan time, int? most, bool isHopeless)
    {
        var clock = new StandingClock();
        var budget = new RetryBudget(time, most, S3Retries.FirstDelay, clock);
        while (budget.MayRetry(isHopeless, out var delay))
            clock.Passed += delay;
        return clock.Passed;
    }

    /// <summary>A clock that a test moves.</summary>
    private sealed class StandingClock : TimeProvider
    {
        public TimeSpan Passed { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Passed.Ticks;
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
