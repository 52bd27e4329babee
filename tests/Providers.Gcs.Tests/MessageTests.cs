using Cairn.Layers;
using Cairn.TestServers.Gcs;
using Cairn.TestServers.Proxy;
using Cairn.TestServers.Recording;

namespace Cairn.Providers.Gcs.Tests;

public sealed class MessageTests : GcsTest
{
    [Theory]
    [InlineData("json")]
    [InlineData("xml")]
    public async Task A_missing_bucket_is_named_as_such(string api)
    {
        var values = new Dictionary<string, string> { ["endpoint"] = Fake.Endpoint.AbsoluteUri, ["anonymous"] = "true", ["reads"] = api };
        await using var store = await ArtifactStore.OpenAsync(new GcsProvider(), "gs://no-such-bucket", values, cancellationToken: Cancel);
        foreach (var act in new Func<Task>[] { () => store.ReadBytesAsync("f", Cancel), () => store.StatAsync("f", Cancel), () => PutAsync(store, "f", Bytes(10)) })
        {
            var error = await FailsAsync(StoreErrorCode.NotFound, act);
            error.Message.ShouldContain("the bucket does not exist");
            error.RequestId.ShouldNotBeNullOrEmpty();
        }
    }

    [Fact]
    public async Task A_host_that_is_another_is_named_as_such()
    {
        await using var server = await HeaderServer.StartAsync();
        var other = await OpenAsync($"endpoint={server.Endpoint}");
        foreach (var act in new Func<Task>[] { () => other.StatAsync("f", Cancel), () => other.ReadBytesAsync("f", Cancel), () => PutAsync(other, "f", Bytes(10)) })
            (await FailsAsync(StoreErrorCode.InvalidConfiguration, act)).Message.ShouldContain("not Cloud Storage");
        var nowhere = await OpenAsync("endpoint=http://storage.invalid", "retries=1");
        (await FailsAsync(StoreErrorCode.Unavailable, () => nowhere.StatAsync("f", Cancel))).Message.ShouldContain("cannot be resolved");
        var closed = await OpenAsync("endpoint=http://127.0.0.1:1", "retries=1");
        (await FailsAsync(StoreErrorCode.Unavailable, () => closed.StatAsync("f", Cancel))).Message.ShouldContain("could not be reached");
    }

    [Theory]
    [InlineData(429, StoreErrorCode.Throttled)]
    [InlineData(503, StoreErrorCode.Unavailable)]
    public async Task A_service_that_asks_to_wait_is_quoted(int status, StoreErrorCode code)
    {
        // Longer than a call is worth: told at once, not waited for.
        Fake.Refuse(status, times: 1, retryAfter: "3600");
        var error = await FailsAsync(code, async () => await (await OpenAsync()).StatAsync("f", Cancel));
        (error.RetryAfter, error.IsTransient).ShouldBe((TimeSpan.FromHours(1), true));
    }

    [Fact]
    public async Task A_wait_that_is_asked_for_is_kept()
    {
        var clock = new RecordingClock();
        var values = new Dictionary<string, string> { ["endpoint"] = Fake.Endpoint.AbsoluteUri, ["anonymous"] = "true", ["retry-delay"] = "1ms" };
        await using var store = await ArtifactStore.OpenAsync(new GcsProvider(), $"gs://{Bucket}", values, new() { TimeProvider = clock }, Cancel);
        Fake.Refuse(429, times: 1, retryAfter: "17");
        (await store.ExistsAsync("f", Cancel)).ShouldBeFalse();
        clock.Waits.ShouldContain(TimeSpan.FromSeconds(17));
    }

    [Fact]
    public async Task Secrets_are_nowhere_to_be_seen()
    {
        var account = new ServiceAccount();
        var texts = new List<string>();
        using var telltale = new Telltale();
        var tokens = Enumerable.Range(0, 3).Select(_ => Fake.IssueToken(GcsAccess.Full, TimeSpan.FromHours(1))).ToArray();
        foreach (var option in new[] { $"key={account.KeyJson(Fake.Endpoint)}", "access-token=canary-token", $"access-token={tokens[0]}" })
        {
            var opened = await OpenAsync(option, "retries=1", "composite=always");
            texts.AddRange([opened.ToString(), opened.GetDriver().ToString()!, opened.Root.ToString()]);
            // The store that was opened owns the driver.
            var store = new ArtifactStore(opened.GetDriver().WithTelemetry(new() { PathsOnSpans = true }, new() { LoggerFactory = telltale }), new ArtifactStoreOptions { LoggerFactory = telltale });
            Proxy.Clear();
            foreach (var act in new Func<Task>[] { () => PutAsync(store, "f", Bytes(600_000)), () => store.CopyAsync("f", "g", WriteMode.Replace, Cancel),
                () => store.ReadBytesAsync("f", Cancel), () => store.RemoveTreeAsync(StorePath.Root, Cancel) })
                texts.Add($"{await Record.ExceptionAsync(act)}");
            foreach (var fault in new[] { FaultKind.Status500, FaultKind.ResetBeforeBody, FaultKind.TruncateResponse, FaultKind.Status429 })
            {
                Proxy.Clear();
                Proxy.Add(new FaultRule(fault));
                foreach (var act in new Func<Task>[] { () => PutAsync(store, "f", Bytes(10)), () => store.StatAsync("f", Cancel), () => store.ReadBytesAsync("f", Cancel),
                    () => store.RemoveAsync("f", Cancel) })
                {
                    for (var e = (Exception?)await Record.ExceptionAsync(act); e is not null; e = e.InnerException)
                        texts.Add(e.ToString());
                }
            }
        }
        texts.Count.ShouldBeGreaterThan(10);
        texts.AddRange(telltale.Texts);
        string[] secrets = ["canary", account.Secret, "PRIVATE KEY", .. tokens];
        texts.Where(t => secrets.Any(s => t.Contains(s, StringComparison.Ordinal))).ShouldBeEmpty();
        foreach (var source in new[] { "event System.Net.Http", "span Cairn", "metric Cairn", "span System.Net.Http", "metric System.Net.Http", "log" })
            telltale.Sources.Keys.ShouldContain(source);
    }
}

/// <summary>Notes how long it is asked to wait, and does not.</summary>
internal sealed class RecordingClock : TimeProvider
{
    public System.Collections.Concurrent.ConcurrentQueue<TimeSpan> Waits { get; } = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Waits.Enqueue(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
