using Cairn.TestServers.Gcs;
using Cairn.TestServers.Proxy;

namespace Cairn.Providers.Gcs.Tests;

/// <summary>Emulators and gateways that answer otherwise than the service does.</summary>
public sealed class OtherServerTests : GcsTest
{
    private protected override GcsFakeOptions FakeOptions() => new() { ComputeMd5 = false, OmitSizeZero = true, ErrorCodeAsText = true, BatchRefusal = 501 };

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(501)]
    public async Task Without_batches_files_are_deleted_one_by_one(int status)
    {
        await using var fake = await GcsFake.StartAsync(new() { ComputeMd5 = false, BatchRefusal = status }, cancellationToken: Cancel);
        await using var proxy = FaultProxy.Start(fake.Endpoint, new FaultProxyOptions { Record = true });
        fake.CreateBucket(Bucket);
        var store = await OpenAsync("composite=always", $"endpoint={proxy.Endpoint.AbsoluteUri}");
        await PutAsync(store, "tree/large", Bytes(1_000_000));
        fake.ObjectNames(Bucket).ShouldBe(["tree/large"], "The parts stayed.");
        await PutAsync(store, "tree/small", Bytes(10));
        (await store.RemoveTreeAsync("tree", Cancel)).ShouldBe(2);
        fake.ObjectNames(Bucket).ShouldBeEmpty();
        proxy.Requests.Count(r => r.Target == "/batch/storage/v1").ShouldBe(1, "It is tried once.");
        var results = await store.GetDriver().DeleteAsync(new([new("a"), new("b")]), Cancel);
        results.ShouldAllBe(r => r.Outcome == DeleteOutcome.Missing);
    }

    [Fact]
    public async Task One_that_cannot_be_deleted_by_itself_is_reported()
    {
        var store = await OpenAsync();
        foreach (var name in new[] { "a", "held" })
            await PutAsync(store, name, []);
        Fake.Refuse(403, when: (method, target) => method == "DELETE" && target.Contains("held", StringComparison.Ordinal));
        var results = await store.GetDriver().DeleteAsync(new([new("a"), new("held")]), Cancel);
        results.Select(r => r.Outcome).ShouldBe([DeleteOutcome.Deleted, DeleteOutcome.Failed]);
        Fake.ObjectNames(Bucket).ShouldBe(["held"]);
    }

    [Fact]
    public async Task A_resource_without_a_size_is_that_of_an_empty_object()
    {
        var store = await OpenAsync();
        (await PutAsync(store, "empty", [], WriteMode.CreateNew)).Length.ShouldBe(0);
        await store.MakeDirectoryAsync("dir", Cancel);
        (await store.StatAsync("empty", Cancel)).Length.ShouldBe(0);
        (await store.ReadBytesAsync("empty", Cancel)).ShouldBeEmpty();
        Fake.ObjectNames(Bucket).ShouldBe(["dir/", "empty"]);
    }

    [Fact]
    public async Task A_code_that_is_text_hides_nothing_of_an_error()
    {
        var store = await OpenAsync();
        await FailsAsync(StoreErrorCode.NotFound, () => store.StatAsync("f", Cancel));
        await PutAsync(store, "f", [], WriteMode.CreateNew);
        await FailsAsync(StoreErrorCode.AlreadyExists, () => PutAsync(store, "f", [], WriteMode.CreateNew));
        Fake.Refuse(429, times: 1, retryAfter: "3600");
        (await FailsAsync(StoreErrorCode.Throttled, () => store.StatAsync("f", Cancel))).RetryAfter.ShouldBe(TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task A_request_that_arrived_too_slowly_is_sent_again()
    {
        var store = await OpenAsync();
        Fake.Refuse(408, times: 2);
        await PutAsync(store, "f", Bytes(100));
        Fake.Refuse(408, times: 2);
        (await store.ReadBytesAsync("f", Cancel)).ShouldBe(Bytes(100));
        Fake.Refuse(408, times: 100);
        (await FailsAsync(StoreErrorCode.Unavailable, () => store.StatAsync("f", Cancel))).Message.ShouldContain("in time");
    }
}
