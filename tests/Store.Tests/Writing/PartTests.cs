using System.Security.Cryptography;
using Cairn.Providers;
using Cairn.Tests.Drivers;

namespace Cairn.Tests.Writing;

public sealed class PartTests
{
    [Theory]
    [InlineData(0, new[] { 0 })]
    [InlineData(1, new[] { 1 })]
    [InlineData(999, new[] { 999 })]
    [InlineData(1000, new[] { 1000 })]
    [InlineData(1001, new[] { 1000, 1 })]
    [InlineData(3000, new[] { 1000, 1000, 1000 })]
    [InlineData(3001, new[] { 1000, 1000, 1000, 1 })]
    public async Task Content_is_cut_into_parts_and_the_last_goes_along_with_the_completion(int length, int[] parts)
    {
        foreach (var chunk in new[] { 1, 7, 1000, 100_000 })
        {
            var (driver, store) = await RemoteDriver.OpenAsync();
            var content = Bytes.Of(length);
            await using (var stream = await store.OpenWriteAsync("f", WriteMode.CreateNew))
            {
                for (var at = 0; at < length; at += chunk)
                    await stream.WriteAsync(content.AsMemory(at, Math.Min(chunk, length - at)));
                stream.Length.ShouldBe(length);
                (await stream.CompleteAsync()).Length.ShouldBe(length);
                stream.Length.ShouldBe(length);
            }
            driver.Parts.OrderBy(p => p.Number).Select(p => p.Length).ShouldBe(parts);
            driver.Parts.OrderBy(p => p.Number).Select(p => p.Offset).ShouldBe(parts.Select((_, i) => i * 1000L));
            (await store.ReadBytesAsync("f")).ShouldBe(content);
        }
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(2500)]
    [InlineData(0)]
    public async Task A_copy_from_a_stream_is_cut_alike(int length)
    {
        foreach (var announce in new[] { true, false })
        {
            var (driver, store) = await RemoteDriver.OpenAsync();
            var content = Bytes.Of(length);
            await using (var stream = await store.OpenWriteAsync("f", WriteMode.CreateNew, new() { Length = announce ? length : null }))
            {
                await stream.CopyFromAsync(new MemoryStream(content), null, default);
                await stream.CompleteAsync();
            }
            driver.Parts.Count.ShouldBe(Math.Max(1, (length + 999) / 1000));
            (await store.ReadBytesAsync("f")).ShouldBe(content);
        }
    }

    [Fact]
    public async Task Large_writes_pass_the_callers_memory_on_where_parts_may_have_any_size()
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        driver.AnyPartSize = true;
        var content = Bytes.Of(10_000);
        var same = 0;
        driver.OnPart = (part, _) =>
        {
            same += System.Runtime.InteropServices.MemoryMarshal.TryGetArray(part.Data, out var array) && ReferenceEquals(array.Array, content) ? 1 : 0;
            return Task.CompletedTask;
        };
        await using (var stream = await store.OpenWriteAsync("f", WriteMode.CreateNew))
        {
            await stream.WriteAsync(content.AsMemory(0, 10));
            await stream.WriteAsync(content.AsMemory(10, 5000));
            await stream.WriteAsync(content.AsMemory(5010, 4990));
            await stream.CompleteAsync();
        }
        driver.Parts.Select(p => p.Length).ShouldBe([10, 5000, 4990, 0]);
        same.ShouldBe(2);
        (await store.ReadBytesAsync("f")).ShouldBe(content);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    [InlineData(9, 4)]
    public async Task Parts_run_in_parallel_up_to_the_bound_and_the_writer_waits(int asked, int expected)
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        int running = 0, most = 0;
        driver.OnPart = async (_, token) =>
        {
            var now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            await Task.Delay(5, token);
            Interlocked.Decrement(ref running);
        };
        var content = Bytes.Of(30_000);
        await using (var stream = await store.OpenWriteAsync("f", WriteMode.CreateNew, new() { Parallelism = asked }))
        {
            for (var at = 0; at < content.Length; at += 500)
                await stream.WriteAsync(content.AsMemory(at, 500));
            await stream.CompleteAsync();
        }
        most.ShouldBeInRange(1, expected);
        (await store.ReadBytesAsync("f")).ShouldBe(content);
    }

    [Fact]
    public async Task The_first_failed_part_cancels_the_others_and_completion_refuses()
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        await store.WriteTextAsync("f", "old", WriteMode.CreateNew);
        var cancelled = new TaskCompletionSource();
        driver.OnPart = async (part, token) =>
        {
            if (part.Number == 1)
                throw new HttpRequestException("down");
            token.Register(() => cancelled.TrySetResult());
            await Task.Delay(Timeout.Infinite, token);
        };
        await using (var stream = await store.OpenWriteAsync("f", WriteMode.Replace))
        {
            var failure = await Should.ThrowAsync<StoreException>(async () =>
            {
                await stream.WriteAsync(Bytes.Of(2500));
                await cancelled.Task;
                await stream.WriteAsync(Bytes.Of(9500));
            });
            failure.Code.ShouldBe(StoreErrorCode.Unavailable);
            failure.InnerException.ShouldBeOfType<HttpRequestException>();
            failure.Operation.ShouldBe("write");
            (await Should.ThrowAsync<StoreException>(() => stream.CompleteAsync())).ShouldBeSameAs(failure);
            stream.CanWrite.ShouldBeFalse();
        }
        (await store.ReadTextAsync("f")).ShouldBe("old");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_failure_that_no_write_has_met_shows_at_completion(bool isDuring)
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        var written = new TaskCompletionSource();
        driver.OnPart = async (_, _) =>
        {
            await written.Task;
            throw new TimeoutException();
        };
        await using var stream = await store.OpenWriteAsync("f", WriteMode.CreateNew);
        await stream.WriteAsync(Bytes.Of(1001));
        if (!isDuring)
            written.SetResult();
        var completing = stream.CompleteAsync();
        written.TrySetResult();
        (await Should.ThrowAsync<StoreException>(() => completing)).Code.ShouldBe(StoreErrorCode.Unavailable);
        driver.Parts.Count.ShouldBe(1, "the last part is not sent");
        (await store.ExistsAsync("f")).ShouldBeFalse();
    }

    [Fact]
    public async Task Disposal_stops_the_parts_under_way_and_waits_for_them()
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        var ended = 0;
        driver.OnPart = async (_, token) =>
        {
            var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using (token.Register(() => stopped.SetResult()))
                await stopped.Task;
            await Task.Yield();
            Interlocked.Increment(ref ended);
            token.ThrowIfCancellationRequested();
        };
        var stream = await store.OpenWriteAsync("f", WriteMode.CreateNew);
        await stream.WriteAsync(Bytes.Of(2500));
        await stream.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1));
        ended.ShouldBe(2);
        (await store.ExistsAsync("f")).ShouldBeFalse();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_checksum_of_the_entry_is_that_of_the_store_or_else_the_computed_one(bool hasOwn)
    {
        var content = Bytes.Of(2500);
        var own = hasOwn ? Checksum.FromCrc32C(7) : null;
        var (driver, _) = await RemoteDriver.OpenAsync();
        await using var store = new ArtifactStore(new ChecksumDriver(driver, own));
        await using (var stream = await store.OpenWriteAsync("f", WriteMode.CreateNew, new() { ComputeSha256 = true }))
        {
            await stream.WriteAsync(content);
            (await stream.CompleteAsync()).Checksum.ShouldBe(own ?? Checksum.FromBytes(Checksum.Sha256, SHA256.HashData(content)));
        }
        await using (var stream = await store.OpenWriteAsync("g", WriteMode.CreateNew))
            (await stream.CompleteAsync()).Checksum.ShouldBe(own);
    }

    [Fact]
    public async Task Disposal_never_hides_the_exception_under_way()
    {
        var logs = new ListLogger();
        var (driver, store) = await RemoteDriver.OpenAsync(new() { LoggerFactory = logs });
        driver.ThrowOnDispose = new IOException("abort failed");
        await Should.ThrowAsync<FormatException>(async () =>
        {
            await using var stream = await store.OpenWriteAsync("f", WriteMode.CreateNew);
            await stream.WriteAsync(Bytes.Of(5000));
            throw new FormatException("mine");
        });
        logs.Lines.Where(l => l.StartsWith("The upload", StringComparison.Ordinal)).ShouldHaveSingleItem().ShouldContain("mem://remote/f");
        (await store.ExistsAsync("f")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_cancelled_write_is_spent()
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        driver.OnPart = (_, token) => Task.Delay(Timeout.Infinite, token);
        using var cancel = new CancellationTokenSource();
        await using (var stream = await store.OpenWriteAsync("f", WriteMode.CreateNew))
        {
            var writing = stream.WriteAsync(Bytes.Of(50_000), cancel.Token);
            await cancel.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(async () => await writing);
            await Should.ThrowAsync<InvalidOperationException>(() => stream.CompleteAsync());
        }
        (await store.ExistsAsync("f")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_completion_that_hangs_can_be_cancelled()
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        driver.OnPart = (_, token) => Task.Delay(Timeout.Infinite, token);
        using var cancel = new CancellationTokenSource();
        await using var stream = await store.OpenWriteAsync("f", WriteMode.CreateNew);
        await stream.WriteAsync(Bytes.Of(2500));
        var completing = stream.CompleteAsync(cancel.Token);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => completing);
    }

    [Theory]
    [InlineData(999)]
    [InlineData(1001)]
    public async Task Another_length_than_announced_is_not_published(int written)
    {
        var (_, store) = await RemoteDriver.OpenAsync();
        await using (var stream = await store.OpenWriteAsync("f", WriteMode.CreateNew, new() { Length = 1000 }))
        {
            await stream.WriteAsync(Bytes.Of(written));
            var e = await Should.ThrowAsync<StoreException>(() => stream.CompleteAsync());
            e.Code.ShouldBe(StoreErrorCode.IntegrityFailure);
            e.Message.ShouldContain("1000");
        }
        (await store.ExistsAsync("f")).ShouldBeFalse();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(700)]
    [InlineData(300_000)]
    public async Task The_digest_is_that_of_the_content(int length)
    {
        var content = Bytes.Of(length);
        var right = Checksum.FromBytes(Checksum.Sha256, SHA256.HashData(content));
        foreach (var any in new[] { true, false })
        {
            var (driver, store) = await RemoteDriver.OpenAsync();
            driver.PartSize = 100_000;
            driver.AnyPartSize = any;
            await using (var stream = await store.OpenWriteAsync("f", WriteMode.CreateNew, new() { ComputeSha256 = true }))
            {
                await stream.WriteAsync(content);
                (await stream.CompleteAsync()).ShouldNotBeNull();
                stream.Sha256.ShouldBe(right);
            }
            await store.WriteBytesAsync("g", content, WriteMode.CreateNew, new() { ExpectedChecksum = right });
            var e = await Should.ThrowAsync<StoreException>(
                () => store.WriteBytesAsync("f", content, WriteMode.Replace, new() { ExpectedChecksum = right with { Hex = new string('a', 64) } }));
            e.Code.ShouldBe(StoreErrorCode.IntegrityFailure);
            (await store.ReadBytesAsync("f")).ShouldBe(content);
        }
    }

    [Fact]
    public async Task Completed_twice_is_misuse()
    {
        var (_, store) = await RemoteDriver.OpenAsync();
        var stream = await store.OpenWriteAsync("f", WriteMode.CreateNew);
        await stream.CompleteAsync();
        await Should.ThrowAsync<InvalidOperationException>(() => stream.CompleteAsync());
        await Should.ThrowAsync<InvalidOperationException>(async () => await stream.WriteAsync(new byte[1]));
        await stream.DisposeAsync();
        await stream.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(() => stream.CompleteAsync());
    }

    [Fact]
    public async Task What_the_store_does_not_keep_is_refused_before_any_byte()
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        driver.Declare = c => c with { ContentType = false, Metadata = false, WriteModes = WriteModes.Replace };
        (await Refused(WriteMode.Replace, new() { ContentType = "text/plain" })).ShouldBe(StoreErrorCode.Unsupported);
        (await Refused(WriteMode.Replace, new() { Metadata = new Dictionary<string, string> { ["a"] = "b" } })).ShouldBe(StoreErrorCode.Unsupported);
        (await Refused(WriteMode.CreateNew, new())).ShouldBe(StoreErrorCode.Unsupported);
        driver.Parts.ShouldBeEmpty();

        async Task<StoreErrorCode> Refused(WriteMode mode, OpenWriteOptions options) =>
            (await Should.ThrowAsync<StoreException>(() => store.OpenWriteAsync("f", mode, options))).Code;
    }

    [Theory]
    [InlineData("")]
    [InlineData("Upper")]
    [InlineData("dotted.name")]
    [InlineData("ünicode")]
    [InlineData("a b")]
    public async Task Metadata_names_are_checked(string name)
    {
        var (_, store) = await RemoteDriver.OpenAsync();
        await Should.ThrowAsync<ArgumentException>(() => store.WriteTextAsync("f", "x", WriteMode.Replace, new() { Metadata = new Dictionary<string, string> { [name] = "v" } }));
    }

    [Fact]
    public async Task No_mode_is_misuse()
    {
        var (_, store) = await RemoteDriver.OpenAsync();
        await Should.ThrowAsync<ArgumentException>(() => store.OpenWriteAsync("f", default));
        await Should.ThrowAsync<ArgumentException>(() => store.OpenWriteAsync("", WriteMode.Replace));
        await Should.ThrowAsync<ArgumentException>(() => store.CopyAsync("a", "b", default));
    }

    /// <summary>Returns a chosen checksum with each completed upload.</summary>
    private sealed class ChecksumDriver(StoreDriver inner, Checksum? checksum) : DelegatingStoreDriver(inner)
    {
        public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
            new Upload(await Inner.BeginUploadAsync(request, cancellationToken), checksum);

        private sealed class Upload(StoreUpload inner, Checksum? checksum) : DelegatingStoreUpload(inner)
        {
            public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken) =>
                (await Inner.CompleteAsync(last, cancellationToken)).WithChecksum(checksum);
        }
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while (value > (seen = Volatile.Read(ref target)) && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
