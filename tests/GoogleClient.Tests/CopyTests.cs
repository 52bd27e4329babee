using System.Net;
using Cairn.TestServers.Gcs;
using Google.Apis.Storage.v1.Data;
using Google.Cloud.Storage.V1;
using GoogleObject = Google.Apis.Storage.v1.Data.Object;

namespace Cairn.GoogleClient.Tests;

public sealed class CopyTests : ClientTest
{
    private const int Mebibyte = 1 << 20;

    private protected override GcsFakeOptions FakeOptions() => new() { RewriteBytesPerCall = 2 * Mebibyte };

    [Fact, Documented("json_api/v1/objects/rewrite", InShort = "Within one location and storage class a rewrite is one request; the metadata comes along")]
    public async Task Copy()
    {
        await Client.UploadObjectAsync(new GoogleObject { Bucket = Bucket, Name = "s", ContentType = "x/y", Metadata = new Dictionary<string, string> { ["k"] = "v" } },
            new MemoryStream(Bytes(5 * Mebibyte)), cancellationToken: Cancel);
        Proxy.ResetCounters();
        var made = await Client.CopyObjectAsync(Bucket, "s", Bucket, "dir/t", cancellationToken: Cancel);
        Proxy.Counters.Requests.ShouldBe(1);
        (made.Name, made.ContentType, made.Metadata["k"], made.Metageneration).ShouldBe(("dir/t", "x/y", "v", 1L));
        (await ReadAsync("dir/t")).ShouldBe(Bytes(5 * Mebibyte));
        var replaced = await Client.CopyObjectAsync(Bucket, "s", Bucket, "t", new() { ExtraMetadata = new GoogleObject { ContentType = "n/w" } }, Cancel);
        (replaced.ContentType, replaced.Metadata).ShouldBe(("n/w", null));
    }

    [Fact, Documented("json_api/v1/objects/rewrite", "To complete the rewrite, you must keep calling the endpoint using the rewriteToken returned in the prior response until the done flag is true.")]
    public async Task A_copy_between_locations_takes_several_calls()
    {
        await PutAsync("s", Bytes(5 * Mebibyte));
        string europe = Fake.CreateBucket(location: "EU");
        Proxy.ResetCounters();
        await Client.CopyObjectAsync(Bucket, "s", europe, "t", cancellationToken: Cancel);
        Proxy.Requests.Select(r => r.Target.Contains("rewriteToken=", StringComparison.Ordinal)).ShouldBe([false, true, true]);
        (await ReadAsync("t", bucket: europe)).ShouldBe(Bytes(5 * Mebibyte));
    }

    [Fact, Documented("json_api/v1/objects/rewrite", InShort = "done, totalBytesRewritten, objectSize and rewriteToken tell how far a rewrite is; the token is bound to its request")]
    public async Task Rewrite_by_hand()
    {
        await PutAsync("s", Bytes(3 * Mebibyte));
        string europe = Fake.CreateBucket(location: "EU");
        async Task<RewriteResponse> StepAsync(string? token, string target = "t")
        {
            var request = Client.Service.Objects.Rewrite(null, Bucket, "s", europe, target);
            (request.MaxBytesRewrittenPerCall, request.RewriteToken) = (Mebibyte, token);
            return await request.ExecuteAsync(Cancel);
        }
        var first = await StepAsync(null);
        (first.Done, first.TotalBytesRewritten, first.ObjectSize, first.Resource).ShouldBe((false, Mebibyte, 3 * Mebibyte, null));
        await FailsAsync(HttpStatusCode.BadRequest, () => StepAsync(first.RewriteToken, "other"));
        var second = await StepAsync(first.RewriteToken);
        (second.Done, second.TotalBytesRewritten).ShouldBe((false, 2 * Mebibyte));
        var third = await StepAsync(second.RewriteToken);
        (third.Done, third.TotalBytesRewritten, third.RewriteToken, third.Resource.Name).ShouldBe((true, 3 * Mebibyte, null, "t"));
    }

    [Fact, Documented("json_api/v1/objects/rewrite", InShort = "Conditions on the source and on the destination")]
    public async Task A_copy_under_conditions()
    {
        var source = await PutAsync("s");
        await PutAsync("t");
        await FailsAsync(HttpStatusCode.PreconditionFailed, () => Client.CopyObjectAsync(Bucket, "s", Bucket, "t", new() { IfGenerationMatch = 0 }, Cancel));
        await FailsAsync(HttpStatusCode.PreconditionFailed, () => Client.CopyObjectAsync(Bucket, "s", Bucket, "u", new() { IfSourceGenerationMatch = source.Generation + 1 }, Cancel));
        await FailsAsync(HttpStatusCode.NotModified, () => Client.CopyObjectAsync(Bucket, "s", Bucket, "u", new() { IfSourceMetagenerationNotMatch = 1 }, Cancel));
        await FailsAsync(HttpStatusCode.NotFound, () => Client.CopyObjectAsync(Bucket, "nothing", Bucket, "u", cancellationToken: Cancel));
        await Client.CopyObjectAsync(Bucket, "s", Bucket, "u", new() { IfGenerationMatch = 0, SourceGeneration = source.Generation, IfSourceMetagenerationMatch = 1 }, Cancel);
        Fake.ObjectNames(Bucket).ShouldBe(["s", "t", "u"]);
    }

    [Fact, Documented("json_api/v1/objects/copy", InShort = "copyTo answers with the new object")]
    public async Task Copy_to()
    {
        await PutAsync("a/b", "hello");
        string other = Fake.CreateBucket();
        (await Client.Service.Objects.Copy(null, Bucket, "a/b", other, "c/d").ExecuteAsync(Cancel)).Size.ShouldBe(5ul);
        (await ReadAsync("c/d", bucket: other)).ShouldBe("hello"u8.ToArray());
    }

    [Fact, Documented("composite-objects", InShort = "compose joins objects in order; the result has a CRC32C, the number of its components, and no MD5")]
    public async Task Compose()
    {
        byte[] whole = Bytes(1_000_003);
        await PutAsync("1", whole[..400_000]);
        await PutAsync("2", whole[400_000..400_001]);
        var third = await PutAsync("3", whole[400_001..]);
        string crc = (await PutAsync("whole", whole)).Crc32c;
        var request = new ComposeRequest
        {
            SourceObjects = [new() { Name = "1" }, new() { Name = "2" }, new() { Name = "3", Generation = third.Generation, ObjectPreconditions = new() { IfGenerationMatch = third.Generation } }],
            Destination = new GoogleObject { ContentType = "x/y", Metadata = new Dictionary<string, string> { ["k"] = "v" } },
        };
        var made = await Client.Service.Objects.Compose(request, Bucket, "all").ExecuteAsync(Cancel);
        (made.Crc32c, made.ComponentCount, made.Md5Hash, made.ContentType, made.Metadata["k"]).ShouldBe((crc, 3, null, "x/y", "v"));
        // The client compares the CRC-32C of what it reads.
        (await ReadAsync("all")).ShouldBe(whole);
    }

    [Fact, Documented("json_api/v1/objects/compose", InShort = "Conditions on the destination and on each source; 1 to 32 sources")]
    public async Task Compose_under_conditions()
    {
        var source = await PutAsync("a");
        async Task<GoogleObject> ComposeAsync(long? target, long? wanted, int count = 1)
        {
            var entry = new ComposeRequest.SourceObjectsData { Name = "a", ObjectPreconditions = new() { IfGenerationMatch = wanted } };
            var request = Client.Service.Objects.Compose(new ComposeRequest { SourceObjects = [.. Enumerable.Repeat(entry, count)] }, Bucket, "c");
            request.IfGenerationMatch = target;
            return await request.ExecuteAsync(Cancel);
        }
        await FailsAsync(HttpStatusCode.PreconditionFailed, () => ComposeAsync(0, source.Generation + 1));
        (await ComposeAsync(0, source.Generation, 32)).Size.ShouldBe(32ul);
        await FailsAsync(HttpStatusCode.PreconditionFailed, () => ComposeAsync(0, source.Generation));
        await FailsAsync(HttpStatusCode.BadRequest, () => ComposeAsync(null, source.Generation, 33));
    }

    [Fact, Documented("composing-objects", InShort = "With deleteSourceObjects the sources are deleted during the composition")]
    public async Task Compose_and_delete()
    {
        foreach (string name in new[] { "1", "2" }) await PutAsync(name, name);
        await Client.Service.Objects.Compose(new ComposeRequest { SourceObjects = [new() { Name = "1" }, new() { Name = "2" }], DeleteSourceObjects = true }, Bucket, "all").ExecuteAsync(Cancel);
        Fake.ObjectNames(Bucket).ShouldBe(["all"]);
        (await ReadAsync("all")).ShouldBe("12"u8.ToArray());
    }

    [Fact, Documented("json_api/v1/objects/move", InShort = "Renames within a bucket in one step, under conditions on both names")]
    public async Task Move()
    {
        var source = await PutAsync("dir/a", "hello");
        var target = await PutAsync("b", "old");
        await FailsAsync(HttpStatusCode.PreconditionFailed, () => Client.MoveObjectAsync(Bucket, "dir/a", "b", new() { IfGenerationMatch = 0 }, Cancel));
        await FailsAsync(HttpStatusCode.PreconditionFailed, () => Client.MoveObjectAsync(Bucket, "dir/a", "b", new() { IfSourceGenerationMatch = source.Generation + 1 }, Cancel));
        await FailsAsync(HttpStatusCode.NotFound, () => Client.MoveObjectAsync(Bucket, "nothing", "b", cancellationToken: Cancel));
        var moved = await Client.MoveObjectAsync(Bucket, "dir/a", "b", new() { IfSourceGenerationMatch = source.Generation, IfGenerationMatch = target.Generation }, Cancel);
        (moved.Name, moved.Crc32c, moved.ContentType, moved.Metageneration).ShouldBe(("b", source.Crc32c, "text/plain", 1L));
        Fake.ObjectNames(Bucket).ShouldBe(["b"]);
        (await ReadAsync("b")).ShouldBe("hello"u8.ToArray());
    }
}
