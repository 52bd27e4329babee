using Cairn.TestServers.Gcs;

namespace Cairn.TestServers.Tests.Gcs;

public sealed class XmlTests : GcsTest
{
    private protected override GcsFakeOptions Options() => new() { RequireToken = true };

    private (string, string) Token => ("Authorization", "Bearer " + Fake.IssueToken());

    [Fact, Documented("xml-api/get-object-download", InShort = "GET /bucket/object gives the data, with x-goog-generation, x-goog-hash and one x-goog-meta- header for each custom metadata entry")]
    public async Task A_download_carries_the_metadata()
    {
        string generation = (string)(await MultipartAsync("""{"name":"dir/a b","metadata":{"note":"kept"}}""", "hello"u8.ToArray(), "", "text/csv", Token)).Json["generation"]!;
        var reply = await GetAsync($"/{Bucket}/dir/a%20b", Token, ("Range", "bytes=1-2"));
        (reply.Status, reply.Text, reply.Headers["x-goog-meta-note"], reply.Headers["x-goog-generation"], reply.Headers["Content-Range"]).ShouldBe((206, "el", "kept", generation, "bytes 1-2/5"));
        reply.Headers.ContainsKey("x-goog-hash").ShouldBeFalse();
        (await GetAsync($"/{Bucket}/dir/a%20b", Token)).Headers["x-goog-hash"].ShouldContain("crc32c=");
    }

    [Fact, Documented("xml-api/reference-headers", InShort = "x-goog-if-generation-match: the request succeeds only for that generation, else 412")]
    public async Task A_generation_that_is_not_there()
    {
        await MultipartAsync("""{"name":"a"}""", [1], "", "text/csv", Token);
        (await GetAsync($"/{Bucket}/a", Token, ("x-goog-if-generation-match", "1"))).Status.ShouldBe(412);
    }

    [Fact, Documented("xml-api/post-object-resumable", InShort = "POST with x-goog-resumable: start answers 201 with the session's Location; its headers are the object's metadata")]
    public async Task A_resumable_session()
    {
        var start = await SendAsync(HttpMethod.Post, $"/{Bucket}/a", new ByteArrayContent([]), Token, ("x-goog-resumable", "start"), ("x-goog-meta-note", "kept"), ("Content-Type", "text/csv"));
        start.Status.ShouldBe(201);
        (await ChunkAsync(start.Headers["Location"], [1, 2, 3], "bytes 0-2/3")).Status.ShouldBe(200);
        var resource = (await GetAsync(Path("a"), Token)).Json;
        ((string)resource["size"]!, (string)resource["contentType"]!, (string)resource["metadata"]!["note"]!).ShouldBe(("3", "text/csv", "kept"));
        (await SendAsync(HttpMethod.Post, $"/{Bucket}/a", new ByteArrayContent([]), Token)).Status.ShouldBe(405);
    }

    [Fact, Documented("xml-api/reference-status", InShort = "Errors are XML documents with a code: NoSuchKey, NoSuchBucket, AuthenticationRequired")]
    public async Task Errors_are_documents()
    {
        (await GetAsync($"/{Bucket}/missing", Token)).Text.ShouldContain("<Code>NoSuchKey</Code>");
        (await GetAsync("/no-such-bucket-here/missing", Token)).Text.ShouldContain("<Code>NoSuchBucket</Code>");
        var reply = await GetAsync($"/{Bucket}/missing");
        (reply.Status, reply.Text.Contains("<Code>AuthenticationRequired</Code>", StringComparison.Ordinal)).ShouldBe((401, true));
    }
}
