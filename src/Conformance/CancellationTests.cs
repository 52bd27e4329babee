using Cairn.Providers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>Tests that every operation with a cancelled token throws OperationCanceledException and changes nothing.</summary>
/// <typeparam name="THarness">The harness of the provider.</typeparam>
public abstract class CancellationTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    private static readonly CancellationToken Cancelled = new(canceled: true);

    public static TheoryData<string> Verbs => [.. StoreVerbs.All.Keys];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task A_verb_with_a_cancelled_token_changes_nothing(string verb)
    {
        await StoreVerbs.PrepareAsync(Store, Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => StoreVerbs.All[verb](Store, Cancelled));
        await HoldsOnlyAsync(StoreVerbs.Names);
        foreach (var name in StoreVerbs.Names)
            Assert.Equal("1"u8.ToArray(), await GetAsync(name));
    }

    [Xunit.Fact]
    public void Every_verb_that_takes_a_token_is_among_them()
    {
        var methods = typeof(ArtifactStore).GetMethods()
            .Where(m => !m.IsStatic && m.GetParameters().Any(p => p.ParameterType == typeof(CancellationToken)))
            .Select(m => m.Name);
        Assert.Empty(methods.Except(StoreVerbs.All.Keys));
    }

    [Fact]
    public async Task A_read_with_a_cancelled_token_ends_and_the_stream_reads_on()
    {
        await PutAsync("f", Content(1000));
        await using var stream = await Store.OpenReadAsync("f", cancellationToken: Cancel);
        await stream.ReadExactlyAsync(new byte[10], Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await stream.ReadExactlyAsync(new byte[10], Cancelled));
        var rest = new byte[990];
        await stream.ReadExactlyAsync(rest, Cancel);
        Assert.Equal(Content(1000)[10..], rest);
    }

    [Fact]
    public async Task A_completion_with_a_cancelled_token_publishes_nothing()
    {
        await PutAsync("f", Content(5));
        await using (var stream = await Store.OpenWriteAsync("f", WriteMode.Replace, cancellationToken: Cancel))
        {
            await stream.WriteAsync(Content(1000, 2), Cancel);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.CompleteAsync(Cancelled));
        }
        Assert.Equal(Content(5), await GetAsync("f"));
        await HoldsOnlyAsync("f");
    }

    [Fact]
    public async Task The_driver_itself_heeds_its_token_and_wraps_nothing()
    {
        await StoreVerbs.PrepareAsync(Store, Cancel);
        var driver = await OpenDriverAsync();
        await using (var upload = await driver.BeginUploadAsync(new UploadRequest("f", WriteMode.Replace), Cancel))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                async () => await upload.WritePartAsync(new UploadPart(0, 0, Content(upload.GetPartSize(0))), Cancelled));
        }
        await using (var upload = await driver.BeginUploadAsync(new UploadRequest("f", WriteMode.Replace), Cancel))
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await upload.CompleteAsync(new UploadPart(0, 0, Content(1000)), Cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await driver.StatAsync("f", Cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await (await driver.OpenReadAsync(new ReadRequest("f"), Cancelled)).DisposeAsync());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await driver.DeleteAsync(new DeleteRequest([new DeleteTarget("f")]), Cancelled));
        if (Can.List)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await foreach (var page in driver.ListAsync(new ListRequest(StorePath.Root, Recursive: true), Cancelled))
                    GC.KeepAlive(page);
            });
        }
        if (Can.Copy)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await driver.CopyAsync(new CopyRequest("f", "new", WriteMode.CreateNew), Cancelled));
        await HoldsOnlyAsync(StoreVerbs.Names);
        Assert.Equal("1"u8.ToArray(), await GetAsync("f"));
    }

    [Fact]
    public async Task A_listing_that_is_cancelled_on_the_way_ends()
    {
        Needs(Can.List, "Listing is not declared; CapabilityTests asserts that it is refused.");
        await StoreVerbs.PrepareAsync(Store, Cancel);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var directory in Store.WalkAsync(cancellationToken: cancel.Token))
            {
                GC.KeepAlive(directory);
                await cancel.CancelAsync();
            }
        });
    }

    [Fact]
    public async Task Cancelled_writers_leave_the_old_version_or_the_new_one()
    {
        await PutPatternAsync("f", 3 << 20, seed: 1);
        for (var i = 0; i < (Full ? 100 : 15); i++)
        {
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            var (seed, length) = (2 + i, (3 << 20) + 2 + i);
            var write = Task.Run(async () =>
            {
                await using var stream = await Store.OpenWriteAsync("f", WriteMode.Replace, cancellationToken: cancel.Token);
                await stream.WriteAsync(Pattern.Bytes(length, seed), cancel.Token);
                await stream.CompleteAsync(cancel.Token);
            });
            for (var spin = 0; spin < i * 50 && !write.IsCompleted; spin++)
                await Task.Yield();
            await cancel.CancelAsync();
            Assert.True(await Record.ExceptionAsync(() => write) is null or OperationCanceledException);
            // Compares one read: a service may complete a request shortly after its client has abandoned it.
            var now = await GetAsync("f");
            Assert.Equal(-1, Pattern.FirstDifference(now, now.Length == 3 << 20 ? 1 : now.Length - (3 << 20), 0));
        }
        await HoldsOnlyAsync("f");
    }
}
