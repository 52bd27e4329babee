using System.Security.Cryptography;
using Xunit;

namespace Cairn.Conformance;

/// <summary>
/// Tests that objects much larger than memory are transferred with little memory: 64 MiB (1 GiB in a full run) with at most 64 MiB of additional managed
/// memory.
/// </summary>
/// <typeparam name="THarness">The harness of the provider.</typeparam>
public abstract class BigObjectTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    private const long Most = 64L << 20;

    /// <summary>Memory held by other tests is released during this time; memory held by the transfer is not.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    protected override bool RunsAlone => true;

    private static long Length => (Full ? 1024L << 20 : 64L << 20) + 12_345;

    [Fact]
    public async Task It_is_written_copied_across_and_read_in_bounded_memory()
    {
        using var written = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var read = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        var before = Live();
        await using (var stream = await Store.OpenWriteAsync("big", WriteMode.CreateNew, cancellationToken: Cancel))
        {
            for (long at = 0; at < Length; at += buffer.Length)
            {
                var part = buffer.AsMemory(0, (int)Math.Min(buffer.Length, Length - at));
                Pattern.Fill(part.Span, 11, at);
                written.AppendData(part.Span);
                await stream.WriteAsync(part, Cancel);
                await CheckAsync(at, "writing", stored: at + part.Length);
            }
            Assert.Equal(Length, (await stream.CompleteAsync(Cancel)).Length);
        }
        await using (var stream = await Store.OpenReadAsync("big", cancellationToken: Cancel))
        {
            Assert.Equal(Length, stream.Length);
            long at = 0;
            for (int count; (count = await stream.ReadAsync(buffer, Cancel)) > 0; at += count)
            {
                read.AppendData(buffer, 0, count);
                await CheckAsync(at, "reading", stored: Length);
            }
            Assert.Equal(Length, at);
        }
        Assert.Equal(written.GetHashAndReset(), read.GetHashAndReset());

        async Task CheckAsync(long at, string doing, long stored)
        {
            // A full collection takes time; sixteen samples are enough to detect memory that grows with the object.
            if ((at + buffer.Length) * 16 / Length == at * 16 / Length)
                return;
            var expected = before + (Harness.HoldsContentInProcess ? stored : 0);
            var start = TimeProvider.System.GetTimestamp();
            var grown = Live() - expected;
            while (grown > Most && TimeProvider.System.GetElapsedTime(start) < Patience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(250), Cancel);
                grown = Live() - expected;
            }
            Assert.True(grown <= Most, $"While {doing}, at byte {at}, managed memory in use has grown by {grown} bytes.");
        }
    }

    [Fact]
    public async Task A_range_at_its_far_end_costs_no_more()
    {
        await PutPatternAsync("big", Length, seed: 12);
        foreach (var offset in new[] { 0, (Length / 2) + 1, Length - 1000 })
        {
            var bytes = await GetAsync(Store, "big", new() { Range = new(offset, 1000) });
            Assert.Equal(1000, bytes.Length);
            Assert.Equal(-1, Pattern.FirstDifference(bytes, 12, offset));
        }
    }

    private static long Live() => GC.GetTotalMemory(forceFullCollection: true);
}
