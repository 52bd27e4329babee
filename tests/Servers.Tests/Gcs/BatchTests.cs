using System.Text;

namespace Cairn.TestServers.Tests.Gcs;

public sealed class BatchTests : GcsTest
{
    private async Task<Reply> BatchAsync(params string[] requests)
    {
        var body = new StringBuilder();
        for (int i = 0; i < requests.Length; i++) body.Append($"--=== 7330845974216740156==\r\nContent-Type: application/http\r\nContent-ID: <b29c5de2+{i + 1}>\r\n\r\n{requests[i]}\r\n");
        var content = new StringContent(body.Append("--=== 7330845974216740156==--\r\n").ToString(), Encoding.UTF8);
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", "multipart/mixed; boundary=\"=== 7330845974216740156==\"");
        return await SendAsync(HttpMethod.Post, "/batch/storage/v1", content);
    }

    private string Delete(string name) => $"DELETE {Path(name)} HTTP/1.1\r\ncontent-length: 0\r\n\r\n";

    [Fact, Documented("json_api/v1/how-tos/batch", "A batch request consists of multiple API calls combined into one HTTP request, which can be sent to the Cloud Storage batch endpoint, which is https://storage.googleapis.com/batch/storage/v1.", InShort = "each part is answered on its own, under its Content-ID with response- before it")]
    public async Task Each_part_has_its_own_answer()
    {
        await PutAsync("a/1");
        await PutAsync("a/2");
        await PutAsync("keep");
        var reply = await BatchAsync(Delete("a/1"), Delete("missing"), $"DELETE {Path("keep")}?ifGenerationMatch=1 HTTP/1.1\r\n\r\n", Delete("a/2"),
            $"PATCH {Path("keep")} HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{{\"metadata\":{{\"k\":\"v\"}}}}");
        reply.Status.ShouldBe(200);
        reply.Headers["Content-Type"].ShouldStartWith("multipart/mixed; boundary=");
        string[] statuses = [.. reply.Text.Split("\r\n").Where(l => l.StartsWith("HTTP/1.1 ", StringComparison.Ordinal)).Select(l => l[9..12])];
        statuses.ShouldBe(["204", "404", "412", "204", "200"]);
        reply.Text.ShouldContain("Content-ID: <response-b29c5de2+5>");
        Fake.ObjectNames(Bucket).ShouldBe(["keep"]);
        ((string)(await GetAsync(Path("keep"))).Json["metadata"]!["k"]!).ShouldBe("v");
    }

    [Fact, Documented("json_api/v1/how-tos/batch", "You should not include more than 100 calls in a single batch request.")]
    public async Task A_hundred_calls_at_most()
    {
        (await BatchAsync([.. Enumerable.Range(0, 100).Select(i => Delete($"{i}"))])).Status.ShouldBe(200);
        (await BatchAsync([.. Enumerable.Range(0, 101).Select(i => Delete($"{i}"))])).Status.ShouldBe(400);
    }

    [Fact, Documented("batch", "Cloud Storage does not support batch operations for uploading or downloading.")]
    public async Task No_media()
    {
        await PutAsync("a");
        var reply = await BatchAsync($"GET {Path("a")}?alt=media HTTP/1.1\r\n\r\n", $"POST {Upload}?uploadType=media&name=b HTTP/1.1\r\n\r\nx", $"GET {Path("a")} HTTP/1.1\r\n\r\n");
        reply.Text.Split("HTTP/1.1 400").Length.ShouldBe(3);
        reply.Text.ShouldContain("storage#object");
        Fake.ObjectNames(Bucket).ShouldBe(["a"]);
    }

    [Fact, Documented("batch", "These HTTP requests must only contain the path portion of the URL; full URLs can have undefined behavior.")]
    [Documented("json_api/v1/how-tos/batch", InShort = "Google's client for .NET writes whole addresses, no HTTP version and bare line feeds; the service takes them")]
    public async Task An_address_is_of_this_server()
    {
        await PutAsync("a");
        await PutAsync("b");
        var reply = await BatchAsync($"DELETE {new Uri(Fake.Endpoint, Path("a"))}\nContent-Length: 0\n\n",
            $"PATCH {new Uri(Fake.Endpoint, Path("b"))}\nContent-Type: application/json; charset=utf-8\n\n{{\"metadata\":{{\"k\":\"v\"}}}}");
        reply.Text.ShouldContain("HTTP/1.1 204");
        ((string)(await GetAsync(Path("b"))).Json["metadata"]!["k"]!).ShouldBe("v");
        Fake.ObjectNames(Bucket).ShouldBe(["b"]);
        (await BatchAsync("GET http://elsewhere/ HTTP/1.1\r\n\r\n")).Text.ShouldContain("HTTP/1.1 400");
    }
}
