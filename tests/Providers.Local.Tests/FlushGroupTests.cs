using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local.Tests;

public sealed class FlushGroupTests
{
    private const ulong Device = 7;

    [Fact]
    public void A_single_writer_flushes_alone()
    {
        var volume = new Volume();
        using var group = new FlushGroup(() => volume);
        var alone = 0;
        group.Prepare();
        for (var i = 0; i < 3; i++)
            group.Flush(Device, () => alone++);
        (alone, volume.Flushes).ShouldBe((3, 0));
    }

    [Fact]
    public void What_is_on_another_device_or_on_none_that_can_is_flushed_alone()
    {
        using var group = new FlushGroup(() => null);
        var alone = 0;
        group.Flush(Device, () => alone++);
        group.Prepare();
        group.Flush(Device, () => alone++);
        using var other = new FlushGroup(() => new Volume());
        other.Prepare();
        other.Flush(Device + 1, () => alone++);
        alone.ShouldBe(3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Writers_that_gather_share_one_flush_and_its_failure(bool fails)
    {
        const int Count = 40;
        using var alone = new Gate();
        using var first = new Gate();
        using var begun = new CountdownEvent(4);
        var volume = new Volume();
        using var group = new FlushGroup(() => volume);
        group.Prepare();
        // Four flush alone and do not end before the others have come.
        var four = Start(4, () =>
        {
            begun.Signal();
            alone.Wait();
        });
        begun.Wait(TestContext.Current.CancellationToken);
        // One leads a flush that does not end before all the others have gathered for the next one.
        volume.Flushing = _ => first.Wait();
        var leader = Start(1, NotAlone);
        first.Reached.Wait(TestContext.Current.CancellationToken);
        var others = Start(Count, NotAlone);
        SpinWait.SpinUntil(() => group.Gathered == Count);
        volume.Flushing = _ =>
        {
            if (fails)
                throw new IOException("lost");
        };
        first.Open();
        (await leader[0]).ShouldBeNull();
        var results = await Task.WhenAll(others);
        alone.Open();
        (await Task.WhenAll(four)).ShouldAllBe(e => e == null);
        if (fails)
            results.ShouldAllBe(e => e is IOException && e.Message == "lost");
        else
            results.ShouldAllBe(e => e == null);
        volume.Flushes.ShouldBe(2);

        static void NotAlone() => throw new InvalidOperationException("alone");

        Task<Exception?>[] Start(int count, Action flush) => [.. Enumerable.Range(0, count).Select(_ => Task.Factory.StartNew<Exception?>(
            () => Record.Exception(() => group.Flush(Device, flush)), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
    }

    private sealed class Gate : IDisposable
    {
        private readonly ManualResetEventSlim _open = new();

        public ManualResetEventSlim Reached { get; } = new();

        public void Wait()
        {
            Reached.Set();
            _open.Wait(TestContext.Current.CancellationToken);
        }

        public void Open() => _open.Set();

        public void Dispose()
        {
            _open.Dispose();
            Reached.Dispose();
        }
    }

    private sealed class Volume : LocalVolume
    {
        private int _flushes;

        public int Flushes => _flushes;

        public Action<int>? Flushing { get; set; }

        public override ulong Device => FlushGroupTests.Device;

        public override void Flush()
        {
            var flushing = Flushing;
            var number = Interlocked.Increment(ref _flushes);
            flushing?.Invoke(number);
        }

        public override void Dispose()
        {
        }
    }
}
