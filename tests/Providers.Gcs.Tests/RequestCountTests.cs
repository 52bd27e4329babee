using Cairn.TestServers.Proxy;

namespace Cairn.Providers.Gcs.Tests;

/// <summary>One call is one request, counted at the proxy: nothing is asked for beforehand.</summary>
public sealed class RequestCountTests : GcsTest
{
    [Fact]
    public async Task A_small_write_a_read_and_every_other_call_is_one_request()
    {
        var store = await OpenAsync("reads=xml");
        foreach (var mode in new[] { WriteMode.CreateNew, WriteMode.Replace })
            (await CountAsync(() => store.WriteBytesAsync("d/f", Bytes(4096), mode, cancellationToken: Cancel))).ShouldBe(1, $"{mode}");
        var info = await store.StatAsync("d/f", Cancel);
        (await CountAsync(() => store.WriteBytesAsync("d/f", Bytes(4096), WriteMode.Match(info.ETag!), cancellationToken: Cancel))).ShouldBe(1);
        (await CountAsync(() => PutAsync(store, "d/streamed", Bytes(4096)))).ShouldBe(1);
        (await CountAsync(() => PutAsync(store, "d/empty", []))).ShouldBe(1);
        (await CountAsync(() => store.ReadBytesAsync("d/f", Cancel))).ShouldBe(1);
        (await CountAsync(() => store.ReadBytesAsync("d/empty", Cancel))).ShouldBe(1);
        (await CountAsync(() => ReadAsync(store, "d/f", new(1000, 96)))).ShouldBe(1);
        (await CountAsync(() => store.StatAsync("d/f", Cancel))).ShouldBe(1);
        (await CountAsync(() => store.CopyAsync("d/f", "d/g", WriteMode.Replace, Cancel))).ShouldBe(1);
        (await CountAsync(() => store.RemoveAsync("d/g", Cancel))).ShouldBe(1);
    }

    [Fact]
    public async Task A_read_by_the_JSON_API_asks_for_the_resource_too_and_a_resumed_one_does_not_ask_again()
    {
        var store = await OpenAsync("reads=json");
        await PutAsync(store, "f", Bytes(1_000_000));
        await PutAsync(store, "empty", []);
        (await CountAsync(() => store.ReadBytesAsync("f", Cancel))).ShouldBe(2);
        (await CountAsync(() => store.ReadBytesAsync("empty", Cancel))).ShouldBe(1);
        Proxy.Add(new FaultRule(FaultKind.TruncateResponse) { When = (_, target) => target.Contains("alt=media", StringComparison.Ordinal), Times = 2 });
        (await CountAsync(() => store.ReadBytesAsync("f", Cancel))).ShouldBe(4);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, 2500)]
    [InlineData(false, 1500)]
    public async Task A_listing_is_one_request_for_each_page_of_a_thousand(bool recursive, int count)
    {
        var store = await OpenAsync();
        await Parallel.ForAsync(0, count, Cancel, async (i, token) => await store.WriteBytesAsync($"d/{i}", Bytes(1), WriteMode.CreateNew, cancellationToken: token));
        (await CountAsync(async () => (await store.ListAsync("d", new ListOptions { Recursive = recursive }, Cancel).CountAsync(Cancel)).ShouldBe(count))).ShouldBe((count + 999) / 1000);
    }

    [Fact]
    public async Task A_large_tree_is_listed_in_order_with_few_more_requests()
    {
        var store = await OpenAsync();
        var names = (from d in Enumerable.Range(0, 70) from f in Enumerable.Range(0, 100) select $"d/{d:d2}/{f:d2}").ToArray();
        await Parallel.ForEachAsync(names, Cancel, async (name, token) => await store.WriteBytesAsync(name, Bytes(1), WriteMode.CreateNew, cancellationToken: token));
        var requests = await CountAsync(async () => (await store.ListAsync("d", new ListOptions { Recursive = true }, Cancel).Select(static e => e.Path.Value).ToListAsync(Cancel)).ShouldBe(names));
        // Seven pages in one listing; the cuts after the fourth, and at most one more for each part.
        requests.ShouldBeInRange(8, 30);
    }

    private async Task<long> CountAsync(Func<Task> act)
    {
        Proxy.ResetCounters();
        await act();
        return Proxy.Counters.Requests;
    }

    private static async Task ReadAsync(ArtifactStore store, string path, ByteRange range)
    {
        await using var stream = await store.OpenReadAsync(path, new() { Range = range }, Cancel);
        (await stream.ReadAtLeastAsync(new byte[4096], 4096, throwOnEndOfStream: false, Cancel)).ShouldBe(96);
    }
}
