using Cairn.TestServers.Proxy;

namespace Cairn.Providers.Gcs.Tests;

public sealed class ResumableUploadTests : GcsTest
{
    private const int Part = 256 << 10;

    [Theory]
    [InlineData(FaultKind.ResetBeforeBody)]
    [InlineData(FaultKind.ResetAfterBody)]
    [InlineData(FaultKind.ResetBeforeResponse)]
    [InlineData(FaultKind.DropResponse)]
    [InlineData(FaultKind.ResetInResponse)]
    [InlineData(FaultKind.Status503)]
    [InlineData(FaultKind.Duplicate)]
    public async Task A_chunk_that_breaks_goes_on_where_the_service_is(FaultKind fault)
    {
        var store = await OpenAsync();
        for (var skip = 0; skip < 4; skip++)
        {
            Proxy.Clear();
            Proxy.ResetCounters();
            Proxy.Add(new FaultRule(fault) { When = (method, _) => method == "PUT", Skip = skip, Times = 2 });
            var content = Bytes((3 * Part) + 1000 + skip);
            var info = await PutAsync(store, $"f{skip}", content, WriteMode.CreateNew);
            info.Length.ShouldBe(content.Length);
            (await store.ReadBytesAsync($"f{skip}", Cancel)).ShouldBe(content);
        }
    }

    [Fact]
    public async Task An_abort_cancels_the_session()
    {
        var store = await OpenAsync();
        await using (var stream = await store.OpenWriteAsync("f", WriteMode.CreateNew, cancellationToken: Cancel))
        {
            await stream.WriteAsync(Bytes((2 * Part) + 1), Cancel);
            await WaitForAsync(() => Fake.OpenUploads == 1);
        }
        Fake.OpenUploads.ShouldBe(0);
        Fake.ObjectNames(Bucket).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_session_that_is_gone_is_said_to_be()
    {
        var store = await OpenAsync();
        await using var stream = await store.OpenWriteAsync("f", WriteMode.CreateNew, cancellationToken: Cancel);
        await stream.WriteAsync(Bytes((2 * Part) + 1), Cancel);
        await WaitForAsync(() => Fake.OpenUploads == 1);
        Fake.ExpireUploads();
        var error = await Should.ThrowAsync<StoreException>(() => stream.CompleteAsync(Cancel));
        error.RequestId.ShouldNotBeNullOrEmpty();
        Fake.ObjectNames(Bucket).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_byte_that_changes_on_the_way_publishes_nothing()
    {
        var store = await OpenAsync();
        Proxy.Add(new FaultRule(FaultKind.FlipRequest) { When = (method, _) => method == "PUT", Skip = 1, Times = 1 });
        await FailsAsync(StoreErrorCode.IntegrityFailure, () => PutAsync(store, "f", Bytes((3 * Part) + 5)));
        Fake.ObjectNames(Bucket).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_small_file_whose_bytes_change_on_the_way_is_sent_again()
    {
        var store = await OpenAsync();
        Proxy.Add(new FaultRule(FaultKind.FlipRequest) { When = (method, target) => target.Contains("uploadType=multipart", StringComparison.Ordinal), Times = 1 });
        // Large, so that the byte lies in the content rather than in the few bytes of metadata.
        await PutAsync(store, "f", Bytes(Part), WriteMode.CreateNew);
        (await store.ReadBytesAsync("f", Cancel)).ShouldBe(Bytes(Part));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(Part + 100)]
    public async Task A_conditional_write_whose_answer_is_lost_is_recognised(int length)
    {
        var store = await OpenAsync("retries=3");
        var first = await PutAsync(store, "old", Bytes(10));
        foreach (var (path, mode) in new[] { ("new", WriteMode.CreateNew), ("old", WriteMode.Match(first.ETag!)) })
        {
            Proxy.Clear();
            Proxy.Add(new FaultRule(FaultKind.DropResponse)
            {
                When = (method, target) => method is "PUT" or "POST"
                && !target.Contains("uploadType=resumable&name", StringComparison.Ordinal),
                Skip = length > Part ? 1 : 0,
                Times = 1
            });
            var info = await PutAsync(store, path, Bytes(length), mode);
            (await store.StatAsync(path, Cancel)).ETag.ShouldBe(info.ETag);
            Proxy.Counters.ByFault.ContainsKey(FaultKind.DropResponse).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task Another_writers_file_is_not_taken_for_ones_own()
    {
        var store = await OpenAsync();
        await PutAsync(store, "f", Bytes(100), WriteMode.CreateNew);
        Proxy.Add(new FaultRule(FaultKind.Status500) { When = (method, _) => method == "POST", Times = 1 });
        await FailsAsync(StoreErrorCode.AlreadyExists, () => PutAsync(store, "f", Bytes(100), WriteMode.CreateNew));
    }

    private static async Task WaitForAsync(Func<bool> holds)
    {
        while (!holds())
            await Task.Delay(5, Cancel);
    }
}
