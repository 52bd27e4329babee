using Cairn.Providers;
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
        (await Should.ThrowAsync<StoreException>(() => store.StatAsync("f", Cancel))).Code.ShouldBe(StoreErrorCode.Unavailable);
        server.Requests.Count.ShouldBe(requests);
    }

    [Fact]
    public async Task A_service_that_has_never_answered_is_given_up_soon_and_one_that_has_is_waited_for()
    {
        var told = new System.Collections.Concurrent.ConcurrentQueue<RetryNotice>();
        var server = RecordingServer.Start(static _ => new(200) { Headers = [("ETag", "\"0x1\""), ("x-ms-request-id", "r1"), ("Content-Length", "3"), ("x-ms-blob-type", "BlockBlob")] });
        await using var reached = Open();
        await using var never = Open();
        (await reached.StatAsync("f", Cancel)).Length.ShouldBe(3);
        // From now on, nobody listens at that port.
        await server.DisposeAsync();
        foreach (var (store, failures) in new[] { (reached, 6), (never, 3) })
        {
            told.Clear();
            (await Should.ThrowAsync<StoreException>(() => store.StatAsync("f", Cancel))).Code.ShouldBe(StoreErrorCode.Unavailable);
            told.Select(static n => n.Failed).ShouldBe(Enumerable.Range(1, failures));
            told.ShouldAllBe(n => n.Service == $"{server.Endpoint}acme" && n.Reason.Contains("could not be reached", StringComparison.Ordinal));
        }

        ArtifactStore Open()
        {
            var options = new Dictionary<string, string> { ["endpoint"] = $"{server.Endpoint}acme", ["account"] = "acme", ["anonymous"] = "yes", ["retry-delay"] = "1ms", ["retries"] = "6" };
            var context = new StoreContext { Root = StoreUri.Parse("az://data/root"), Options = options, Retrying = told.Enqueue };
            return new(new AzureProvider().OpenAsync(context, Cancel).AsTask().GetAwaiter().GetResult());
        }
    }

    private static async Task<ArtifactStore> OpenAsync(RecordingServer server, params (string Name, string Value)[] more)
    {
        var options = new Dictionary<string, string> { ["endpoint"] = $"{server.Endpoint}acme", ["account"] = "acme", ["anonymous"] = "yes" };
        foreach (var (name, value) in more)
            options[name] = value;
        return new(await AzureBackend.OpenAsync(StoreUri.Parse("az://data/root"), options));
    }
}
