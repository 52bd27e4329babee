using System.Collections.Concurrent;
using Cairn.Providers;
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
        (await Should.ThrowAsync<StoreException>(all[1])).Code.ShouldBe(code);
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

    [Fact]
    public async Task More_failures_than_a_count_would_bear_are_outlasted_and_told()
    {
        var (clock, told) = (new HurryingClock(), new ConcurrentQueue<RetryNotice>());
        await using var recorder = new S3Recorder { Retrying = told.Enqueue };
        await using var store = await recorder.OpenAsync(clock, ("retries", ""));
        recorder.Refuse(new(503), times: 12);
        await store.WriteBytesAsync("f", new byte[3], WriteMode.Replace, cancellationToken: Cancel);
        recorder.Requests.Length.ShouldBe(13);
        told.Select(static n => n.Failed).ShouldBe(Enumerable.Range(1, 12));
        foreach (var notice in told)
        {
            notice.Service.ShouldBe(recorder.Endpoint);
            notice.Reason.ShouldContain("503");
            (notice.Until - TimeProvider.System.GetUtcNow()).ShouldBeInRange(TimeSpan.FromSeconds(1), new S3Options().OutageTime);
        }
    }

    [Fact]
    public async Task A_service_that_has_never_answered_is_given_up_soon_and_one_that_has_is_waited_for()
    {
        var (clock, told) = (new HurryingClock(), new ConcurrentQueue<RetryNotice>());
        var recorder = new S3Recorder { Retrying = told.Enqueue };
        await using var reached = await recorder.OpenAsync(clock, ("retries", "9"));
        await using var never = await recorder.OpenAsync(clock, ("retries", "9"));
        (await reached.StatAsync("f", Cancel)).Length.ShouldBe(3);
        // From now on, nobody listens at that port.
        await recorder.DisposeAsync();
        foreach (var (store, failures) in new[] { (reached, 9), (never, 3) })
        {
            told.Clear();
            var error = await Should.ThrowAsync<StoreException>(() => store.StatAsync("f", Cancel));
            error.Code.ShouldBe(StoreErrorCode.Unavailable);
            error.Message.ShouldContain("Check the endpoint");
            told.Count.ShouldBe(failures);
            told.ShouldAllBe(static n => n.Reason == "the service could not be reached");
        }
        (told.Last().Until - TimeProvider.System.GetUtcNow()).ShouldBeLessThan(TimeSpan.FromSeconds(6));
    }

    [Fact]
    public void A_hopeless_request_is_sent_again_three_times_or_for_five_seconds()
    {
        Attempts(perAttempt: TimeSpan.Zero).ShouldBe(3);
        // A host that takes no connection and refuses none.
        Attempts(perAttempt: TimeSpan.FromSeconds(4)).ShouldBe(2);

        static int Attempts(TimeSpan perAttempt)
        {
            var clock = new StandingClock();
            var budget = new RetryBudget(TimeSpan.FromSeconds(45), null, S3Retries.FirstDelay, clock);
            while (budget.MayRetry(isHopeless: true, out var delay))
                clock.Passed += delay + perAttempt;
            return budget.Failed;
        }
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
        var error = await Should.ThrowAsync<StoreException>(() => store.WriteBytesAsync("f", new byte[3], WriteMode.Replace, cancellationToken: Cancel));
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
        var error = await Should.ThrowAsync<StoreException>(() => store.ReadTextAsync("f", Cancel));
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
