using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Cairn.TestServers.Tests.Gcs;

public sealed class UploadTests : GcsTest
{
    [Fact, Documented("uploads-downloads", InShort = "uploadType=media: the body is the object, its Content-Type the object's")]
    public async Task Media()
    {
        var resource = await PutAsync("dir/a", "hello");
        ((string)resource["kind"]!, (string)resource["size"]!, (string)resource["contentType"]!, (string)resource["storageClass"]!).ShouldBe(("storage#object", "5", "text/plain", "STANDARD"));
        ((string)resource["md5Hash"]!).ShouldBe(Convert.ToBase64String(MD5.HashData("hello"u8)));
        (await ReadAsync("dir/a")).ShouldBe("hello"u8.ToArray());
    }

    [Fact, Documented("hashes-etags", "The Base64 encoded CRC32C is in big-endian byte order.")]
    public async Task The_crc_is_the_documented_one() =>
        // RFC 3720, B.4: 32 bytes of zeros give 8A9136AA in wire order of the check there, i.e. the value AA36918A.
        ((string)(await PutAsync("zeros", new byte[32]))["crc32c"]!).ShouldBe(Convert.ToBase64String([0x8A, 0x91, 0x36, 0xAA]));

    [Fact, Documented("uploads-downloads", InShort = "uploadType=multipart: multipart/related, the resource first, the data second")]
    public async Task Multipart()
    {
        var reply = await MultipartAsync("""{"name":"m","metadata":{"Key":"vä","b":"2"},"cacheControl":"no-store","contentDisposition":"attachment","contentLanguage":"de"}""", "1,2"u8.ToArray());
        reply.Status.ShouldBe(200, reply.Text);
        var resource = reply.Json;
        ((string)resource["contentType"]!, (string)resource["metadata"]!["Key"]!, (string)resource["cacheControl"]!, (string)resource["contentLanguage"]!)
            .ShouldBe(("text/csv", "vä", "no-store", "de"));
        (await ReadAsync("m")).ShouldBe("1,2"u8.ToArray());
    }

    [Fact, Documented("uploads-downloads", InShort = "The name comes from the query or the resource; without one the request is 400")]
    public async Task A_name_is_required() => (await MultipartAsync("{}", [1])).Reason.ShouldBe("required");

    [Fact, Documented("uploads-downloads", InShort = "The media part comes second and must have a Content-Type header, also when the resource names a type")]
    public async Task The_media_part_names_its_type()
    {
        foreach (string json in new[] { """{"name":"m"}""", """{"name":"m","contentType":"text/csv"}""" })
        {
            var reply = await MultipartAsync(json, [1], contentType: null);
            (reply.Status, reply.Reason).ShouldBe((400, "required"));
        }
        Fake.ObjectNames(Bucket).ShouldBeEmpty();
        (await MultipartAsync("""{"name":"m","contentType":"text/csv"}""", [], contentType: "x/y")).Json["contentType"]!.GetValue<string>().ShouldBe("text/csv");
    }

    [Fact, Documented("uploads-downloads", InShort = "A multipart body that ends before its closing boundary makes no object")]
    public async Task A_torn_multipart_makes_nothing()
    {
        var content = new StringContent("--b\r\nContent-Type: application/json\r\n\r\n{\"name\":\"torn\"}\r\n--b\r\nContent-Type: text/plain\r\n\r\nhalf", Encoding.UTF8);
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", "multipart/related; boundary=b");
        (await SendAsync(HttpMethod.Post, $"{Upload}?uploadType=multipart", content)).Status.ShouldBe(400);
        Fake.ObjectNames(Bucket).ShouldBeEmpty();
    }

    [Theory, Documented("hashes-etags", InShort = "Server-side validation when an expected CRC32C or MD5 is supplied: an upload whose content differs fails with 400 and makes no object")]
    [InlineData("crc32c", "AAAAAA==")]
    [InlineData("md5Hash", "AAAAAAAAAAAAAAAAAAAAAA==")]
    public async Task A_wrong_checksum_in_the_resource(string field, string value)
    {
        var reply = await MultipartAsync($$"""{"name":"bad","{{field}}":"{{value}}"}""", "hello"u8.ToArray());
        (reply.Status, reply.Reason).ShouldBe((400, "invalid"));
        reply.Text.ShouldContain("doesn't match calculated");
        Fake.ObjectNames(Bucket).ShouldBeEmpty();
    }

    [Fact, Documented("xml-api/reference-headers", InShort = "x-goog-hash on an upload is verified: crc32c=…, md5=…, several separated by commas")]
    public async Task A_checksum_header_is_verified()
    {
        string good = (string)(await PutAsync("a", "hello"))["crc32c"]!;
        (await MediaAsync("b", "hello"u8.ToArray(), "", ("x-goog-hash", $"crc32c={good},md5={Convert.ToBase64String(MD5.HashData("hello"u8))}"))).Status.ShouldBe(200);
        (await MediaAsync("c", "hellO"u8.ToArray(), "", ("x-goog-hash", "crc32c=" + good))).Status.ShouldBe(400);
        Fake.ObjectNames(Bucket).ShouldBe(["a", "b"]);
    }

    [Fact, Documented("objects", InShort = "Names: 1–1024 bytes of UTF-8, no carriage return or line feed, not . or ..")]
    public async Task Names_the_service_refuses()
    {
        foreach (string name in new[] { ".", "..", "a\nb", new string('é', 513) }) (await MediaAsync(name, [1])).Status.ShouldBe(400, name);
        foreach (string name in new[] { new string('é', 512), "a//b", "/a", "a/", "...", "a/../b", "\\", "*", "\u0001" }) (await MediaAsync(name, [1])).Status.ShouldBe(200, name);
    }

    [Fact, Documented("json_api/v1/objects/patch", InShort = "Patch changes what it names, null removes, metadata merges by key; update replaces everything")]
    public async Task Patch_and_update()
    {
        await MultipartAsync("""{"name":"p","metadata":{"a":"1","b":"2"},"cacheControl":"no-store"}""", [1]);
        var patched = (await PatchAsync(Path("p"), """{"metadata":{"a":null,"c":"3"},"cacheControl":null}""")).Json;
        patched["metadata"]!.ToJsonString().ShouldBe("""{"b":"2","c":"3"}""");
        patched["cacheControl"].ShouldBeNull();
        ((string)patched["contentType"]!, (string)patched["metageneration"]!).ShouldBe(("text/csv", "2"));
        var updated = (await SendAsync(HttpMethod.Put, Path("p"), new StringContent("""{"metadata":{"z":"9"}}""", Encoding.UTF8, "application/json"))).Json;
        updated["metadata"]!.ToJsonString().ShouldBe("""{"z":"9"}""");
        updated["contentType"].ShouldBeNull();
        ((string)updated["metageneration"]!).ShouldBe("3");
        (await PatchAsync(Path("nothing"), "{}")).Status.ShouldBe(404);
    }

    [Fact, Documented("json_api/v1/status-codes", InShort = "A body that is no JSON is 400 parseError; an unknown uploadType or number is 400")]
    public async Task Nonsense_is_a_bad_request()
    {
        (await PatchAsync(Path("p"), "{")).Reason.ShouldBe("parseError");
        (await SendAsync(HttpMethod.Post, $"{Upload}?uploadType=other&name=x")).Status.ShouldBe(400);
        (await MediaAsync("x", [1], "&ifGenerationMatch=abc")).Reason.ShouldBe("invalidParameter");
    }

    [Fact, Documented("json_api/v1/how-tos/performance", InShort = "Bodies can be compressed with gzip; what Google's client for .NET does by default with each resource that it sends")]
    public async Task A_resource_can_be_packed()
    {
        async Task<Reply> PackedAsync(HttpMethod method, string path, byte[] body)
        {
            var content = new ByteArrayContent(body);
            content.Headers.ContentType = new("application/json");
            content.Headers.ContentEncoding.Add("gzip");
            return await SendAsync(method, path, content);
        }
        var start = await PackedAsync(HttpMethod.Post, $"{Upload}?uploadType=resumable", Gzip("""{"name":"z","metadata":{"k":"v"}}"""));
        ((string)(await ChunkAsync(start.Headers["Location"], [1], null)).Json["metadata"]!["k"]!).ShouldBe("v");
        var patched = await PackedAsync(HttpMethod.Patch, Path("z"), Gzip("""{"metadata":{"k":"w"}}"""));
        ((string)patched.Json["metadata"]!["k"]!).ShouldBe("w");
        (await PackedAsync(HttpMethod.Patch, Path("z"), "{}"u8.ToArray())).Reason.ShouldBe("parseError");
    }

    private static byte[] Gzip(string text)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    [Fact, Documented("json_api/v1/objects", InShort = "A replaced object has a new, larger generation and metageneration 1")]
    public async Task Generations_grow()
    {
        long last = 0;
        for (int i = 0; i < 20; i++)
        {
            JsonNode made = await PutAsync("g", $"{i}");
            long generation = long.Parse((string)made["generation"]!);
            generation.ShouldBeGreaterThan(last);
            ((string)made["metageneration"]!).ShouldBe("1");
            last = generation;
        }
    }
}
