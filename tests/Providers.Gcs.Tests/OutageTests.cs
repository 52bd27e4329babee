using Cairn.Providers;
using Cairn.TestServers.Gcs;

namespace Cairn.Providers.Gcs.Tests;

/// <summary>A service that is away for a while is waited for by time, not by a count of attempts.</summary>
public sealed class OutageTests : GcsTest
{
    [Fact]
    public async Task More_failures_than_a_count_would_bear_are_outlasted()
    {
        var options = new GcsOptions();
        (options.Retries, options.OutageTime > TimeSpan.FromSeconds(30)).ShouldBe((null, true));
        var store = await OpenAsync("retries=");
        Fake.Refuse(503, times: 12);
        await PutAsync(store, "f", Bytes(10));
        Proxy.Requests.Count.ShouldBe(13);
    }

    [Theory]
    [InlineData("outage-time=0s", 4)]
    [InlineData("retries=6", 7)]
    [InlineData("retries=0", 1)]
    public async Task Time_and_count_bound_the_attempts(string option, int requests)
    {
        var store = await OpenAsync(option.StartsWith("retries", StringComparison.Ordinal) ? [option] : [option, "retries="]);
        Fake.Refuse(503, times: 100);
        await FailsAsync(StoreErrorCode.Unavailable, () => store.StatAsync("f", Cancel));
        Proxy.Requests.Count.ShouldBe(requests);
    }

    [Fact]
    public async Task A_service_that_has_never_answered_is_given_up_soon_and_one_that_has_is_waited_for()
    {
        var told = new System.Collections.Concurrent.ConcurrentQueue<RetryNotice>();
        var fake = await GcsFake.StartAsync();
        var bucket = fake.CreateBucket();
        var endpoint = fake.Endpoint.OriginalString.TrimEnd('/');
        await using var reached = await StoreAsync();
        await using var never = await StoreAsync();
        (await reached.TryStatAsync("f", Cancel)).ShouldBeNull();
        // From now on, nobody listens at that port.
        await fake.DisposeAsync();
        foreach (var (store, failures) in new[] { (reached, 6), (never, 3) })
        {
            told.Clear();
            await FailsAsync(StoreErrorCode.Unavailable, () => store.StatAsync("f", Cancel));
            told.Select(static n => n.Failed).ShouldBe(Enumerable.Range(1, failures));
            told.ShouldAllBe(n => n.Service == endpoint && n.Reason.Contains("could not be reached", StringComparison.Ordinal));
        }

        async Task<ArtifactStore> StoreAsync()
        {
            var options = new Dictionary<string, string> { ["endpoint"] = endpoint, ["anonymous"] = "yes", ["retry-delay"] = "1ms", ["retries"] = "6" };
            return new(await new GcsProvider().OpenAsync(new StoreContext { Root = StoreUri.Parse($"gs://{bucket}"), Options = options, Retrying = told.Enqueue }, Cancel));
        }
    }
}
