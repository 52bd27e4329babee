using Cairn.TestServers.Recording;

namespace Cairn.Providers.Azure.Tests;

/// <summary>A service that is away for a while is waited for by time, not by a count of attempts.</summary>
public sealed class OutageTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task More_failures_than_a_count_would_bear_are_outlasted()
    {
        var (options, left) = (new AzureOptions(), 12);
        (options.Retries, options.OutageTime > TimeSpan.FromSeconds(30)).ShouldBe((null, true));
        await using var server = RecordingServer.Start(_ => Interlocked.Decrement(ref left) >= 0
            ? new(503)
            : new(200) { Headers = [("ETag", "\"0x1\""), ("x-ms-request-id", "r1"), ("Content-Length", "3"), ("x-ms-blob-type", "BlockBlob")] });
        await using var store = await OpenAsync(server, ("retry-delay", "1ms"));
        (await store.StatAsync("f", Cancel)).Length.ShouldBe(3);
        server.Requests.Count.ShouldBe(13);
    }

    [Theory]
    [InlineData("outage-time", "0s", 4)]
    [InlineData("retries", "6", 7)]
    [InlineData("retries", "0", 1)]
    public async Task Time_and_count_bound_the_attempts(string option, string value, int requests)
    {
        await using var server = RecordingServer.Start(static _ => new(503));
        await using var store = await OpenAsync(server, ("retry-delay", "1ms"), (option, value));
        (await Should.ThrowAsync<ArtifactStoreException>(() => store.StatAsync("f", Cancel))).Code.ShouldBe(StoreErrorCode.Unavailable);
        server.Requests.Count.ShouldBe(requests);
    }

    private static async Task<ArtifactStore> OpenAsync(RecordingServer server, params (string Name, string Value)[] more)
    {
        var options = new Dictionary<string, string> { ["endpoint"] = $"{server.Endpoint}acme", ["account"] = "acme", ["anonymous"] = "yes" };
        foreach (var (name, value) in more)
            options[name] = value;
        return new(await AzureBackend.OpenAsync(ArtifactUri.Parse("az://data/root"), options));
    }
}
