using Cairn.Providers;
using Cairn.Tests.Drivers;
using Cairn.Transfers;

namespace Cairn.Tests.Transfers;

public sealed class OrderedDownloadTests
{
    private const int Range = OrderedDownload.RangeLength;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(Range, 1)]
    [InlineData(Range + 1, 2)]
    [InlineData((3 * Range) - 3, 3)]
    public async Task The_content_comes_in_order_by_several_requests(int length, int requests)
    {
        var (driver, store, content) = await WithFileAsync(length);
        var seen = new List<TransferProgress>();
        using var target = new MemoryStream();
        (await store.DownloadAsync("f", target, new Recorder(seen))).Length.ShouldBe(length);
        target.ToArray().AsSpan().SequenceEqual(content).ShouldBeTrue();
        driver.Opened.Count.ShouldBe(requests);
        driver.Opened.Skip(1).ShouldAllBe(static r => r.IfMatch != null);
        driver.Live.ShouldBe(0);
        (seen[^1].Bytes, seen[^1].TotalBytes, seen[^1].Files).ShouldBe((length, length, 1));
    }

    [Fact]
    public async Task What_is_held_is_bounded_while_the_target_stands_still()
    {
        var (driver, store, content) = await WithFileAsync(4 * Range, parallelism: 2);
        var target = new GatedStream();
        var download = store.DownloadAsync("f", target);
        for (var i = 0; i < 3000 && Interlocked.Read(ref driver.Served) < 2L * Range; i++)
            await Task.Delay(10);
        await Task.Delay(50);
        Interlocked.Read(ref driver.Served).ShouldBe(2L * Range);
        driver.Opened.Count.ShouldBe(2);
        target.Open();
        await download;
        target.ToArray().AsSpan().SequenceEqual(content).ShouldBeTrue();
    }

    [Fact]
    public async Task Broken_connections_resume_in_each_range()
    {
        var (driver, store, content) = await WithFileAsync(3 * Range);
        driver.BreakAfter = static n => n < 3 ? 1_000_000 + n : null;
        using var target = new MemoryStream();
        await store.DownloadAsync("f", target);
        target.ToArray().AsSpan().SequenceEqual(content).ShouldBeTrue();
        driver.Opened.Count.ShouldBe(6);
    }

    [Fact]
    public async Task A_file_that_changes_meanwhile_is_not_mixed()
    {
        var (_, store, _) = await WithFileAsync(4 * Range, parallelism: 2);
        var target = new GatedStream();
        var download = store.DownloadAsync("f", target);
        await target.Reached;
        await store.WriteBytesAsync("f", Bytes.Of(4 * Range, 2), WriteMode.Replace);
        target.Open();
        (await Should.ThrowAsync<StoreException>(() => download)).Code.ShouldBe(StoreErrorCode.PreconditionFailed);
    }

    [Fact]
    public async Task Damage_is_told_at_the_end()
    {
        var (driver, store, _) = await WithFileAsync(2 * Range);
        await using var damaged = new ArtifactStore(new WrongChecksumDriver(driver));
        using var target = new MemoryStream();
        var error = await Should.ThrowAsync<StoreException>(() => damaged.DownloadAsync("f", target));
        (error.Code, target.Length).ShouldBe((StoreErrorCode.IntegrityFailure, 2L * Range));
    }

    [Fact]
    public async Task What_the_target_throws_passes_as_it_is_and_nothing_stays_open()
    {
        var (driver, store, _) = await WithFileAsync(3 * Range);
        await using var target = new FullStream();
        (await Should.ThrowAsync<IOException>(() => store.DownloadAsync("f", target))).Message.ShouldBe("full");
        driver.Live.ShouldBe(0);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => store.DownloadAsync("f", Stream.Null, cancellationToken: cancelled.Token));
        (await Should.ThrowAsync<StoreException>(() => store.DownloadAsync("missing", Stream.Null))).Code.ShouldBe(StoreErrorCode.NotFound);
        (await Should.ThrowAsync<StoreException>(() => store.DownloadAsync(StorePath.Root, Stream.Null))).Code.ShouldBe(StoreErrorCode.NotFound);
    }

    [Theory]
    [InlineData((2 * Range) - 1, 1)]
    [InlineData((3 * Range) - 3, 3)]
    public async Task A_large_file_is_copied_to_another_store_by_several_requests(int length, int requests)
    {
        var (driver, store, content) = await WithFileAsync(length);
        var (other, target) = await RemoteDriver.OpenAsync();
        other.PartSize = 3_000_000;
        (await store.CopyToAsync("f", target, "copy", WriteMode.CreateNew)).Length.ShouldBe(length);
        (await target.ReadBytesAsync("copy")).AsSpan().SequenceEqual(content).ShouldBeTrue();
        driver.Opened.Count.ShouldBe(requests);
        driver.Opened.Skip(1).ShouldAllBe(static r => r.IfMatch != null);
        driver.Live.ShouldBe(0);
    }

    [Fact]
    public async Task A_large_file_is_copied_in_any_order_to_a_store_that_takes_pieces()
    {
        const int Length = (2 * RangedCopy.RangeLength) + 300_001;
        var (driver, store, content) = await WithFileAsync(Length);
        driver.BreakAfter = static n => n == 0 ? 5_000_001 : null;
        var (other, target) = await RemoteDriver.OpenAsync();
        (other.PartSize, other.AnyPartSize) = (3_000_000, true);
        var arrived = 0L;
        (await store.CopyToAsync("f", target, "copy", WriteMode.CreateNew, new Summed(p => arrived = p))).Length.ShouldBe(Length);
        (await target.ReadBytesAsync("copy")).AsSpan().SequenceEqual(content).ShouldBeTrue();
        arrived.ShouldBe(Length);
        // Three ranges, and the first again.
        driver.Opened.Count.ShouldBe(4);
        var parts = other.Parts.OrderBy(static p => p.Number).ToList();
        parts.Select(static p => p.Number).ShouldBe(Enumerable.Range(0, parts.Count));
        parts.Select(static p => p.Offset).ShouldBe(Enumerable.Range(0, parts.Count - 1).Select(static n => (long)n * RangedCopy.PieceLength).Append(Length));
        driver.Live.ShouldBe(0);
        var damaged = new ArtifactStore(new WrongChecksumDriver(driver));
        (await Should.ThrowAsync<StoreException>(() => damaged.CopyToAsync("f", target, "damaged", WriteMode.CreateNew))).Code.ShouldBe(StoreErrorCode.IntegrityFailure);
        (await target.ExistsAsync("damaged")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_store_that_takes_one_part_at_a_time_gets_them_in_order()
    {
        var (driver, store, content) = await WithFileAsync((2 * RangedCopy.RangeLength) + 300_001);
        var (other, target) = await RemoteDriver.OpenAsync();
        (other.PartSize, other.AnyPartSize, other.MaxParts) = (3_000_000, true, 1);
        await store.CopyToAsync("f", target, "copy", WriteMode.CreateNew);
        var offsets = other.Parts.Select(static p => p.Offset).ToList();
        offsets.ShouldBe(offsets.Order());
        (await target.ReadBytesAsync("copy")).AsSpan().SequenceEqual(content).ShouldBeTrue();
        driver.Opened.Count.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task A_damaged_or_changed_file_is_not_copied()
    {
        var (driver, store, _) = await WithFileAsync(4 * Range, parallelism: 2);
        var (other, target) = await RemoteDriver.OpenAsync();
        other.PartSize = 3_000_000;
        var damaged = new ArtifactStore(new WrongChecksumDriver(driver));
        (await Should.ThrowAsync<StoreException>(() => damaged.CopyToAsync("f", target, "copy", WriteMode.CreateNew))).Code.ShouldBe(StoreErrorCode.IntegrityFailure);
        other.OnPart = (part, _) => part.Offset == 0 ? store.WriteBytesAsync("f", Bytes.Of(4 * Range, 2), WriteMode.Replace) : Task.CompletedTask;
        (await Should.ThrowAsync<StoreException>(() => store.CopyToAsync("f", target, "copy", WriteMode.CreateNew))).Code.ShouldBe(StoreErrorCode.PreconditionFailed);
        (await target.ExistsAsync("copy")).ShouldBeFalse();
        driver.Live.ShouldBe(0);
    }

    private static async Task<(RemoteDriver Driver, ArtifactStore Store, byte[] Content)> WithFileAsync(int length, int parallelism = 4)
    {
        var (driver, store) = await RemoteDriver.OpenAsync(new() { PartParallelism = parallelism });
        (driver.PartSize, driver.MaxRead) = (1 << 27, 1 << 20);
        var content = Bytes.Of(length);
        await store.WriteBytesAsync("f", content, WriteMode.CreateNew);
        return (driver, store, content);
    }

    private sealed class Recorder(List<TransferProgress> seen) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value) => seen.Add(value);
    }

    private sealed class Summed(Action<long> told) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value) => told(value.Bytes);
    }

    /// <summary>Takes nothing before it is opened.</summary>
    private sealed class GatedStream : MemoryStream
    {
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => _reached.Task;

        public void Open() => _open.TrySetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _reached.TrySetResult();
            await _open.Task.WaitAsync(cancellationToken);
            await base.WriteAsync(buffer, cancellationToken);
        }
    }

    private sealed class FullStream : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("full");
    }
}
