using System.Net;
using System.Net.Http.Headers;
using Cairn.TestServers.Proxy;
using Google.Cloud.Storage.V1;

namespace Cairn.GoogleClient.Tests;

public sealed class DownloadTests : ClientTest
{
    [Theory, Documented("json_api/v1/parameters", InShort = "Range: 206 with the part, to the end at most; a suffix; the whole object")]
    [InlineData(0, 0, "0")]
    [InlineData(3, 5, "345")]
    [InlineData(7, null, "789")]
    [InlineData(null, 3, "789")]
    [InlineData(8, 99, "89")]
    [InlineData(0, null, "0123456789")]
    public async Task Ranges(int? from, int? to, string expected)
    {
        await PutAsync("a", "0123456789");
        (await ReadAsync("a", new() { Range = new RangeHeaderValue(from, to) })).ShouldBe(System.Text.Encoding.ASCII.GetBytes(expected));
        Proxy.Requests[^1].Status.ShouldBe(206);
    }

    [Fact, Documented("json_api/v1/status-codes", InShort = "416 when the range begins at or behind the end")]
    public async Task A_range_behind_the_end()
    {
        await PutAsync("a", "0123456789");
        await FailsAsync(HttpStatusCode.RequestedRangeNotSatisfiable, () => ReadAsync("a", new() { Range = new RangeHeaderValue(10, null) }));
    }

    [Fact, Documented("hashes-etags", InShort = "x-goog-hash has the CRC-32C of the whole object: the client sees damage; a range has no checksum to compare")]
    public async Task Damage_is_seen()
    {
        byte[] data = Bytes(100_000);
        await PutAsync("a", data);
        Proxy.Add(new FaultRule(FaultKind.FlipResponse) { When = (_, target) => target.Contains("alt=media", StringComparison.Ordinal) });
        (await Should.ThrowAsync<IOException>(() => ReadAsync("a"))).Message.ShouldContain("hash");
        (await ReadAsync("a", new() { DownloadValidationMode = DownloadValidationMode.Never })).ShouldNotBe(data);
        Proxy.Clear();
        (await ReadAsync("a", new() { DownloadValidationMode = DownloadValidationMode.Always })).ShouldBe(data);
        (await ReadAsync("a", new() { DownloadValidationMode = DownloadValidationMode.Always, Range = new RangeHeaderValue(0, 99) })).ShouldBe(data[..100]);
    }

    [Fact, Documented("json_api/v1/objects/get", InShort = "alt=media answers with the generation and metadata headers of what is read; the client returns them with the name")]
    public async Task The_object_that_was_read()
    {
        var made = await PutAsync("a", "hello");
        var read = await Client.DownloadObjectAsync(Bucket, "a", Stream.Null, cancellationToken: Cancel);
        (read.Generation, read.Metageneration, read.ContentType, read.Crc32c).ShouldBe((made.Generation, 1L, "text/plain", made.Crc32c));
    }

    [Fact, Documented("json_api/v1/objects/get", InShort = "A large object comes whole, with its progress")]
    public async Task A_large_object()
    {
        byte[] data = Bytes(12 << 20);
        await PutAsync("a", data);
        (await ReadAsync("a", new() { ChunkSize = 256 << 10 })).AsSpan().SequenceEqual(data).ShouldBeTrue();
    }
}
