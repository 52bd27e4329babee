using Cairn.TestServers.Gcs;

namespace Cairn.TestServers.Tests.Gcs;

/// <summary>What emulators and gateways answer where they differ from the service: each only on demand.</summary>
public sealed class OtherServerTests : GcsTest
{
    private protected override GcsFakeOptions Options() => new() { ErrorCodeAsText = true, OmitSizeZero = true, BatchRefusal = 501 };

    [Fact, Documented("json_api/v1/status-codes", InShort = "error.code is a number; here it is text")]
    public async Task A_code_can_be_text() => (await GetAsync(Path("nothing"))).Json["error"]!["code"]!.ToJsonString().ShouldBe("\"404\"");

    [Fact, Documented("json_api/v1/objects", InShort = "size: Content-Length of the data in bytes; here an empty object has none, whatever answers with its resource")]
    public async Task The_size_of_an_empty_object_can_be_left_out()
    {
        var made = await PutAsync("empty", "");
        var full = await PutAsync("full", "x");
        var copy = (await PostAsync($"{Path("empty")}/rewriteTo/b/{Bucket}/o/copy")).Json["resource"]!;
        var listed = (await ListAsync()).Json["items"]!.AsArray().Select(item => (string?)item!["size"]);
        (made["size"], (string)full["size"]!, copy["size"]).ShouldBe((null, "1", null));
        listed.ShouldBe([null, null, "1"]);
    }

    [Fact, Documented("json_api/v1/how-tos/batch", InShort = "The batch endpoint; here it does not exist")]
    public async Task Batch_can_be_missing()
    {
        var reply = await PostAsync("/batch/storage/v1", "{}");
        (reply.Status, reply.Reason).ShouldBe((501, "notImplemented"));
    }
}
