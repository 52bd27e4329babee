using Cairn.TestServers.Proxy;

namespace Cairn.Providers.Azure.Tests;

/// <summary>One call is one request, counted at the proxy: nothing is asked for beforehand.</summary>
public sealed class RequestCountTests : IAsyncLifetime
{
    private FaultProxy _proxy = null!;
    private ArtifactStore _store = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var server = await AzureBackend.ServerAsync();
        _proxy = FaultProxy.Start(new(server.BlobEndpoint.GetLeftPart(UriPartial.Authority)));
        _store = await AzureBackend.OpenStoreAsync(await AzureBackend.NewContainerAsync(), ("endpoint", server.At(_proxy.Endpoint).BlobEndpoint.OriginalString));
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
            await _store.DisposeAsync();
        if (_proxy is not null)
            await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task A_small_write_a_read_and_every_other_call_is_one_request()
    {
        foreach (var mode in new[] { WriteMode.CreateNew, WriteMode.Replace })
            (await CountAsync(() => _store.WriteBytesAsync("d/f", new byte[4096], mode, cancellationToken: Cancel))).ShouldBe(1, $"{mode}");
        var info = await _store.StatAsync("d/f", Cancel);
        (await CountAsync(() => _store.WriteBytesAsync("d/f", new byte[4096], WriteMode.Match(info.ETag!), cancellationToken: Cancel))).ShouldBe(1);
        (await CountAsync(() => StreamAsync("d/streamed", new byte[4096]))).ShouldBe(1);
        (await CountAsync(() => StreamAsync("d/empty", []))).ShouldBe(1);
        (await CountAsync(() => _store.ReadBytesAsync("d/f", Cancel))).ShouldBe(1);
        (await CountAsync(() => _store.ReadBytesAsync("d/empty", Cancel))).ShouldBe(1);
        (await CountAsync(() => ReadAsync("d/f", new(1000, 96)))).ShouldBe(1);
        (await CountAsync(() => _store.StatAsync("d/f", Cancel))).ShouldBe(1);
        (await CountAsync(() => _store.CopyAsync("d/f", "d/g", WriteMode.Replace, Cancel))).ShouldBe(2, "the source's facts, and the copy");
        (await CountAsync(() => _store.RemoveAsync("d/g", Cancel))).ShouldBe(1);
    }

    [Fact]
    public async Task A_listing_is_one_request_for_each_page_of_a_thousand()
    {
        const int Count = 1010;
        await Parallel.ForAsync(0, Count, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancel }, async (i, token) =>
            await _store.WriteBytesAsync($"d/{i}", new byte[1], WriteMode.CreateNew, cancellationToken: token));
        foreach (var (prefix, requests) in new[] { ("1", 1), ("", 2) })
        {
            foreach (var recursive in new[] { true, false })
            {
                (await CountAsync(async () => (await _store.ListAsync("d", new ListOptions { Recursive = recursive, NamePrefix = prefix }, Cancel).CountAsync(Cancel))
                    .ShouldBe(prefix == "" ? Count : 121)))
                    .ShouldBe(requests);
            }
        }
    }

    private async Task<long> CountAsync(Func<Task> act)
    {
        _proxy.ResetCounters();
        await act();
        return _proxy.Counters.Requests;
    }

    private async Task StreamAsync(string path, byte[] content)
    {
        await using var stream = await _store.OpenWriteAsync(path, WriteMode.Replace, cancellationToken: Cancel);
        await stream.WriteAsync(content, Cancel);
        await stream.CompleteAsync(Cancel);
    }

    private async Task ReadAsync(string path, ByteRange range)
    {
        await using var stream = await _store.OpenReadAsync(path, new() { Range = range }, Cancel);
        (await stream.ReadAtLeastAsync(new byte[4096], 4096, throwOnEndOfStream: false, Cancel)).ShouldBe(96);
    }
}
