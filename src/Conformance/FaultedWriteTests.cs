using Cairn.Providers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>
/// Tests that a write that fails because of its source or the store leaves the existing content unchanged, and that the caller receives the error.
/// </summary>
/// <typeparam name="THarness">The harness of the provider.</typeparam>
public abstract class FaultedWriteTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    /// <summary>Gets the positions at which the source fails, relative to the parts.</summary>
    public static TheoryData<int, int, bool> Breaks => new()
    {
        { 0, 0, false }, { 0, 0, true }, { 0, 1, true }, { 0, 5000, false }, { 1, -1, true }, { 1, 0, false }, { 1, 0, true }, { 1, 1, true }, { 2, 0, true }, { 2, 77, true },
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Short_reads_of_the_source_make_no_difference(int seed)
    {
        var length = (await PartSizesAsync(2)).Sum(s => (long)s) + 4321;
        await using (var stream = await Store.OpenWriteAsync("f", WriteMode.CreateNew, cancellationToken: Cancel))
        {
            await new BadStream(length, seed).CopyToAsync(stream, Cancel);
            Assert.Equal(length, (await stream.CompleteAsync(Cancel)).Length);
        }
        await HoldsPatternAsync("f", length, seed);
    }

    [Theory]
    [MemberData(nameof(Breaks))]
    public async Task A_source_that_throws_leaves_what_was_there(int parts, int more, bool overExisting)
    {
        var at = (await PartSizesAsync(parts)).Sum(s => (long)s) + more;
        await SourceFailsAsync<InvalidDataException>(new BadStream(long.MaxValue, 1, at), overExisting);
    }

    [Theory]
    [MemberData(nameof(Breaks))]
    public async Task A_source_that_is_cancelled_leaves_what_was_there(int parts, int more, bool overExisting)
    {
        var at = (await PartSizesAsync(parts)).Sum(s => (long)s) + more;
        await SourceFailsAsync<OperationCanceledException>(new BadStream(long.MaxValue, 1, at, static () => new OperationCanceledException()), overExisting);
    }

    [Theory]
    [MemberData(nameof(Breaks))]
    public async Task A_copy_that_is_cancelled_on_the_way_leaves_what_was_there(int parts, int more, bool overExisting)
    {
        var at = (await PartSizesAsync(parts)).Sum(s => (long)s) + more;
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        if (overExisting)
            await PutAsync("f", Content(777));
        var source = new BadStream(long.MaxValue, 1, at, () =>
        {
            cancel.Cancel();
            return new OperationCanceledException(cancel.Token);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await using var stream = await Store.OpenWriteAsync("f", WriteMode.Replace, cancellationToken: cancel.Token);
            await source.CopyToAsync(stream, cancel.Token);
            await stream.CompleteAsync(cancel.Token);
        });
        await UnchangedAsync(overExisting);
    }

    [Theory]
    [InlineData("Begin")]
    [InlineData("FirstPartBefore")]
    [InlineData("FirstPartAfter")]
    [InlineData("SecondPartAfter")]
    [InlineData("CompletionBefore")]
    public async Task A_store_that_breaks_on_the_way_leaves_what_was_there(string step)
    {
        var sizes = await PartSizesAsync(3);
        foreach (var overExisting in new[] { false, true })
        {
            if (overExisting)
                await PutAsync("f", Content(777));
            await using var faulty = new ArtifactStore(new FaultyDriver(await Harness.OpenDriverAsync(Cancel), Enum.Parse<FaultyDriver.Step>(step)));
            var error = await Assert.ThrowsAnyAsync<StoreException>(async () =>
            {
                await using var stream = await faulty.OpenWriteAsync("f", WriteMode.Replace, cancellationToken: Cancel);
                foreach (var size in sizes)
                    await stream.WriteAsync(Content(size), Cancel);
                await stream.CompleteAsync(Cancel);
            });
            Assert.IsType<FaultyDriver.Break>(error.InnerException);
            await UnchangedAsync(overExisting);
        }
    }

    [Fact]
    public async Task A_part_that_broke_is_told_again_and_never_completed_over()
    {
        var sizes = await PartSizesAsync(2);
        await using var faulty = new ArtifactStore(new FaultyDriver(await Harness.OpenDriverAsync(Cancel), FaultyDriver.Step.FirstPartBefore));
        await using (var stream = await faulty.OpenWriteAsync("f", WriteMode.CreateNew, cancellationToken: Cancel))
        {
            await Assert.ThrowsAnyAsync<StoreException>(async () =>
            {
                foreach (var size in sizes)
                    await stream.WriteAsync(Content(size), Cancel);
                await stream.CompleteAsync(Cancel);
            });
            await Assert.ThrowsAnyAsync<Exception>(() => stream.CompleteAsync(Cancel));
        }
        await UnchangedAsync(false);
    }

    [Fact]
    public async Task A_lost_answer_publishes_the_whole_file_or_nothing()
    {
        await using (var faulty = new ArtifactStore(new FaultyDriver(await Harness.OpenDriverAsync(Cancel), FaultyDriver.Step.CompletionAfter)))
        {
            await Assert.ThrowsAnyAsync<StoreException>(async () =>
            {
                await using var stream = await faulty.OpenWriteAsync("f", WriteMode.CreateNew, cancellationToken: Cancel);
                await stream.WriteAsync(Content(1000), Cancel);
                await stream.CompleteAsync(Cancel);
            });
        }
        Assert.Equal(Content(1000), await GetAsync("f"));
        await HoldsOnlyAsync("f");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Completing_again_after_a_lost_answer_recognises_ones_own_success(bool severalParts)
    {
        var driver = await OpenDriverAsync();
        var first = await PutAsync("old", Content(10));
        foreach (var (path, mode) in new[] { ("new", WriteMode.CreateNew), ("old", WriteMode.Match(first.ETag!)), ("old", WriteMode.Replace) })
        {
            if ((Can.WriteModes & mode.Kind) == 0)
                continue;
            await using var upload = await driver.BeginUploadAsync(new UploadRequest(path, mode), Cancel);
            var size = severalParts ? upload.GetPartSize(0) : 0;
            if (severalParts)
                await upload.WritePartAsync(new UploadPart(0, 0, Content(size)), Cancel);
            var last = new UploadPart(severalParts ? 1 : 0, size, Content(500));
            var info = await upload.CompleteAsync(last, Cancel);
            var again = await upload.CompleteAsync(last, Cancel);
            Assert.Equal((info.ETag, info.Length), (again.ETag, again.Length));
            Assert.Equal(info.ETag, (await Store.StatAsync(path, Cancel)).ETag);
            Assert.Equal(Content(size).Concat(Content(500)), await GetAsync(path));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Completing_again_never_writes_over_what_came_after(bool severalParts)
    {
        Needs(Can.WriteModes.HasFlag(WriteModes.Replace), "Replace is not declared; CapabilityTests asserts that it is refused.");
        var driver = await OpenDriverAsync();
        foreach (var mode in new[] { WriteMode.CreateNew, WriteMode.Replace })
        {
            if ((Can.WriteModes & mode.Kind) == 0)
                continue;
            StorePath path = $"f-{mode.Kind}";
            await using var upload = await driver.BeginUploadAsync(new UploadRequest(path, mode), Cancel);
            var size = severalParts ? upload.GetPartSize(0) : 0;
            if (severalParts)
                await upload.WritePartAsync(new UploadPart(0, 0, Content(size)), Cancel);
            var last = new UploadPart(severalParts ? 1 : 0, size, Content(500));
            await upload.CompleteAsync(last, Cancel);
            await PutAsync(path, Content(77, seed: 9));

            // It may report success, or that other content exists now: both are correct.
            await Record.ExceptionAsync(async () => await upload.CompleteAsync(last, Cancel));

            Assert.Equal(Content(77, seed: 9), await GetAsync(path));
        }
    }

    [Fact]
    public async Task A_part_is_written_again_after_a_failure()
    {
        var driver = await OpenDriverAsync();
        await using (var upload = await driver.BeginUploadAsync(new UploadRequest("f", WriteMode.CreateNew), Cancel))
        {
            var size = upload.GetPartSize(0);
            await upload.WritePartAsync(new UploadPart(0, 0, Pattern.Bytes(size, 7)), Cancel);
            await upload.WritePartAsync(new UploadPart(0, 0, Pattern.Bytes(size, 7)), Cancel);
            await upload.CompleteAsync(new UploadPart(1, size, Pattern.Bytes(100, 7, size)), Cancel);
            await upload.DisposeAsync();
            await HoldsPatternAsync("f", size + 100, seed: 7);
        }
        await HoldsOnlyAsync("f");
    }

    [Fact]
    public async Task After_a_failed_write_the_store_works_on()
    {
        for (var i = 0; i < 3; i++)
            await SourceFailsAsync<InvalidDataException>(new BadStream(long.MaxValue, i, 100_000), overExisting: false);
        await PutAsync("f", Content(10), WriteMode.CreateNew);
        Assert.Equal(Content(10), await GetAsync("f"));
    }

    private async Task SourceFailsAsync<TException>(BadStream source, bool overExisting)
        where TException : Exception
    {
        if (overExisting)
            await PutAsync("f", Content(777));
        await Assert.ThrowsAnyAsync<TException>(async () =>
        {
            await using var stream = await Store.OpenWriteAsync("f", WriteMode.Replace, cancellationToken: Cancel);
            await source.CopyToAsync(stream, Cancel);
            await stream.CompleteAsync(Cancel);
        });
        await UnchangedAsync(overExisting);
    }

    private async Task UnchangedAsync(bool overExisting)
    {
        if (overExisting)
        {
            Assert.Equal(Content(777), await GetAsync("f"));
            await HoldsOnlyAsync("f");
        }
        else
        {
            Assert.False(await Store.ExistsAsync("f", Cancel));
            await HoldsOnlyAsync();
        }
    }
}
