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
}
