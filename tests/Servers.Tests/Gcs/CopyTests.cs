using System.Text.Json.Nodes;
using Cairn.TestServers.Gcs;

namespace Cairn.TestServers.Tests.Gcs;

public sealed class CopyTests : GcsTest
{
    private string Rewrite(string source, string bucket, string target) => $"{Path(source)}/rewriteTo/b/{bucket}/o/{Uri.EscapeDataString(target)}";

    [Fact, Documented("json_api/v1/objects/rewrite", InShort = "Within one location and storage class a rewrite completes in a single request")]
    public async Task A_rewrite_in_place_is_done_at_once()
    {
        await MultipartAsync("""{"name":"s","metadata":{"k":"v"}}""", Bytes(3 << 20));
        var reply = (await PostAsync(Rewrite("s", Bucket, "t") + "?maxBytesRewrittenPerCall=1048576")).Json;
        ((bool)reply["done"]!, (string)reply["totalBytesRewritten"]!, (string)reply["objectSize"]!, (string)reply["kind"]!).ShouldBe((true, "3145728", "3145728", "storage#rewriteResponse"));
        ((string)reply["resource"]!["metadata"]!["k"]!, (string)reply["resource"]!["contentType"]!).ShouldBe(("v", "text/csv"));
        (await ReadAsync("t")).ShouldBe(Bytes(3 << 20));
    }

    [Fact, Documented("json_api/v1/objects/rewrite", "In such cases, the method responds with the done flag set to false and also returns a rewriteToken. To complete the rewrite, you must keep calling the endpoint using the rewriteToken returned in the prior response until the done flag is true.")]
    public async Task A_rewrite_between_locations_goes_in_steps()
    {
        byte[] data = Bytes((5 << 20) + 7);
        await PutAsync("s", data);
        string target = Fake.CreateBucket(location: "EU");
        string? token = null;
        int calls = 0;
        JsonNode reply;
        do
        {
            (await GetAsync($"/storage/v1/b/{target}/o/t")).Status.ShouldBe(404);
            reply = (await PostAsync(Rewrite("s", target, "t") + "?maxBytesRewrittenPerCall=2097152" + (token is null ? "" : "&rewriteToken=" + token))).Json;
            token = (string?)reply["rewriteToken"];
            ((bool)reply["done"]!).ShouldBe(token is null);
            calls++;
        } while (token is not null);
        calls.ShouldBe(3);
        (await GetAsync($"/storage/v1/b/{target}/o/t?alt=media")).Body.ShouldBe(data);
    }

    [Fact, Documented("json_api/v1/objects/rewrite", "If specified the value must be an integral multiple of 1 MiB (1048576). Also, this only applies to requests where the source and destination span locations and/or storage classes. Finally, this value must not change across rewrite calls else you'll get an error that the rewriteToken is invalid.")]
    public async Task The_step_is_a_constant_number_of_mebibytes()
    {
        await PutAsync("s", Bytes(3 << 20));
        string target = Fake.CreateBucket(location: "EU");
        (await PostAsync(Rewrite("s", target, "t") + "?maxBytesRewrittenPerCall=1000")).Status.ShouldBe(400);
        string token = (string)(await PostAsync(Rewrite("s", target, "t") + "?maxBytesRewrittenPerCall=1048576")).Json["rewriteToken"]!;
        (await PostAsync(Rewrite("s", target, "t") + "?maxBytesRewrittenPerCall=2097152&rewriteToken=" + token)).Status.ShouldBe(400);
        (await PostAsync(Rewrite("s", target, "other") + "?maxBytesRewrittenPerCall=1048576&rewriteToken=" + token)).Status.ShouldBe(400);
        await PutAsync("s", Bytes(3 << 20, seed: 2));
        (await PostAsync(Rewrite("s", target, "t") + "?maxBytesRewrittenPerCall=1048576&rewriteToken=" + token)).Status.ShouldBe(400);
    }

    [Fact, Documented("json_api/v1/objects/rewrite", InShort = "Conditions on the destination (if…) and on the source (ifSource…); sourceGeneration selects a revision")]
    public async Task Conditions_on_both_ends()
    {
        string generation = (string)(await PutAsync("s"))["generation"]!;
        await PutAsync("t");
        (await PostAsync(Rewrite("s", Bucket, "t") + "?ifGenerationMatch=0")).Status.ShouldBe(412);
        (await PostAsync(Rewrite("s", Bucket, "u") + "?ifGenerationMatch=0")).Status.ShouldBe(200);
        (await PostAsync(Rewrite("s", Bucket, "v") + "?ifSourceGenerationMatch=1")).Status.ShouldBe(412);
        (await PostAsync(Rewrite("s", Bucket, "v") + $"?ifSourceGenerationNotMatch={generation}")).Status.ShouldBe(304);
        (await PostAsync(Rewrite("s", Bucket, "v") + $"?ifSourceGenerationMatch={generation}&sourceGeneration={generation}&ifSourceMetagenerationMatch=1")).Status.ShouldBe(200);
        (await PostAsync(Rewrite("s", Bucket, "v") + "?sourceGeneration=1")).Status.ShouldBe(404);
        (await PostAsync(Rewrite("nothing", Bucket, "v"))).Status.ShouldBe(404);
    }

    [Fact, Documented("json_api/v1/objects/rewrite", InShort = "An empty body copies the source's editable metadata, any other replaces it")]
    public async Task Metadata_of_the_body_replaces()
    {
        await MultipartAsync("""{"name":"s","metadata":{"k":"v"},"cacheControl":"no-store"}""", [1]);
        var resource = (await PostAsync(Rewrite("s", Bucket, "t"), """{"contentType":"n/w"}""")).Json["resource"]!;
        (resource["metadata"], resource["cacheControl"], (string)resource["contentType"]!).ShouldBe((null, null, "n/w"));
    }

    [Fact, Documented("json_api/v1/objects/copy", InShort = "copyTo answers with the new object, under the same conditions")]
    public async Task Copy()
    {
        await PutAsync("a/b", "hello");
        string other = Fake.CreateBucket();
        string path = $"{Path("a/b")}/copyTo/b/{other}/o/{Uri.EscapeDataString("c/d")}";
        (await PostAsync(path + "?ifGenerationMatch=0")).Json["size"]!.GetValue<string>().ShouldBe("5");
        (await PostAsync(path + "?ifGenerationMatch=0")).Status.ShouldBe(412);
        Fake.ObjectNames(other).ShouldBe(["c/d"]);
    }

    private Task<Reply> MoveAsync(string source, string target, string query = "") => PostAsync($"{Path(source)}/moveTo/o/{Uri.EscapeDataString(target)}{query}");

    [Fact, Documented("json_api/v1/objects/move", "This operation moves a source object to a destination object in the same bucket by renaming the object.",
        InShort = "with the same data and metadata, a new generation, and metageneration 1; an object at the destination is replaced")]
    public async Task Move()
    {
        var before = (await MultipartAsync("""{"name":"a/b","metadata":{"k":"v"},"cacheControl":"no-store"}""", "hello"u8.ToArray())).Json;
        await PatchAsync(Path("a/b"), """{"metadata":{"l":"w"}}""");
        await PutAsync("c/d", "replaced");
        var moved = (await MoveAsync("a/b", "c/d")).Json;
        ((string)moved["name"]!, (string)moved["metageneration"]!, (string)moved["crc32c"]!, (string)moved["contentType"]!, (string)moved["cacheControl"]!)
            .ShouldBe(("c/d", "1", (string)before["crc32c"]!, "text/csv", "no-store"));
        moved["metadata"]!.ToJsonString().ShouldBe("""{"k":"v","l":"w"}""");
        long.Parse((string)moved["generation"]!).ShouldBeGreaterThan(long.Parse((string)before["generation"]!));
        Fake.ObjectNames(Bucket).ShouldBe(["c/d"]);
        (await ReadAsync("c/d")).ShouldBe("hello"u8.ToArray());
    }

    [Fact, Documented("json_api/v1/objects/move", "The source and destination must have different object names.",
        InShort = "The move itself is an atomic transaction, under conditions on both names: where it fails, no changes are made")]
    public async Task A_move_that_fails_changes_nothing()
    {
        string generation = (string)(await PutAsync("s"))["generation"]!;
        await PutAsync("t");
        (await MoveAsync("s", "s")).Status.ShouldBe(400);
        (await MoveAsync("s", "t", "?ifGenerationMatch=0")).Status.ShouldBe(412);
        (await MoveAsync("s", "u", "?ifSourceGenerationMatch=1")).Status.ShouldBe(412);
        (await MoveAsync("s", "u", $"?ifSourceGenerationNotMatch={generation}")).Status.ShouldBe(304);
        (await MoveAsync("nothing", "u")).Status.ShouldBe(404);
        await PatchAsync(Path("s"), """{"temporaryHold":true}""");
        (await MoveAsync("s", "u")).Status.ShouldBe(403);
        Fake.ObjectNames(Bucket).ShouldBe(["s", "t"]);
        await PatchAsync(Path("s"), """{"temporaryHold":false}""");
        (await MoveAsync("s", "u", $"?ifSourceGenerationMatch={generation}&ifGenerationMatch=0")).Status.ShouldBe(200);
    }

    [Fact, Documented("composite-objects", InShort = "compose concatenates in order; the result has a CRC32C and a componentCount and no MD5")]
    [Documented("json_api/v1/objects", "Number of non-composite objects in the composite object. componentCount includes non-composite objects that were part of any composite objects used to compose the current object.")]
    public async Task Compose()
    {
        byte[] whole = Bytes(1_000_003);
        await PutAsync("1", whole[..400_000]);
        await PutAsync("2", whole[400_000..400_001]);
        await PutAsync("3", whole[400_001..]);
        string crc = (string)(await PutAsync("whole", whole))["crc32c"]!;
        var made = (await PostAsync(Path("all") + "/compose", """{"sourceObjects":[{"name":"1"},{"name":"2"},{"name":"3"}],"destination":{"contentType":"a/b","metadata":{"k":"v"}}}""")).Json;
        ((string)made["crc32c"]!, (int)made["componentCount"]!, (string)made["contentType"]!, (string)made["metadata"]!["k"]!).ShouldBe((crc, 3, "a/b", "v"));
        made["md5Hash"].ShouldBeNull();
        (await ReadAsync("all")).ShouldBe(whole);
        (await GetAsync(Path("all") + "?alt=media", ("Range", "bytes=399999-400001"))).Body.ShouldBe(whole[399_999..400_002]);
        ((int)(await PostAsync(Path("more") + "/compose", """{"sourceObjects":[{"name":"all"},{"name":"1"}]}""")).Json["componentCount"]!).ShouldBe(4);
        (await GetAsync(Path("all") + "?alt=media")).Headers["x-goog-component-count"].ShouldBe("3");
    }

    [Fact, Documented("composing-objects", "To minimize billing for temporary objects, hard delete the temporary objects during the composition process by using the deleteSourceObjects option.", InShort = "Versioning does not preserve them")]
    public async Task Compose_can_delete_its_sources()
    {
        string bucket = Fake.CreateBucket(versioning: true), objects = $"/storage/v1/b/{bucket}/o";
        foreach (string name in new[] { "1", "2", "all" }) await SendAsync(HttpMethod.Post, $"/upload{objects}?uploadType=media&name={name}", new StringContent(name));
        const string Request = """{"sourceObjects":[{"name":"1"},{"name":"2"},{"name":"1"}],"deleteSourceObjects":true}""";
        (await PostAsync($"{objects}/all/compose?ifGenerationMatch=0", Request)).Status.ShouldBe(412);
        Fake.ObjectNames(bucket).ShouldBe(["1", "2", "all"]);
        (await PostAsync($"{objects}/all/compose", Request)).Json["componentCount"]!.GetValue<int>().ShouldBe(3);
        (await GetAsync($"{objects}/all?alt=media")).Text.ShouldBe("121");
        (await GetAsync($"{objects}?versions=true")).Names.ShouldBe(["all", "all"]);
    }

    [Fact, Documented("json_api/v1/objects/compose", InShort = "1 to 32 sources")]
    public async Task Compose_takes_at_most_32()
    {
        await PutAsync("a", "x");
        string Sources(int count) => $$"""{"sourceObjects":[{{string.Join(',', Enumerable.Repeat("{\"name\":\"a\"}", count))}}]}""";
        (await PostAsync(Path("c") + "/compose", Sources(32))).Json["size"]!.GetValue<string>().ShouldBe("32");
        (await PostAsync(Path("c") + "/compose", Sources(33))).Status.ShouldBe(400);
        (await PostAsync(Path("c") + "/compose", Sources(0))).Status.ShouldBe(400);
    }

    [Fact, Documented("json_api/v1/objects/compose", InShort = "Conditions on the destination and on each source; a missing source is 404")]
    public async Task Compose_under_conditions()
    {
        string generation = (string)(await PutAsync("a", "x"))["generation"]!;
        string Source(string conditions) => $$"""{"sourceObjects":[{"name":"a"{{conditions}}}]}""";
        (await PostAsync(Path("c") + "/compose?ifGenerationMatch=0", Source(""))).Status.ShouldBe(200);
        (await PostAsync(Path("c") + "/compose?ifGenerationMatch=0", Source(""))).Status.ShouldBe(412);
        (await PostAsync(Path("c") + "/compose", Source($$""","objectPreconditions":{"ifGenerationMatch":"{{generation}}"}"""))).Status.ShouldBe(200);
        (await PostAsync(Path("c") + "/compose", Source(""","objectPreconditions":{"ifGenerationMatch":"1"}"""))).Status.ShouldBe(412);
        (await PostAsync(Path("c") + "/compose", Source(""","generation":"1" """))).Status.ShouldBe(404);
        (await PostAsync(Path("c") + "/compose", """{"sourceObjects":[{"name":"gone"}]}""")).Status.ShouldBe(404);
    }

    [Fact, Documented("json_api/v1/objects/rewrite", "When you rewrite a composite object where the source and destination are different locations or storage classes, the result is a composite object that has a component count of 1.")]
    public async Task A_composite_moved_elsewhere_has_one_component()
    {
        await PutAsync("a", "x");
        await PostAsync(Path("c") + "/compose", """{"sourceObjects":[{"name":"a"},{"name":"a"}]}""");
        string eu = Fake.CreateBucket(location: "EU");
        ((int)(await PostAsync(Rewrite("c", eu, "c"))).Json["resource"]!["componentCount"]!).ShouldBe(1);
        ((int)(await PostAsync(Rewrite("c", Bucket, "d"))).Json["resource"]!["componentCount"]!).ShouldBe(2);
    }
}

public sealed class RewriteExpiryTests : GcsTest
{
    private readonly MovableClock _clock = new();

    private protected override GcsFakeOptions Options() => new() { Clock = _clock, RewriteAlwaysInSteps = true };

    [Fact, Documented("json_api/v1/objects/rewrite", "You must complete rewrite operations within 1 week of when the rewriteToken was created. Attempts to use the token after it has expired fail with a 410 error.")]
    public async Task A_token_lives_a_week()
    {
        await PutAsync("s", Bytes(3 << 20));
        string path = $"{Path("s")}/rewriteTo/b/{Bucket}/o/t?maxBytesRewrittenPerCall=1048576";
        string token = (string)(await PostAsync(path)).Json["rewriteToken"]!;
        _clock.Advance(TimeSpan.FromDays(7.1));
        (await PostAsync(path + "&rewriteToken=" + token)).Status.ShouldBe(410);
    }
}
