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
    public async Task Those_who_gather_share_one_flush_and_its_failure(bool fails)
    {
        const int Count = 40;
        using var open = new ManualResetEventSlim();
        using var begun = new CountdownEvent(4);
        var volume = new Volume { Failure = fails ? new IOException("lost") : null };
        using var group = new FlushGroup(() => volume);
        group.Prepare();
        // Four flush alone and do not end before the others have come.
        var first = Start(4, () =>
        {
            begun.Signal();
            open.Wait(TestContext.Current.CancellationToken);
        });
        begun.Wait(TestContext.Current.CancellationToken);
        var others = Start(Count, () => throw new InvalidOperationException("alone"));
        var results = await Task.WhenAll(others);
        open.Set();
        (await Task.WhenAll(first)).ShouldAllBe(e => e == null);
        if (fails)
            results.ShouldAllBe(e => e is IOException && e.Message == "lost");
        else
            results.ShouldAllBe(e => e == null);
        volume.Flushes.ShouldBeInRange(1, Count);

        Task<Exception?>[] Start(int count, Action alone) => [.. Enumerable.Range(0, count).Select(_ => Task.Factory.StartNew<Exception?>(
            () => Record.Exception(() => group.Flush(Device, alone)), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
    }

    private sealed class Volume : LocalVolume
    {
        private int _flushes;

        public int Flushes => _flushes;

        public IOException? Failure { get; init; }

        public override ulong Device => FlushGroupTests.Device;

        public override void Flush()
        {
            Interlocked.Increment(ref _flushes);
            if (Failure is not null)
                throw Failure;
        }

        public override void Dispose()
        {
        }
    }
}
