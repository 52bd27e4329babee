using System.Text;
using Cairn;
using Cairn.Catalog.Feed;
using Cairn.Providers;
using Cairn.Providers.Memory;

namespace Catalog.Tests.Feed;

public sealed class FeedTests
{
    [Fact]
    public async Task Callers_at_the_same_time_share_batches()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        var asset = Guid.CreateVersion7();
        for (var n = 1; n <= 200; n++)
            await catalog.VersionAsync(asset, n, "a");
        using var clock = new HeldClock();
        await using var publisher = new FeedPublisher(catalog.Store, clock);
        List<Task> calls = [publisher.PublishAsync([catalog.Records[0]], default)];
        await clock.Reached;
        // The first batch is being written now.
        calls.AddRange(catalog.Records.Skip(1).Select(r => publisher.PublishAsync([r], default)));
        calls.ShouldAllBe(c => !c.IsCompleted);
        clock.Release();
        await Task.WhenAll(calls);

        var batches = await ReadAllAsync(catalog.Store, FeedPosition.Start, TimeProvider.System);
        batches.Sum(b => b.Lines.Count).ShouldBe(200);
        batches.Select(b => b.Lines.Count).Order().ShouldBe([1, 199]);
        batches.SelectMany(b => b.Lines).Select(l => Encoding.UTF8.GetString(l.Content.Span)).ShouldBe(catalog.Records.Select(r => Encoding.UTF8.GetString(r.Content.Span)), ignoreOrder: true);
    }

    [Fact]
    public async Task A_batch_has_at_most_a_thousand_records_and_one_MiB()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        var asset = Guid.CreateVersion7();
        for (var n = 1; n <= 1100; n++)
            await catalog.VersionAsync(asset, n, "a");
        for (var n = 1101; n <= 1105; n++)
            await catalog.VersionAsync(asset, n, "a", $$"""{"text":"{{new string('x', 400_000)}}"}""");
        await using var publisher = new FeedPublisher(catalog.Store, TimeProvider.System);
        await publisher.PublishAsync(catalog.Records, default);
        var batches = await ReadAllAsync(catalog.Store, FeedPosition.Start, TimeProvider.System);
        batches.Sum(b => b.Lines.Count).ShouldBe(1105);
        batches.ShouldAllBe(b => b.Lines.Count <= 1000 && b.Lines.Sum(l => l.Content.Length + 1) <= (1 << 20) + 1);
    }

    [Fact]
    public async Task Copies_that_nobody_waits_for_are_gathered_after_a_batch()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        var asset = Guid.CreateVersion7();
        for (var n = 1; n <= 7; n++)
            await catalog.VersionAsync(asset, n, "a");
        var clock = new TimerClock();
        var stored = new SemaphoreSlim(0);
        await using (var publisher = new FeedPublisher(catalog.Store, clock, () => stored.Release()))
        {
            publisher.Publish(catalog.Records[0]);
            await stored.WaitAsync(TestContext.Current.CancellationToken);
            publisher.Publish(catalog.Records[1]);
            await clock.Started.WaitAsync(TestContext.Current.CancellationToken);
            publisher.Publish(catalog.Records[2]);
            (await CountAsync()).ShouldBe([1]);
            clock.Fire();
            await stored.WaitAsync(TestContext.Current.CancellationToken);
            (await CountAsync()).ShouldBe([1, 2]);
            // Who waits for a record, or for all, does not wait for the time.
            publisher.Publish(catalog.Records[3]);
            await publisher.PublishAsync([catalog.Records[4]], default);
            (await CountAsync()).Sum().ShouldBe(5);
            publisher.Publish(catalog.Records[5]);
            await publisher.FlushAsync(default);
            (await CountAsync()).Sum().ShouldBe(6);
            publisher.Publish(catalog.Records[6]);
        }
        (await CountAsync()).Sum().ShouldBe(7);

        async Task<IEnumerable<int>> CountAsync() => (await ReadAllAsync(catalog.Store, FeedPosition.Start, TimeProvider.System)).Select(b => b.Lines.Count).Order();
    }

    [Fact]
    public async Task A_failed_write_is_reported_to_each_caller_of_its_batch()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        var record = await catalog.VersionAsync(Guid.CreateVersion7(), 1, "a");
        var publisher = new FeedPublisher(catalog.Store, TimeProvider.System);
        await catalog.Store.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(() => publisher.PublishAsync([record], default));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(-60)]
    [InlineData(30 * 24 * 60)]
    [InlineData(-30 * 24 * 60)]
    public async Task A_writer_whose_clock_is_stepped_loses_nothing(int minutes)
    {
        var real = new SteppedClock(TimeProvider.System);
        var clock = new SteppedClock(real);
        await using var catalog = await TestCatalog.OpenAsync(real);
        await using var publisher = new FeedPublisher(catalog.Store, clock);
        var reader = new FeedReader(catalog.Store, real);
        var (position, seen, asset) = (FeedPosition.Start, 0, Guid.CreateVersion7());
        for (var step = 1; step <= 12; step++)
        {
            clock.Offset = TimeSpan.FromMinutes(step is > 3 and < 8 ? minutes : 0);
            await publisher.PublishAsync([await catalog.VersionAsync(asset, step, "a")], default);
            if (step % 2 == 0)
            {
                var ids = new HashSet<Guid>();
                await foreach (var path in reader.ListAsync(position, p => position = p, default))
                    ids.UnionWith((await reader.ReadAsync(path, default)).Select(l => l.Record!.Id));
                ids.ShouldContain(catalog.Records[^1].Id);
                ids.ShouldContain(catalog.Records[^2].Id);
                seen += ids.Count;
                position.Cursor.ShouldBeLessThanOrEqualTo(real.GetUtcNow() - TimeSpan.FromHours(1));
            }
            real.Offset += TimeSpan.FromMinutes(25);
        }
        seen.ShouldBeGreaterThanOrEqualTo(12);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(3600, 4)]
    public async Task A_store_whose_writes_tell_only_the_time_of_the_answer_is_asked_for_the_time_of_the_first_batch(int seconds, int stats)
    {
        var clock = new SteppedClock(TimeProvider.System);
        var driver = new AnsweringDriver(await new MemoryProvider().OpenAsync(new() { Root = StoreUri.Parse("mem://answers"), TimeProvider = clock }, default), clock) { Ahead = TimeSpan.FromSeconds(seconds) };
        await using var store = new ArtifactStore(driver, new() { TimeProvider = clock });
        await using var records = await TestCatalog.OpenAsync();
        await using var publisher = new FeedPublisher(store, clock);
        var asset = Guid.CreateVersion7();
        for (var n = 1; n <= 4; n++)
            await publisher.PublishAsync([await records.VersionAsync(asset, n, "a")], default);
        driver.Stats.ShouldBe(stats);
        (await ReadAllAsync(store, FeedPosition.Start, clock)).Count.ShouldBe(4);

        // An answer with another time, such as that of a proxy, is not trusted.
        driver.Ahead += TimeSpan.FromHours(3);
        await publisher.PublishAsync([await records.VersionAsync(asset, 5, "a")], default);
        driver.Stats.ShouldBe(stats + 1);
        publisher.Skew.ShouldBeLessThan(TimeSpan.FromMinutes(1));
        driver.Ahead -= TimeSpan.FromHours(3);

        // The clock of this machine was set.
        var skewed = new SteppedClock(clock) { Offset = TimeSpan.FromDays(2) };
        await using var wrong = new FeedPublisher(store, skewed);
        await wrong.PublishAsync([await records.VersionAsync(asset, 6, "a")], default);
        skewed.Offset = -TimeSpan.FromDays(2);
        await wrong.PublishAsync([await records.VersionAsync(asset, 7, "a")], default);
        wrong.Skew.ShouldBeInRange(TimeSpan.FromDays(2) - TimeSpan.FromMinutes(1), TimeSpan.FromDays(2) + TimeSpan.FromMinutes(1));
        (await ReadAllAsync(store, FeedPosition.Start, clock)).Count(b => b.Path.ToString().Contains($"/{clock.GetUtcNow():yyyy}", StringComparison.Ordinal)).ShouldBeGreaterThanOrEqualTo(6);
    }

    [Fact]
    public async Task A_batch_that_is_missing_means_that_the_store_went_back()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        await using var publisher = new FeedPublisher(catalog.Store, TimeProvider.System);
        await publisher.PublishAsync([await catalog.VersionAsync(Guid.CreateVersion7(), 1, "a")], default);
        var position = FeedPosition.Start;
        var reader = new FeedReader(catalog.Store, TimeProvider.System);
        StorePath last = default;
        await foreach (var path in reader.ListAsync(position, p => position = p, default))
            last = path;
        await catalog.Store.RemoveAsync(last);
        await Should.ThrowAsync<Cairn.Catalog.Chains.StoreWentBackException>(async () =>
        {
            await foreach (var _ in reader.ListAsync(position, _ => { }, default))
            {
            }
        });
    }

    private static async Task<List<(StorePath Path, IReadOnlyList<Cairn.Catalog.Records.RecordLine> Lines)>> ReadAllAsync(ArtifactStore store, FeedPosition position, TimeProvider time)
    {
        var reader = new FeedReader(store, time);
        var batches = new List<(StorePath, IReadOnlyList<Cairn.Catalog.Records.RecordLine>)>();
        await foreach (var path in reader.ListAsync(position, _ => { }, default))
            batches.Add((path, await reader.ReadAsync(path, default)));
        return batches;
    }

    /// <summary>A store whose writes return the time of the answer, but not that of the file.</summary>
    private sealed class AnsweringDriver(StoreDriver inner, TimeProvider time) : DelegatingStoreDriver(inner)
    {
        public TimeSpan Ahead { get; set; }

        public int Stats { get; private set; }

        public override ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken)
        {
            Stats++;
            return Inner.StatAsync(path, cancellationToken);
        }

        public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
            new Upload(await Inner.BeginUploadAsync(request, cancellationToken), time, Ahead);

        private sealed class Upload(StoreUpload inner, TimeProvider time, TimeSpan ahead) : DelegatingStoreUpload(inner)
        {
            public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
            {
                var entry = await Inner.CompleteAsync(last, cancellationToken);
                return new() { Path = entry.Path, Length = entry.Length, ETag = entry.ETag, AnsweredAt = time.GetUtcNow() + ahead };
            }
        }
    }

    /// <summary>A clock whose timers end when the test says so.</summary>
    private sealed class TimerClock : TimeProvider
    {
        private Action? _fire;

        public SemaphoreSlim Started { get; } = new(0);

        public void Fire() => _fire!();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _fire = () => callback(state);
            Started.Release();
            return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>A clock that does not answer before it is released.</summary>
    private sealed class HeldClock : TimeProvider, IDisposable
    {
        private readonly ManualResetEventSlim _released = new();
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => _reached.Task;

        public void Release() => _released.Set();

        public override DateTimeOffset GetUtcNow()
        {
            _reached.TrySetResult();
            _released.Wait();
            return base.GetUtcNow();
        }

        public void Dispose() => _released.Dispose();
    }
}
