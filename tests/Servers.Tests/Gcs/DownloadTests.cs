using System.IO.Compression;
using System.Text;

namespace Cairn.TestServers.Tests.Gcs;

public sealed class DownloadTests : GcsTest
{
    [Fact, Documented("json_api/v1/objects/get", InShort = "alt=media gives the data, else the resource; both paths /storage and /download serve it")]
    public async Task Media_and_resource()
    {
        await PutAsync("a b/ü?#%41+", "hello");
        var media = await GetAsync(Path("a b/ü?#%41+") + "?alt=media");
        (media.Status, media.Text, media.Headers["Content-Type"], media.Headers["Content-Length"]).ShouldBe((200, "hello", "text/plain", "5"));
        (await GetAsync("/download" + Path("a b/ü?#%41+") + "?alt=media")).Text.ShouldBe("hello");
        ((string)(await GetAsync(Path("a b/ü?#%41+"))).Json["name"]!).ShouldBe("a b/ü?#%41+");
    }

    [Fact, Documented("xml-api/reference-headers", InShort = "x-goog-hash, x-goog-generation, x-goog-metageneration, x-goog-stored-content-length, x-goog-stored-content-encoding and ETag come with the data")]
    public async Task The_headers_tell_the_object()
    {
        var resource = await PutAsync("a", "hello");
        var media = await GetAsync(Path("a") + "?alt=media");
        media.Headers["x-goog-hash"].ShouldBe($"crc32c={resource["crc32c"]},md5={resource["md5Hash"]}");
        media.Headers["x-goog-generation"].ShouldBe((string)resource["generation"]!);
        media.Headers["x-goog-metageneration"].ShouldBe("1");
        media.Headers["x-goog-stored-content-length"].ShouldBe("5");
        media.Headers["x-goog-stored-content-encoding"].ShouldBe("identity");
        media.Headers["ETag"].ShouldBe((string)resource["etag"]!);
    }

    [Fact, Documented("xml-api/reference-headers", InShort = "x-goog-meta- headers belong to the XML API; the JSON API has metadata in the resource alone")]
    public async Task Metadata_is_not_in_the_headers()
    {
        await MultipartAsync("""{"name":"m","metadata":{"note":"kept"}}""", "hello"u8.ToArray());
        foreach (string path in new[] { Path("m"), "/download" + Path("m") })
            (await GetAsync(path + "?alt=media")).Headers.Keys.ShouldNotContain(key => key.StartsWith("x-goog-meta-", StringComparison.OrdinalIgnoreCase), path);
        (await GetAsync($"/{Bucket}/m")).Headers["x-goog-meta-note"].ShouldBe("kept");
    }

    [Theory, Documented("xml-api/reference-headers", InShort = "Range: 206 with Content-Range for a part, to the end at most; several ranges at once are not served as such")]
    [InlineData("bytes=0-0", 206, "0", "bytes 0-0/10")]
    [InlineData("bytes=3-5", 206, "345", "bytes 3-5/10")]
    [InlineData("bytes=7-", 206, "789", "bytes 7-9/10")]
    [InlineData("bytes=-3", 206, "789", "bytes 7-9/10")]
    [InlineData("bytes=-30", 206, "0123456789", "bytes 0-9/10")]
    [InlineData("bytes=8-99", 206, "89", "bytes 8-9/10")]
    [InlineData("bytes=0-1,3-4", 200, "0123456789", null)]
    [InlineData("bytes=5-3", 200, "0123456789", null)]
    [InlineData("lines=1-2", 200, "0123456789", null)]
    public async Task Ranges(string range, int status, string text, string? contentRange)
    {
        await PutAsync("a", "0123456789");
        var reply = await GetAsync(Path("a") + "?alt=media", ("Range", range));
        (reply.Status, reply.Text).ShouldBe((status, text));
        reply.Headers.GetValueOrDefault("Content-Range").ShouldBe(contentRange);
    }

    [Fact, Documented("hashes-etags", InShort = "A checksum is that of the whole object: x-goog-hash comes with all of it, not with a range (observed; googleapis/google-resumable-media-python#362)")]
    public async Task A_range_carries_no_checksum()
    {
        await PutAsync("a", "0123456789");
        foreach (string range in new[] { "bytes=0-0", "bytes=0-", "bytes=-10" }) (await GetAsync(Path("a") + "?alt=media", ("Range", range))).Headers.ContainsKey("x-goog-hash").ShouldBeFalse(range);
        (await GetAsync(Path("a") + "?alt=media", ("Range", "bytes=0-1,3-4"))).Headers.ContainsKey("x-goog-hash").ShouldBeTrue();
    }

    [Fact, Documented("json_api/v1/status-codes", InShort = "416 requestedRangeNotSatisfiable when the range starts at or behind the end")]
    public async Task A_range_behind_the_end()
    {
        await PutAsync("a", "0123456789");
        await PutAsync("empty", "");
        var reply = await GetAsync(Path("a") + "?alt=media", ("Range", "bytes=10-"));
        (reply.Status, reply.Headers["Content-Range"]).ShouldBe((416, "bytes */10"));
        (await GetAsync(Path("empty") + "?alt=media", ("Range", "bytes=0-"))).Status.ShouldBe(416);
        (await GetAsync(Path("empty") + "?alt=media")).Status.ShouldBe(200);
    }

    [Fact, Documented("json_api/v1/objects/get", InShort = "A failed download answers in plain text, not in JSON")]
    public async Task A_missing_object()
    {
        var resource = await GetAsync(Path("nothing"));
        (resource.Status, resource.Reason).ShouldBe((404, "notFound"));
        var media = await GetAsync(Path("nothing") + "?alt=media");
        (media.Status, media.Text).ShouldBe((404, $"No such object: {Bucket}/nothing"));
    }

    [Fact, Documented("transcoding", "When an object meets these two criteria, it undergoes decompressive transcoding when served, and the response containing the object does not contain a Content-Encoding or Content-Length header.")]
    [Documented("transcoding", "If the request for the object includes an Accept-Encoding: gzip header, the object is served as-is in that specific request, along with a Content-Encoding: gzip response header.")]
    public async Task Gzip_is_transcoded_unless_accepted()
    {
        byte[] packed = await GzipAsync("hello hello hello");
        (await MultipartAsync("""{"name":"z","contentEncoding":"gzip"}""", packed)).Status.ShouldBe(200);
        var plain = await GetAsync(Path("z") + "?alt=media");
        plain.Text.ShouldBe("hello hello hello");
        plain.Headers.ContainsKey("Content-Encoding").ShouldBeFalse();
        plain.Headers.ContainsKey("Content-Length").ShouldBeFalse();
        plain.Headers["x-goog-stored-content-encoding"].ShouldBe("gzip");
        plain.Headers["x-goog-stored-content-length"].ShouldBe(packed.Length.ToString());
        var asIs = await GetAsync(Path("z") + "?alt=media", ("Accept-Encoding", "gzip"));
        asIs.Body.ShouldBe(packed);
        asIs.Headers["Content-Encoding"].ShouldBe("gzip");
        asIs.Headers["Content-Length"].ShouldBe(packed.Length.ToString());
    }

    [Fact, Documented("transcoding", InShort = "A range of an object that is transcoded is ignored: the whole object goes out; served as-is it is a range of the stored bytes")]
    public async Task A_range_of_a_transcoded_object()
    {
        byte[] packed = await GzipAsync("hello hello hello");
        await MultipartAsync("""{"name":"z","contentEncoding":"gzip"}""", packed);
        var whole = await GetAsync(Path("z") + "?alt=media", ("Range", "bytes=0-1"));
        (whole.Status, whole.Text).ShouldBe((200, "hello hello hello"));
        var part = await GetAsync(Path("z") + "?alt=media", ("Range", "bytes=0-1"), ("Accept-Encoding", "gzip"));
        part.Status.ShouldBe(206);
        part.Body.ShouldBe(packed[..2]);
    }

    [Fact, Documented("transcoding", InShort = "Cache-Control: no-transform in the object's metadata serves it as-is to everyone")]
    public async Task No_transform_is_obeyed()
    {
        byte[] packed = await GzipAsync("hello");
        await MultipartAsync("""{"name":"z","contentEncoding":"gzip","cacheControl":"no-transform"}""", packed);
        (await GetAsync(Path("z") + "?alt=media")).Body.ShouldBe(packed);
    }

    private static async Task<byte[]> GzipAsync(string text)
    {
        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) await gzip.WriteAsync(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }
}
