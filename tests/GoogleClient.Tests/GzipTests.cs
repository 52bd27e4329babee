using System.IO.Compression;
using System.Text;
using Google.Apis.Services;
using Google.Apis.Storage.v1;
using Google.Cloud.Storage.V1;
using GoogleObject = Google.Apis.Storage.v1.Data.Object;

namespace Cairn.GoogleClient.Tests;

public sealed class GzipTests : ClientTest
{
    [Fact, Documented("json_api/v1/how-tos/performance", InShort = "The client packs each resource that it sends, unless GZipEnabled is off; the service takes both")]
    public async Task Resources_are_packed()
    {
        using var plain = new StorageClientImpl(new StorageService(new BaseClientService.Initializer { BaseUri = Api, GZipEnabled = false }), null);
        var metadata = new Dictionary<string, string> { ["long"] = new('x', 5000) };
        long[] sent = new long[2];
        foreach (var (client, i) in new[] { (Client, 0), (plain, 1) })
        {
            await client.UploadObjectAsync(new GoogleObject { Bucket = Bucket, Name = $"{i}", Metadata = metadata }, new MemoryStream([1]), cancellationToken: Cancel);
            (await client.GetObjectAsync(Bucket, $"{i}", cancellationToken: Cancel)).Metadata.ShouldBe(metadata);
            sent[i] = Proxy.Counters.RequestBytes;
            Proxy.ResetCounters();
        }
        sent[0].ShouldBeLessThan(1000);
        sent[1].ShouldBeGreaterThan(5000);
    }

    [Fact, Documented("developers.google.com/authorized-buyers/apis/guides/performance", InShort = "The client asks for packed answers by Accept-Encoding and its user agent, and unpacks them")]
    public async Task Answers_are_packed()
    {
        for (int i = 0; i < 20; i++) await PutAsync($"{i:d2}");
        using var plain = new StorageClientImpl(new StorageService(new BaseClientService.Initializer { BaseUri = Api, GZipEnabled = false }), null);
        long[] received = new long[2];
        foreach (var (client, i) in new[] { (Client, 0), (plain, 1) })
        {
            Proxy.ResetCounters();
            (await client.ListObjectsAsync(Bucket).CountAsync(Cancel)).ShouldBe(20);
            received[i] = Proxy.Counters.ResponseBytes;
        }
        received[0].ShouldBeLessThan(received[1] / 3);
    }

    [Theory, Documented("transcoding", "If the request for the object includes an Accept-Encoding: gzip header, the object is served as-is in that specific request, along with a Content-Encoding: gzip response header.", InShort = "the client compares the checksum of what is stored")]
    [InlineData(null)]
    [InlineData("no-transform")]
    public async Task Packed_content(string? cacheControl)
    {
        byte[] packed = Pack("hello hello hello");
        await Client.UploadObjectAsync(new GoogleObject { Bucket = Bucket, Name = "z", ContentType = "text/plain", ContentEncoding = "gzip", CacheControl = cacheControl },
            new MemoryStream(packed), cancellationToken: Cancel);
        var found = await Client.GetObjectAsync(Bucket, "z", cancellationToken: Cancel);
        (found.ContentEncoding, found.Size).ShouldBe(("gzip", (ulong)packed.Length));
        (await ReadAsync("z", new() { DownloadValidationMode = DownloadValidationMode.Always })).ShouldBe(Encoding.ASCII.GetBytes("hello hello hello"));
    }

    [Fact, Documented("transcoding", "When an object meets these two criteria, it undergoes decompressive transcoding when served",
        InShort = "A client that does not accept gzip gets the content unpacked by the service, which it cannot verify")]
    public async Task Transcoding()
    {
        using var plain = new StorageClientImpl(new StorageService(new BaseClientService.Initializer { BaseUri = Api, GZipEnabled = false }), null);
        await Client.UploadObjectAsync(new GoogleObject { Bucket = Bucket, Name = "z", ContentEncoding = "gzip" }, new MemoryStream(Pack("hello hello hello")), cancellationToken: Cancel);
        var content = new MemoryStream();
        await plain.DownloadObjectAsync(Bucket, "z", content, new() { DownloadValidationMode = DownloadValidationMode.Never }, Cancel);
        Encoding.ASCII.GetString(content.ToArray()).ShouldBe("hello hello hello");
    }

    private static byte[] Pack(string text)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal)) gzip.Write(Encoding.ASCII.GetBytes(text));
        return packed.ToArray();
    }
}
