using Cairn.Providers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>
/// Tests that the upload of a driver accepts parts in any order and with the declared parallelism, and joins them in the order of their numbers.
/// </summary>
/// <typeparam name="THarness">The harness of the provider.</typeparam>
public abstract class OutOfOrderPartTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    private const int Parts = 6;

    [Fact]
    public async Task Parts_from_last_to_first_join_in_order() => await WriteAsync(upload => upload.MaxParallelParts > 1 ? [5, 4, 3, 2, 1, 0] : [0, 1, 2, 3, 4, 5], atOnce: 1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Parts_in_a_shuffled_order_join_in_order(int seed) => await WriteAsync(
        upload =>
        {
            var order = Enumerable.Range(0, Parts).ToArray();
            if (upload.MaxParallelParts > 1)
                new Random(seed).Shuffle(order);
            return order;
        },
        atOnce: 1);

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Parts_at_the_same_time_join_in_order(int seed) => await WriteAsync(
        upload =>
        {
            var order = Enumerable.Range(0, Parts).ToArray();
            if (upload.MaxParallelParts > 1)
                new Random(seed).Shuffle(order);
            return order;
        },
        atOnce: int.MaxValue);

    /// <summary>
    /// If a driver never yields, a single-threaded caller never writes two parts concurrently: here each part is written on a separate thread, and all start
    /// together.
    /// </summary>
    [Fact]
    public async Task Parts_on_threads_of_their_own_join_in_order()
    {
        var driver = await OpenDriverAsync();
        for (var round = 0; round < (Full ? 20 : 4); round++)
        {
            long offset = 0;
            await using (var upload = await driver.BeginUploadAsync(new UploadRequest("f", WriteMode.Replace), Cancel))
            {
                var atOnce = Math.Min(Parts, upload.MaxParallelParts);
                var parts = new List<UploadPart>();
                for (var number = 0; number < atOnce; number++)
                {
                    parts.Add(new(number, offset, Pattern.Bytes(upload.GetPartSize(number), 2, offset)));
                    offset += parts[number].Data.Length;
                }
                using var start = new Barrier(atOnce);
                await Task.WhenAll(parts.Select(part => Task.Factory.StartNew(
                    () =>
                    {
                        start.SignalAndWait(Cancel);
                        return upload.WritePartAsync(part, Cancel).AsTask();
                    },
                    Cancel,
                    TaskCreationOptions.LongRunning,
                    TaskScheduler.Default).Unwrap()));
                await upload.CompleteAsync(new UploadPart(atOnce, offset, Pattern.Bytes(321, 2, offset)), Cancel);
            }
            await HoldsPatternAsync("f", offset + 321, seed: 2);
        }
    }

    /// <summary>Simulates a retry, a throttle or telemetry: the driver receives a part after the caller has continued with the next one.</summary>
    [Fact]
    public async Task Parts_through_a_layer_that_yields_join_in_order()
    {
        var length = (await PartSizesAsync(Parts)).Sum(s => (long)s) + 77;
        await using var yielding = new ArtifactStore(new YieldingDriver(await Harness.OpenDriverAsync(Cancel)));
        for (var round = 0; round < (Full ? 20 : 3); round++)
        {
            await using (var stream = await yielding.OpenWriteAsync("f", WriteMode.Replace, cancellationToken: Cancel))
            {
                var buffer = new byte[1 << 20];
                for (long at = 0; at < length; at += buffer.Length)
                {
                    var piece = buffer.AsMemory(0, (int)Math.Min(buffer.Length, length - at));
                    Pattern.Fill(piece.Span, round, at);
                    await stream.WriteAsync(piece, Cancel);
                }
                await stream.CompleteAsync(Cancel);
            }
            await HoldsPatternAsync("f", length, round);
        }
    }

    [Fact]
    public async Task The_last_part_may_be_empty_or_full()
    {
        var driver = await OpenDriverAsync();
        foreach (var full in new[] { false, true })
        {
            long length;
            await using (var upload = await driver.BeginUploadAsync(new UploadRequest("f", WriteMode.Replace), Cancel))
            {
                var size = upload.GetPartSize(0);
                await upload.WritePartAsync(new UploadPart(0, 0, Pattern.Bytes(size, 1)), Cancel);
                var last = Pattern.Bytes(full ? upload.GetPartSize(1) : 0, 1, size);
                length = size + last.Length;
                Assert.Equal(length, (await upload.CompleteAsync(new UploadPart(1, size, last), Cancel)).Length);
            }
            await HoldsPatternAsync("f", length, seed: 1);
        }
    }

    [Fact]
    public async Task One_part_is_a_whole_file()
    {
        var driver = await OpenDriverAsync();
        foreach (var length in new[] { 0, 1, 1000 })
        {
            await using (var upload = await driver.BeginUploadAsync(new UploadRequest("f", WriteMode.Replace), Cancel))
                Assert.Equal(length, (await upload.CompleteAsync(new UploadPart(0, 0, Content(length)), Cancel)).Length);
            Assert.Equal(Content(length), await GetAsync("f"));
        }
    }

    [Fact]
    public async Task The_memory_of_a_part_is_the_callers_again()
    {
        var driver = await OpenDriverAsync();
        long length;
        await using (var upload = await driver.BeginUploadAsync(new UploadRequest("f", WriteMode.Replace), Cancel))
        {
            var buffer = new byte[Math.Max(upload.GetPartSize(0), upload.GetPartSize(1))];
            long offset = 0;
            for (var number = 0; number < 2; number++)
            {
                var part = buffer.AsMemory(0, upload.GetPartSize(number));
                Pattern.Fill(part.Span, 3, offset);
                await upload.WritePartAsync(new UploadPart(number, offset, part), Cancel);
                offset += part.Length;
                buffer.AsSpan().Fill(0xEE);
            }
            Pattern.Fill(buffer.AsSpan(0, 100), 3, offset);
            await upload.CompleteAsync(new UploadPart(2, offset, buffer.AsMemory(0, 100)), Cancel);
            buffer.AsSpan().Fill(0xEE);
            length = offset + 100;
        }
        await HoldsPatternAsync("f", length, seed: 3);
    }

    [Fact]
    public async Task Parts_of_any_size_join_where_that_is_declared()
    {
        var driver = await OpenDriverAsync();
        long offset = 0;
        await using (var upload = await driver.BeginUploadAsync(new UploadRequest("f", WriteMode.Replace), Cancel))
        {
            int[] sizes = upload.AcceptsAnyPartSize ? [1, 100_000, 7, 3 << 20, 64 << 10] : [upload.GetPartSize(0), upload.GetPartSize(1)];
            foreach (var (number, size) in sizes.Index())
            {
                await upload.WritePartAsync(new UploadPart(number, offset, Pattern.Bytes(size, 8, offset)), Cancel);
                offset += size;
            }
            await upload.CompleteAsync(new UploadPart(sizes.Length, offset, Pattern.Bytes(11, 8, offset)), Cancel);
            offset += 11;
        }
        await HoldsPatternAsync("f", offset, seed: 8);
    }

    [Fact]
    public async Task Part_sizes_are_positive_and_never_shrink()
    {
        await using var upload = await (await OpenDriverAsync()).BeginUploadAsync(new UploadRequest("f", WriteMode.Replace), Cancel);
        Assert.True(upload.MaxParallelParts >= 1);
        var before = 1;
        foreach (var number in new[] { 0, 1, 2, 10, 100, 1000, 5000, 9999 })
        {
            var size = upload.GetPartSize(number);
            Assert.True(size >= before, $"Part {number} has {size} bytes, but the previous part has {before}.");
            before = size;
        }
    }

    private async Task WriteAsync(Func<StoreUpload, int[]> order, int atOnce)
    {
        var driver = await OpenDriverAsync();
        long length;
        await using (var upload = await driver.BeginUploadAsync(new UploadRequest("f", WriteMode.Replace), Cancel))
        {
            var starts = new long[Parts + 1];
            for (var i = 0; i < Parts; i++)
                starts[i + 1] = starts[i] + upload.GetPartSize(i);
            await Parallel.ForEachAsync(
                order(upload),
                new ParallelOptions { MaxDegreeOfParallelism = Math.Min(atOnce, upload.MaxParallelParts), CancellationToken = Cancel },
                async (number, cancel) =>
                    await upload.WritePartAsync(new UploadPart(number, starts[number], Pattern.Bytes(upload.GetPartSize(number), 2, starts[number])), cancel));
            var last = Pattern.Bytes(321, 2, starts[Parts]);
            length = starts[Parts] + last.Length;
            Assert.Equal(length, (await upload.CompleteAsync(new UploadPart(Parts, starts[Parts], last), Cancel)).Length);
        }
        await HoldsPatternAsync("f", length, seed: 2);
        await HoldsOnlyAsync("f");
    }
}
