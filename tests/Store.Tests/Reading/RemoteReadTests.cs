using System.IO.Compression;
using Cairn.Listing;
using Cairn.Providers;
using Cairn.Tests.Drivers;

namespace Cairn.Tests.Reading;

public sealed class RemoteReadTests
{
    private const int Block = Cairn.Reading.RemoteContent.BlockSize;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Block)]
    [InlineData(Block + 1)]
    [InlineData(5 * Block - 1)]
    public async Task Short_reads_give_the_whole_content_in_one_request(int length)
    {
        var (driver, store, content) = await WithFileAsync(length);
        await using (var stream = await store.OpenReadAsync("f"))
        {
            stream.Length.ShouldBe(length);
            stream.Info.Length.ShouldBe(length);
            (await Bytes.ReadAllAsync(stream)).ShouldHold(content);
            stream.Position.ShouldBe(length);
        }
        driver.Opened.Count.ShouldBe(1);
        driver.Live.ShouldBe(0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64 << 10)]
    [InlineData(1 << 20)]
    public async Task Read_ahead_is_bounded(int readAhead)
    {
        var (driver, store, content) = await WithFileAsync(12 * Block);
        await using var stream = await store.OpenReadAsync("f", new() { ReadAhead = readAhead });
        stream.ReadByte().ShouldBe(content[0]);
        var bound = (long)Math.Max(1, readAhead / Block) * Block;
        await Eventually(() => Interlocked.Read(ref driver.Served) == bound);
        await Task.Delay(50);
        Interlocked.Read(ref driver.Served).ShouldBe(bound);
    }

    /// <summary>A reader that announced not to seek may do so: the bytes are right, and the seek back is another request.</summary>
    [Fact]
    public async Task A_sequential_reader_may_seek_and_pays_a_request()
    {
        var (driver, store, content) = await WithFileAsync(6 * Block);
        await using var stream = await store.OpenReadAsync("f", new() { IsSequential = true, ReadAhead = 0 });
        (await Bytes.ReadAllAsync(stream)).ShouldHold(content);
        var before = driver.Opened.Count;
        stream.Position = 1;
        (await Bytes.ReadAllAsync(stream)).ShouldHold(content[1..]);
        driver.Opened.Count.ShouldBeGreaterThan(before);
    }

    [Fact]
    public async Task Opening_alone_reads_nothing_of_the_body()
    {
        var (driver, store, _) = await WithFileAsync(4 * Block);
        await using (await store.OpenReadAsync("f"))
            await Task.Delay(20);
        driver.Served.ShouldBe(0);
        driver.Live.ShouldBe(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_broken_connection_resumes_where_it_stopped(bool endsEarly)
    {
        var (driver, store, content) = await WithFileAsync(4 * Block);
        driver.EndsEarly = endsEarly;
        driver.BreakAfter = n => n < 3 ? 100_001 : null;
        await using var stream = await store.OpenReadAsync("f");
        (await Bytes.ReadAllAsync(stream)).ShouldHold(content);
        driver.Opened.Select(r => r.Range.Offset).ShouldBe([0, 100_001, 200_002, 300_003]);
        driver.Opened.Skip(1).ShouldAllBe(r => r.IfMatch == stream.Info.ETag);
        driver.Served.ShouldBe(content.Length);
    }

    [Fact]
    public async Task A_connection_that_only_breaks_is_given_up()
    {
        var (driver, store, content) = await WithFileAsync(1000);
        driver.BreakAfter = n => n == 0 ? 10 : 0;
        await using var stream = await store.OpenReadAsync("f");
        var buffer = new byte[10];
        await stream.ReadExactlyAsync(buffer);
        buffer.ShouldBe(content[..10]);
        var e = await Should.ThrowAsync<StoreException>(async () => await stream.ReadAtLeastAsync(buffer, 1, false));
        e.Code.ShouldBe(StoreErrorCode.Unavailable);
        e.Operation.ShouldBe("read");
        e.Uri!.ToString().ShouldBe("mem://remote/f");
        driver.Opened.Count.ShouldBe(1 + Cairn.Reading.ResumingRead.MaxBreaks);
    }

    [Fact]
    public async Task A_file_that_changes_under_a_resumed_read_is_PreconditionFailed()
    {
        var (driver, store, content) = await WithFileAsync(3 * Block);
        driver.BreakAfter = n => n == 0 ? Block + 5 : null;
        await using var stream = await store.OpenReadAsync("f", new() { ReadAhead = 0 });
        await stream.ReadExactlyAsync(new byte[Block]);
        await store.WriteBytesAsync("f", Bytes.Of(3 * Block, seed: 9), WriteMode.Replace);
        var rest = new byte[Block];
        var e = await Should.ThrowAsync<StoreException>(async () => await stream.ReadExactlyAsync(rest));
        e.Code.ShouldBe(StoreErrorCode.PreconditionFailed);
        rest.AsSpan(0, 5).SequenceEqual(content.AsSpan(Block, 5)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_failure_is_said_once_and_the_next_read_tries_again()
    {
        var (driver, store, content) = await WithFileAsync(1000);
        driver.BreakAfter = n => n <= Cairn.Reading.ResumingRead.MaxBreaks ? 0 : null;
        await using var stream = await store.OpenReadAsync("f");
        await Should.ThrowAsync<StoreException>(async () => await stream.ReadAtLeastAsync(new byte[10], 1, false));
        (await Bytes.ReadAllAsync(stream)).ShouldHold(content);
    }

    [Fact]
    public async Task Random_seeks_give_the_right_bytes()
    {
        var (_, store, content) = await WithFileAsync(6 * Block + 77);
        await using var stream = await store.OpenReadAsync("f", new() { ReadAhead = 2 * Block });
        var random = new Random(7);
        for (var i = 0; i < 200; i++)
        {
            var at = random.Next(content.Length);
            var buffer = new byte[random.Next(1, 50_000)];
            stream.Position = at;
            var count = random.Next(2) == 0 ? stream.ReadAtLeast(buffer, buffer.Length, false) : await stream.ReadAtLeastAsync(buffer, buffer.Length, false);
            count.ShouldBe(Math.Min(buffer.Length, content.Length - at));
            buffer.AsSpan(0, count).SequenceEqual(content.AsSpan(at, count)).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task Small_jumps_cost_no_request()
    {
        var (driver, store, content) = await WithFileAsync(20 * Block);
        await using var stream = await store.OpenReadAsync("f");
        for (var i = 0; i < 100; i++)
        {
            stream.Position = (i % 2 == 0 ? 3 : 1) * Block + i;
            stream.ReadByte().ShouldBe(content[(i % 2 == 0 ? 3 : 1) * Block + i]);
        }
        driver.Opened.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_far_jump_asks_for_little_and_for_more_when_the_reader_goes_on()
    {
        var (driver, store, _) = await WithFileAsync(40 * Block);
        await using var stream = await store.OpenReadAsync("f");
        stream.Position = 10 * Block + 3;
        var buffer = new byte[1000];
        while (stream.Position < 32 * Block)
            await stream.ReadExactlyAsync(buffer);
        driver.Opened.Skip(1).Select(r => (r.Range.Offset / Block, r.Range.Length / Block)).ShouldBe([(10, 1), (11, 4), (15, 16), (31, 9)]);
        driver.Opened.Skip(1).ShouldAllBe(r => r.IfMatch == stream.Info.ETag);
    }

    [Fact]
    public async Task An_archive_is_read_in_few_requests()
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        driver.PartSize = 1 << 20;
        await using (var write = await store.OpenWriteAsync("a.zip", WriteMode.CreateNew))
        {
            await using (var archive = new ZipArchive(write, ZipArchiveMode.Create, leaveOpen: true))
            {
                for (var i = 0; i < 200; i++)
                {
                    await using var entry = archive.CreateEntry($"e{i}", CompressionLevel.NoCompression).Open();
                    await entry.WriteAsync(Bytes.Of(20_000, i));
                }
            }
            await write.CompleteAsync();
        }
        await using var stream = await store.OpenReadAsync("a.zip");
        using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
        zip.Entries.Count.ShouldBe(200);
        foreach (var name in new[] { "e5", "e3", "e150", "e151", "e4" })
        {
            await using var entry = zip.GetEntry(name)!.Open();
            (await Bytes.ReadAllAsync(entry)).ShouldBe(Bytes.Of(20_000, int.Parse(name.AsSpan(1))));
        }
        driver.Opened.Count.ShouldBeLessThan(8);
    }

    [Fact]
    public async Task A_range_is_a_stream_of_its_own()
    {
        var (_, store, content) = await WithFileAsync(3 * Block);
        await using var stream = await store.OpenReadAsync("f", new() { Range = new ByteRange(Block + 3, Block) });
        stream.Length.ShouldBe(Block);
        stream.Info.Length.ShouldBe(3 * Block);
        (await Bytes.ReadAllAsync(stream)).ShouldBe(content.AsSpan(Block + 3, Block).ToArray());
        stream.Seek(-10, SeekOrigin.End).ShouldBe(Block - 10);
        var tail = new byte[20];
        stream.ReadAtLeast(tail, 20, false).ShouldBe(10);
        tail.AsSpan(0, 10).SequenceEqual(content.AsSpan(2 * Block - 7, 10)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_cancelled_read_leaves_the_stream_usable()
    {
        var (driver, store, content) = await WithFileAsync(2000);
        await using var stream = await store.OpenReadAsync("f");
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(async () => await stream.ReadAtLeastAsync(new byte[10], 1, false, cancelled.Token));
        (await Bytes.ReadAllAsync(stream)).ShouldHold(content);
        driver.Opened.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Disposal_in_the_middle_releases_every_response()
    {
        var (driver, store, _) = await WithFileAsync(40 * Block);
        var stream = await store.OpenReadAsync("f");
        foreach (var at in new[] { 0, 20 * Block, 35 * Block, 8 * Block })
        {
            stream.Position = at;
            stream.ReadByte();
        }
        await stream.DisposeAsync();
        await stream.DisposeAsync();
        driver.Live.ShouldBe(0);
        Should.Throw<ObjectDisposedException>(() => stream.ReadByte());
        stream.CanRead.ShouldBeFalse();
    }

    [Fact]
    public async Task Content_that_can_seek_is_read_without_further_requests()
    {
        var (driver, store, content) = await WithFileAsync(3 * Block);
        driver.Seekable = true;
        await using var stream = await store.OpenReadAsync("f", new() { Range = new ByteRange(100, 2 * Block) });
        stream.Position = Block;
        stream.ReadByte().ShouldBe(content[Block + 100]);
        stream.Position = 0;
        (await Bytes.ReadAllAsync(stream)).ShouldBe(content.AsSpan(100, 2 * Block).ToArray());
        driver.Opened.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_read_that_reaches_the_end_of_wrong_content_fails(bool seekable)
    {
        var (driver, store, content) = await WithFileAsync(2 * Block + 5);
        driver.Seekable = seekable;
        var right = Checksum.FromBytes(Checksum.Sha256, System.Security.Cryptography.SHA256.HashData(content));
        await using (var stream = await store.OpenReadAsync("f", new() { ExpectedChecksum = right }))
            (await Bytes.ReadAllAsync(stream)).ShouldHold(content);

        await using var wrong = await store.OpenReadAsync("f", new() { ExpectedChecksum = right with { Hex = new string('0', 64) } });
        await wrong.ReadExactlyAsync(new byte[2 * Block]);
        for (var i = 0; i < 2; i++)
        {
            var e = await Should.ThrowAsync<StoreException>(async () => await wrong.ReadExactlyAsync(new byte[5]));
            e.Code.ShouldBe(StoreErrorCode.IntegrityFailure);
            e.Message.ShouldContain(right.Hex);
        }
    }

    [Fact]
    public async Task An_empty_file_is_checked_too()
    {
        var (_, store, _) = await WithFileAsync(0);
        var wrong = new Checksum(Checksum.Sha256, new string('1', 64));
        await using var stream = await store.OpenReadAsync("f", new() { ExpectedChecksum = wrong });
        (await Should.ThrowAsync<StoreException>(async () => await stream.ReadAtLeastAsync(new byte[1], 1, false))).Code.ShouldBe(StoreErrorCode.IntegrityFailure);
        await Should.ThrowAsync<ArgumentException>(() => store.OpenReadAsync("f", new() { ExpectedChecksum = new("crc64nvme", "00") }));
    }

    [Fact]
    public async Task A_resumed_read_never_goes_on_in_another_version_also_where_the_driver_ignores_the_condition()
    {
        var (driver, store, content) = await WithFileAsync(4 * Block);
        (driver.IgnoresIfMatch, driver.BreakAfter) = (true, static n => n == 0 ? Block : null);
        await using var stream = await store.OpenReadAsync("f", new() { ReadAhead = 0 });
        stream.ReadByte().ShouldBe(content[0]);
        await store.WriteBytesAsync("f", Bytes.Of(4 * Block, 2), WriteMode.Replace);
        (await Should.ThrowAsync<StoreException>(() => Bytes.ReadAllAsync(stream))).Code.ShouldBe(StoreErrorCode.PreconditionFailed);
        driver.Opened.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_broken_connection_waits_as_long_as_the_store_asks()
    {
        var time = new Layers.ManualTime { Skips = true };
        var (driver, store) = await RemoteDriver.OpenAsync(new() { TimeProvider = time });
        await store.WriteBytesAsync("f", Bytes.Of(4 * Block), WriteMode.CreateNew);
        var asked = TimeSpan.FromSeconds(17);
        driver.BreakAfter = static n => n == 0 ? Block : null;
        driver.Break = () => new StoreException(new StoreFault(StoreErrorCode.Unavailable, "busy") { IsTransient = true, RetryAfter = asked });
        await using var stream = await store.OpenReadAsync("f");
        (await Bytes.ReadAllAsync(stream)).ShouldHold(Bytes.Of(4 * Block));
        time.Waits.ShouldBe([asked]);
    }

    [Fact]
    public async Task A_file_read_whole_is_checked_against_the_checksum_that_the_store_keeps()
    {
        var (driver, _, _) = await WithFileAsync(2 * Block);
        await using var damaged = new ArtifactStore(new WrongChecksumDriver(driver));
        await using var stream = await damaged.OpenReadAsync("f");
        (await Should.ThrowAsync<StoreException>(() => Bytes.ReadAllAsync(stream))).Code.ShouldBe(StoreErrorCode.IntegrityFailure);
    }

    private static async Task<(RemoteDriver Driver, ArtifactStore Store, byte[] Content)> WithFileAsync(int length)
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        var content = Bytes.Of(length);
        driver.PartSize = 1 << 24;
        await store.WriteBytesAsync("f", content, WriteMode.CreateNew);
        return (driver, store, content);
    }

    private static async Task Eventually(Func<bool> condition)
    {
        for (var i = 0; i < 1000 && !condition(); i++)
            await Task.Delay(10);
        condition().ShouldBeTrue();
    }
}
