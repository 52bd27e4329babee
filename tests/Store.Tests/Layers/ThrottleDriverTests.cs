using Cairn.Layers;
using Cairn.Providers;

namespace Cairn.Tests.Layers;

public class ThrottleDriverTests
{
    private readonly ManualTime _time = new();
    private readonly ScriptedDriver _store = ScriptedDriver.OverMemory();

    [Fact]
    public async Task No_more_calls_are_under_way_than_allowed_and_all_come_to_their_turn()
    {
        var (now, most) = (0, 0);
        _store.Before = async _ =>
        {
            var n = Interlocked.Increment(ref now);
            InterlockedMax(ref most, n);
            await Task.Delay(1);
            Interlocked.Decrement(ref now);
        };
        var driver = Throttled(new() { MaxConcurrency = 3 });
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => i % 2 == 0 ? driver.StatAsync("a", default).AsTask() : (Task)driver.PutAsync($"p{i}", [1])));
        most.ShouldBe(3);
    }

    [Fact]
    public async Task Places_are_given_in_the_order_of_asking()
    {
        var store = new NotingDriver(ScriptedDriver.Memory());
        var driver = new ThrottleDriver(store, new() { MaxConcurrency = 1 });
        var calls = Enumerable.Range(0, 20).Select(i => driver.StatAsync($"{i:00}", default).AsTask()).ToList();
        store.Gate.SetResult();
        await Task.WhenAll(calls);
        store.Order.ShouldBe(Enumerable.Range(0, 20).Select(i => $"{i:00}"));
    }

    [Fact]
    public async Task Open_streams_and_uploads_that_do_nothing_block_nobody()
    {
        await _store.PutAsync("a", new byte[100]);
        var driver = Throttled(new() { MaxConcurrency = 1 });
        await using var first = await driver.OpenReadAsync(new("a"), default);
        await using var second = await driver.OpenReadAsync(new("a"), default);
        await using var upload = await driver.BeginUploadAsync(new("b", WriteMode.CreateNew), default);
        var buffer = new byte[8];
        (await first.Content.ReadAsync(buffer)).ShouldBe(8);
        await upload.WritePartAsync(new(0, 0, buffer), default);
        first.Content.Read(buffer, 0, 8).ShouldBe(8);
        await upload.CompleteAsync(new(1, 8, buffer), default);
    }

    [Fact]
    public async Task A_failed_or_cancelled_call_gives_its_place_back()
    {
        var driver = Throttled(new() { MaxConcurrency = 1 });
        _store.Fail("stat", 1, () => new IOException("broken"));
        await Should.ThrowAsync<IOException>(async () => await driver.StatAsync("a", default));
        var gate = new TaskCompletionSource();
        _store.Before = _ => gate.Task;
        var holder = driver.StatAsync("a", default).AsTask();
        using var cancel = new CancellationTokenSource();
        var waiting = driver.StatAsync("a", cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        gate.SetResult();
        await holder;
        await driver.StatAsync("a", default);
        _store.Count("stat").ShouldBe(3);
    }

    [Fact]
    public async Task Calls_beyond_a_seconds_worth_wait_for_the_rate()
    {
        var driver = Throttled(new() { RequestsPerSecond = 10 });
        for (var i = 0; i < 10; i++)
            await driver.StatAsync("a", default);
        var eleventh = driver.StatAsync("a", default).AsTask();
        eleventh.IsCompleted.ShouldBeFalse();
        _time.Waits.Single().TotalSeconds.ShouldBe(0.1, 0.001);
        _time.Advance(TimeSpan.FromSeconds(0.101));
        await eleventh;
    }

    [Fact]
    public void A_rate_is_kept_over_time_whatever_the_pattern()
    {
        var limit = new RateLimit(100, _time);
        var (taken, elapsed, random) = (0.0, 0.0, new Random(7));
        for (var i = 0; i < 2000; i++)
        {
            var amount = random.Next(1, 50);
            var wait = limit.Take(amount);
            taken += amount;
            elapsed += wait.TotalSeconds;
            _time.Advance(wait);
            taken.ShouldBeLessThanOrEqualTo((100 * elapsed) + 100 + 1e-6);
            if (random.Next(10) == 0)
            {
                var idle = random.NextDouble() * 3;
                elapsed += idle;
                _time.Advance(TimeSpan.FromSeconds(idle));
            }
        }
    }

    [Fact]
    public async Task Bytes_are_paid_by_writes_before_and_by_reads_afterwards()
    {
        var driver = Throttled(new() { BytesPerSecond = 100 });
        var write = driver.PutAsync("a", new byte[200]);
        _time.Waits.ShouldBe([TimeSpan.FromSeconds(1)]);
        _time.Advance(TimeSpan.FromSeconds(1));
        await write;
        await using var read = await driver.OpenReadAsync(new("a"), default);
        (await read.Content.ReadAsync(new byte[150])).ShouldBe(150);
        var next = read.Content.ReadAsync(new byte[150]).AsTask();
        next.IsCompleted.ShouldBeFalse();
        _time.Waits[^1].ShouldBe(TimeSpan.FromSeconds(1.5));
        _time.Advance(TimeSpan.FromSeconds(1.5));
        (await next).ShouldBe(50);
    }

    [Fact]
    public async Task A_cancelled_wait_for_bytes_loses_none()
    {
        await _store.PutAsync("a", [1, 2, 3, 4]);
        var driver = Throttled(new() { BytesPerSecond = 1 });
        await using var read = await driver.OpenReadAsync(new("a"), default);
        var buffer = new byte[2];
        await read.Content.ReadExactlyAsync(buffer);
        using var cancel = new CancellationTokenSource();
        var cancelled = read.Content.ReadAsync(buffer, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => cancelled);
        var again = read.Content.ReadAsync(buffer).AsTask();
        _time.Advance(TimeSpan.FromSeconds(10));
        (await again).ShouldBe(2);
        buffer.ShouldBe([3, 4]);
    }

    [Fact]
    public void Limits_that_are_not_above_zero_are_refused()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new ThrottleDriver(_store, new() { MaxConcurrency = 0 }));
        Should.Throw<ArgumentOutOfRangeException>(() => new ThrottleDriver(_store, new() { RequestsPerSecond = 0 }));
        Should.Throw<ArgumentOutOfRangeException>(() => new ThrottleDriver(_store, new() { BytesPerSecond = -1 }));
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
        {
            if (Interlocked.CompareExchange(ref target, value, seen) == seen)
                return;
        }
    }

    private ThrottleDriver Throttled(ThrottleOptions options) => new(_store, options, new() { TimeProvider = _time });

    private sealed class NotingDriver(StoreDriver inner) : DelegatingStoreDriver(inner)
    {
        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<string> Order { get; } = [];

        public override async ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken)
        {
            Order.Add(path.Value);
            await Gate.Task;
            return null;
        }
    }
}
