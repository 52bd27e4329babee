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
            Proxy.Add(new FaultRule(fault) { When = (method, _) => method == "GET", Times = 3 });
            (await store.ReadBytesAsync("f", Cancel)).ShouldBe(content);
            Proxy.Counters.ByFault[fault].ShouldBe(3);
            // What had arrived is not asked for again; a reset loses what was still on its way.
            if (fault is FaultKind.TruncateResponse or FaultKind.WrongLength)
                Proxy.Counters.ResponseBytes.ShouldBe(content.Length);
        }
    }

    [Theory]
    [InlineData("json")]
    [InlineData("xml")]
    public async Task A_byte_that_changes_on_the_way_is_found(string api)
    {
        var store = await OpenAsync($"reads={api}");
        await PutAsync(store, "f", Bytes(1_000_000));
        Proxy.Add(new FaultRule(FaultKind.FlipResponse) { When = (method, _) => method == "GET", Times = 1 });
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
    public async Task A_read_is_of_one_generation(string api)
    {
        var store = await OpenAsync($"reads={api}");
        var driver = store.GetDriver();
        var first = await PutAsync(store, "f", Bytes(1000));
        await using (var read = await driver.OpenReadAsync(new("f") { IfMatch = first.ETag }, Cancel))
            read.Info.ETag.ShouldBe(first.ETag);
        await PutAsync(store, "f", Bytes(1000, 2));
        (await Should.ThrowAsync<Exception>(async () => await driver.OpenReadAsync(new("f") { IfMatch = first.ETag }, Cancel))).ShouldSatisfyAllConditions(e => driver.Classify(e).Code.ShouldBe(StoreErrorCode.PreconditionFailed));
        await store.RemoveAsync("f", Cancel);
        (await Should.ThrowAsync<Exception>(async () => await driver.OpenReadAsync(new("f") { IfMatch = first.ETag }, Cancel))).ShouldSatisfyAllConditions(e => driver.Classify(e).Code.ShouldBe(StoreErrorCode.PreconditionFailed));
    }
}
