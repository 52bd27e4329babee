using Cairn.Providers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>Tests that a write abandoned at any step before completion leaves the existing content unchanged, and leaves nothing else.</summary>
/// <typeparam name="THarness">The harness of the provider.</typeparam>
public abstract class AbandonedWriteTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    /// <summary>The step at which the write is abandoned.</summary>
    public enum Step
    {
        /// <summary>Before any byte is written.</summary>
        AfterBegin,

        /// <summary>After some bytes of the first part.</summary>
        InsideThePart,

        /// <summary>After the last byte of the first part.</summary>
        AtTheEndOfThePart,

        /// <summary>One byte after the first part, while the part is being written.</summary>
        BetweenParts,

        /// <summary>After several parts and part of another.</summary>
        AfterSeveralParts,
    }

    public static TheoryData<Step, bool> Steps
    {
        get
        {
            var data = new TheoryData<Step, bool>();
            foreach (var step in Enum.GetValues<Step>())
            {
                data.Add(step, false);
                data.Add(step, true);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public Task Disposal_leaves_what_was_there(Step step, bool overExisting) => LeavesAsync(step, overExisting, async stream => await stream.DisposeAsync());

    [Theory]
    [MemberData(nameof(Steps))]
    public Task Synchronous_disposal_leaves_what_was_there(Step step, bool overExisting) => LeavesAsync(step, overExisting, stream =>
    {
        stream.Dispose();
        return Task.CompletedTask;
    });

    [Theory]
    [MemberData(nameof(Steps))]
    public Task A_cancelled_completion_leaves_what_was_there(Step step, bool overExisting) => LeavesAsync(step, overExisting, async stream =>
    {
        await using (stream)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.CompleteAsync(new CancellationToken(canceled: true)));
    });

    [Theory]
    [MemberData(nameof(Steps))]
    public Task A_cancelled_piece_leaves_what_was_there(Step step, bool overExisting) => LeavesAsync(step, overExisting, async stream =>
    {
        await using (stream)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await stream.WriteAsync(new byte[100], new CancellationToken(canceled: true)));
    });

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task An_exception_passes_as_it_is_and_leaves_what_was_there(Step step, bool overExisting)
    {
        await LeavesAsync(step, overExisting, async stream =>
        {
            var thrown = await Assert.ThrowsAsync<FormatException>(async () =>
            {
                await using (stream)
                    throw new FormatException("the caller's own");
            });
            Assert.Equal("the caller's own", thrown.Message);
        });
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_driver_aborts_at_every_step(Step step, bool overExisting)
    {
        if (overExisting)
            await PutAsync("f", Content(777));
        var driver = await OpenDriverAsync();
        var upload = await driver.BeginUploadAsync(new UploadRequest("f", WriteMode.Replace), Cancel);
        var parts = step switch { Step.AfterBegin or Step.InsideThePart => 0, Step.AfterSeveralParts => 3, _ => 1 };
        long offset = 0;
        for (var i = 0; i < parts; i++)
        {
            var size = upload.GetPartSize(i);
            await upload.WritePartAsync(new UploadPart(i, offset, Content(size)), Cancel);
            offset += size;
        }
        await upload.DisposeAsync();
        await upload.DisposeAsync();
        await UnchangedAsync(overExisting);
    }

    [Fact]
    public async Task After_an_abandoned_write_the_path_is_free()
    {
        for (var i = 0; i < 3; i++)
        {
            await using var stream = await Store.OpenWriteAsync("d/f", WriteMode.CreateNew, cancellationToken: Cancel);
            await stream.WriteAsync(Content(1000), Cancel);
        }
        Assert.False(await Store.ExistsAsync("d/f", Cancel));
        await PutAsync("d/f", Content(10), WriteMode.CreateNew);
        Assert.Equal(Content(10), await GetAsync("d/f"));
        await HoldsOnlyAsync("d/f");
    }

    [Fact]
    public async Task An_abandoned_write_leaves_no_directory()
    {
        await using (var stream = await Store.OpenWriteAsync("new/deep/f", WriteMode.CreateNew, cancellationToken: Cancel))
            await stream.WriteAsync(Content(1000), Cancel);
        Assert.False(await Store.ExistsAsync("new", Cancel));
        Assert.Empty(await ListAsync());
        await HoldsOnlyAsync();
    }

    [Fact]
    public async Task An_abandoned_write_does_not_touch_others_of_the_same_file()
    {
        var abandoned = await Store.OpenWriteAsync("f", WriteMode.Replace, cancellationToken: Cancel);
        await abandoned.WriteAsync(Content(100_000, 1), Cancel);
        await using (var kept = await Store.OpenWriteAsync("f", WriteMode.Replace, cancellationToken: Cancel))
        {
            await kept.WriteAsync(Content(50_000, 2), Cancel);
            await abandoned.DisposeAsync();
            await kept.WriteAsync(Content(10, 3), Cancel);
            await kept.CompleteAsync(Cancel);
        }
        byte[] expected = [.. Content(50_000, 2), .. Content(10, 3)];
        Assert.Equal(expected, await GetAsync("f"));
        await HoldsOnlyAsync("f");
    }

    [Fact]
    public async Task A_store_that_is_disposed_under_an_open_write_publishes_nothing()
    {
        await PutAsync("old", Content(777));
        foreach (var path in new[] { "old", "new" })
        {
            var store = await OpenStoreAsync();
            await using var stream = await store.OpenWriteAsync(path, WriteMode.Replace, cancellationToken: Cancel);
            await stream.WriteAsync(Content(1000), Cancel);
            await store.DisposeAsync();
            await Assert.ThrowsAnyAsync<Exception>(() => stream.CompleteAsync(Cancel));
        }
        Assert.Equal(Content(777), await GetAsync("old"));
        Assert.False(await Store.ExistsAsync("new", Cancel));
    }

    [Fact]
    public async Task A_cancelled_stream_does_not_complete_a_hole()
    {
        var sizes = await PartSizesAsync(1);
        await using (var stream = await Store.OpenWriteAsync("f", WriteMode.CreateNew, cancellationToken: Cancel))
        {
            using var source = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            await stream.WriteAsync(Content(100), Cancel);
            var write = stream.WriteAsync(Content(sizes[0] * 2), source.Token);
            await source.CancelAsync();
            var cancelled = await Record.ExceptionAsync(async () => await write) is not null;
            if (cancelled)
            {
                await Assert.ThrowsAnyAsync<InvalidOperationException>(() => stream.CompleteAsync(Cancel));
                Assert.False(await Store.ExistsAsync("f", Cancel));
            }
            else
                Assert.Equal(100 + (2L * sizes[0]), (await stream.CompleteAsync(Cancel)).Length);
        }
    }

    private async Task LeavesAsync(Step step, bool overExisting, Func<StoreWriteStream, Task> letGo)
    {
        var sizes = await PartSizesAsync(3);
        if (overExisting)
            await PutAsync("f", Content(777));
        var length = step switch
        {
            Step.AfterBegin => 0,
            Step.InsideThePart => Math.Min(1000, sizes[0] - 1),
            Step.AtTheEndOfThePart => sizes[0],
            Step.BetweenParts => sizes[0] + 1L,
            _ => sizes.Sum(s => (long)s) + 500,
        };
        var stream = await Store.OpenWriteAsync("f", overExisting ? WriteMode.Replace : WriteMode.CreateNew, cancellationToken: Cancel);
        var chunk = new byte[64 << 10];
        for (long at = 0; at < length; at += chunk.Length)
            await stream.WriteAsync(chunk.AsMemory(0, (int)Math.Min(chunk.Length, length - at)), Cancel);
        await letGo(stream);
        await UnchangedAsync(overExisting);
    }

    private async Task UnchangedAsync(bool overExisting)
    {
        if (overExisting)
        {
            Assert.Equal(Content(777), await GetAsync("f"));
            await HoldsOnlyAsync("f");
            if (await Harness.RawReadAsync("f", Cancel) is { } raw)
                Assert.Equal(Content(777), raw);
        }
        else
        {
            Assert.False(await Store.ExistsAsync("f", Cancel));
            await HoldsOnlyAsync();
        }
    }
}
