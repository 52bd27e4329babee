using Cairn.TestServers.Proxy;

namespace Cairn.Providers.Gcs.Tests;

public sealed class ReadTests : GcsTest
{
    [Theory]
    [InlineData("json")]
    [InlineData("xml")]
    public async Task A_broken_read_resumes_at_the_byte_where_it_broke(string api)
    {
        var store = await OpenAsync($"reads={api}");
        var content = Bytes(3_000_000);
        await PutAsync(store, "f", content);
        foreach (var fault in new[] { FaultKind.ResetInResponse, FaultKind.TruncateResponse, FaultKind.WrongLength, FaultKind.Status503 })
        {
            Proxy.Clear();
            Proxy.ResetCounters();
            Proxy.Add(new FaultRule(fault) { When = IsContent, Times = 3 });
            (await store.ReadBytesAsync("f", Cancel)).ShouldBe(content);
            Proxy.Counters.ByFault[fault].ShouldBe(3);
            // What had arrived is not asked for again; a reset loses what was still on its way.
            if (fault is FaultKind.TruncateResponse or FaultKind.WrongLength)
                Proxy.Counters.ResponseBytes.ShouldBeInRange(content.Length, content.Length + 1000);
        }
    }

    [Theory]
    [InlineData("json")]
    [InlineData("xml")]
    public async Task A_byte_that_changes_on_the_way_is_found(string api)
    {
        var store = await OpenAsync($"reads={api}");
        await PutAsync(store, "f", Bytes(1_000_000));
        Proxy.Add(new FaultRule(FaultKind.FlipResponse) { When = IsContent, Times = 1 });
        var error = await FailsAsync(StoreErrorCode.IntegrityFailure, () => store.ReadBytesAsync("f", Cancel));
        error.Message.ShouldContain("crc32c");
        (await store.ReadBytesAsync("f", Cancel)).ShouldBe(Bytes(1_000_000));
    }

    [Fact]
    public async Task A_stall_longer_than_the_timeout_is_a_break()
    {
        var store = await OpenAsync("timeout=1s");
        var content = Bytes(500_000);
        await PutAsync(await OpenAsync(), "f", content);
        Proxy.Add(new FaultRule(FaultKind.Stall) { When = (method, _) => method == "GET", Times = 1 });
        (await store.ReadBytesAsync("f", Cancel)).ShouldBe(content);
        Proxy.Counters.ByMethod["GET"].Requests.ShouldBeGreaterThan(1);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("xml")]
    public async Task Content_that_is_packed_comes_as_it_is_stored(string api)
    {
        using var packed = new MemoryStream();
        await using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionMode.Compress, leaveOpen: true))
            await gzip.WriteAsync("plain text, as transcoding would send it"u8.ToArray(), Cancel);
        using var http = new HttpClient { BaseAddress = Fake.Endpoint };
        using var answer = await http.PostAsync($"/upload/storage/v1/b/{Bucket}/o?uploadType=media&name=f&contentEncoding=gzip", new ByteArrayContent(packed.ToArray()), Cancel);
        answer.EnsureSuccessStatusCode();
        var store = await OpenAsync($"reads={api}");
        (await store.ReadBytesAsync("f", Cancel)).ShouldBe(packed.ToArray());
    }

    [Theory]
    [InlineData("json")]
    [InlineData("xml")]
    public async Task The_facts_come_with_the_content_and_with_every_range(string api)
    {
        var store = await OpenAsync($"reads={api}");
        var options = new OpenWriteOptions { ContentType = "text/x", Metadata = new Dictionary<string, string> { ["note"] = "säule" } };
        var made = await PutAsync(store, "f", Bytes(100_000), options: options);
        foreach (var range in new[] { ByteRange.All, new ByteRange(0, 10), new ByteRange(500) })
        {
            await using var read = await store.GetDriver().OpenReadAsync(new("f") { Range = range }, Cancel);
            (read.Info.Length, read.Info.ETag, read.Info.ContentType, read.Info.Metadata["note"]).ShouldBe((100_000, made.ETag, "text/x", "säule"));
        }
    }

    [Fact]
    public async Task A_file_that_is_replaced_between_the_two_requests_of_a_JSON_read_is_read_in_one_version()
    {
        var (store, other) = (await OpenAsync("reads=json"), await OpenAsync($"endpoint={Fake.Endpoint.AbsoluteUri}"));
        await PutAsync(store, "f", Bytes(1000));
        var isFirst = true;
        Proxy.Add(new FaultRule(FaultKind.Status503)
        {
            When = (_, target) =>
            {
                if (isFirst && target.Contains("alt=media", StringComparison.Ordinal))
                {
                    isFirst = false;
                    PutAsync(other, "f", Bytes(2000, 2)).GetAwaiter().GetResult();
                }
                return false;
            },
        });
        await using var read = await store.GetDriver().OpenReadAsync(new("f"), Cancel);
        read.Info.Length.ShouldBe(2000);
        var bytes = new byte[2000];
        await read.Content.ReadExactlyAsync(bytes, Cancel);
        bytes.ShouldBe(Bytes(2000, 2));
    }

    [Theory]
    [InlineData("json")]
    [InlineData("xml")]
    public async Task A_large_file_into_a_stream_is_asked_for_once_and_checked(string api)
    {
        var store = await OpenAsync($"reads={api}");
        var content = Bytes((20 << 20) + 5);
        await PutAsync(store, "f", content);
        Proxy.ResetCounters();
        using var target = new MemoryStream();
        await store.DownloadAsync("f", target, cancellationToken: Cancel);
        target.ToArray().AsSpan().SequenceEqual(content).ShouldBeTrue();
        // Three ranges, and a resource or two.
        Proxy.Counters.ResponseBytes.ShouldBeInRange(content.Length, content.Length + 2000);
        Proxy.Add(new FaultRule(FaultKind.FlipResponse) { When = IsContent, Times = 1 });
        await FailsAsync(StoreErrorCode.IntegrityFailure, () => store.DownloadAsync("f", Stream.Null, cancellationToken: Cancel));
    }

    [Theory]
    [InlineData("json")]
    [InlineData("xml")]
    public async Task A_read_is_of_one_generation(string api)
    {
        var store = await OpenAsync($"reads={api}");
        var driver = store.GetDriver();
        var first = await PutAsync(store, "f", Bytes(1000));
        await using (var read = await driver.OpenReadAsync(new("f") { IfMatch = first.ETag }, Cancel))
            read.Info.ETag.ShouldBe(first.ETag);
        await PutAsync(store, "f", Bytes(1000, 2));
        (await Should.ThrowAsync<Exception>(async () => await driver.OpenReadAsync(new("f") { IfMatch = first.ETag }, Cancel)))
            .ShouldSatisfyAllConditions(e => driver.Classify(e).Code.ShouldBe(StoreErrorCode.PreconditionFailed));
        await store.RemoveAsync("f", Cancel);
        (await Should.ThrowAsync<Exception>(async () => await driver.OpenReadAsync(new("f") { IfMatch = first.ETag }, Cancel)))
            .ShouldSatisfyAllConditions(e => driver.Classify(e).Code.ShouldBe(StoreErrorCode.PreconditionFailed));
    }

    /// <summary>A download, rather than a question for the resource.</summary>
    private static bool IsContent(string method, string target) => method == "GET" && !target.Contains("fields=", StringComparison.Ordinal);
}
