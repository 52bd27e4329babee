using System.Text.Json.Nodes;

namespace Cairn.TestServers.Tests.Gcs;

public sealed class PreconditionTests : GcsTest
{
    private static long Generation(JsonNode resource) => long.Parse((string)resource["generation"]!);

    [Fact, Documented("request-preconditions", "Request proceeds if the generation of the target resource matches the value used in the precondition. If the values don't match, the request fails with a 412 Precondition Failed response.")]
    public async Task A_write_names_the_generation_that_it_replaces()
    {
        long first = Generation(await PutAsync("a", "1"));
        var refused = await MediaAsync("a", "2"u8.ToArray(), $"&ifGenerationMatch={first + 1}");
        (refused.Status, refused.Reason).ShouldBe((412, "conditionNotMet"));
        long second = Generation(await PutAsync("a", "2", $"&ifGenerationMatch={first}"));
        second.ShouldBeGreaterThan(first);
        (await MediaAsync("a", "3"u8.ToArray(), $"&ifGenerationMatch={first}")).Status.ShouldBe(412);
        (await ReadAsync("a")).ShouldBe("2"u8.ToArray());
    }

    [Fact, Documented("json_api/v1/objects/insert", "Setting to 0 makes the operation succeed only if there are no live versions of the object.")]
    public async Task Zero_means_create_only()
    {
        await PutAsync("a", "1", "&ifGenerationMatch=0");
        (await MediaAsync("a", "2"u8.ToArray(), "&ifGenerationMatch=0")).Status.ShouldBe(412);
        (await SendAsync(HttpMethod.Delete, Path("a"))).Status.ShouldBe(204);
        await PutAsync("a", "3", "&ifGenerationMatch=0");
    }

    [Fact, Documented("json_api/v1/objects/insert", InShort = "ifGenerationMatch=0 admits exactly one of many racing writers")]
    public async Task Of_racing_creators_one_wins()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => MediaAsync("race", [(byte)i], "&ifGenerationMatch=0")));
        replies.Count(r => r.Status == 200).ShouldBe(1);
        replies.Count(r => r.Status == 412).ShouldBe(23);
    }

    [Fact, Documented("request-preconditions", "Request proceeds if the generation of the target resource does not match the value used in the precondition. If the values match, the request fails with a 304 Not Modified response.")]
    public async Task A_read_can_ask_for_change_only()
    {
        long generation = Generation(await PutAsync("a"));
        var same = await GetAsync(Path("a") + $"?ifGenerationNotMatch={generation}");
        (same.Status, same.Body.Length).ShouldBe((304, 0));
        (await GetAsync(Path("a") + $"?alt=media&ifGenerationNotMatch={generation}")).Status.ShouldBe(304);
        (await GetAsync(Path("a") + $"?ifGenerationNotMatch={generation + 1}")).Status.ShouldBe(200);
    }

    [Fact, Documented("json_api/v1/objects/insert", "Makes the operation conditional on whether the object's current generation does not match the given value. If no live object exists, the precondition fails. Setting to 0 makes the operation succeed only if there is a live version of the object.")]
    public async Task Not_zero_means_replace_only()
    {
        (await MediaAsync("a", "1"u8.ToArray(), "&ifGenerationNotMatch=0")).Status.ShouldBe(304);
        await PutAsync("a");
        (await MediaAsync("a", "1"u8.ToArray(), "&ifGenerationNotMatch=0")).Status.ShouldBe(200);
    }

    [Fact, Documented("request-preconditions", "Request proceeds if the metageneration of the target resource matches the value used in the precondition. If the values don't match, the request fails with a 412 Precondition Failed response.")]
    public async Task Metagenerations_match_too()
    {
        await PutAsync("a");
        (await PatchAsync(Path("a") + "?ifMetagenerationMatch=1", """{"contentType":"a/b"}""")).Json["metageneration"]!.GetValue<string>().ShouldBe("2");
        (await PatchAsync(Path("a") + "?ifMetagenerationMatch=1", """{"contentType":"c/d"}""")).Status.ShouldBe(412);
        (await GetAsync(Path("a") + "?ifMetagenerationNotMatch=2")).Status.ShouldBe(304);
        (await SendAsync(HttpMethod.Delete, Path("a") + "?ifMetagenerationMatch=1")).Status.ShouldBe(412);
        (await SendAsync(HttpMethod.Delete, Path("a") + "?ifMetagenerationMatch=2")).Status.ShouldBe(204);
    }

    [Fact, Documented("json_api/v1/objects/insert", InShort = "ifGenerationMatch and ifGenerationNotMatch conditions are mutually exclusive: it's an error for both of them to be set in the request")]
    public async Task Both_conditions_at_once_are_refused() => (await MediaAsync("a", [1], "&ifGenerationMatch=1&ifGenerationNotMatch=2")).Status.ShouldBe(400);

    [Fact, Documented("request-preconditions", InShort = "ETags: If-Match fails with 412, If-None-Match with 304; an ETag changes whenever the underlying data or metadata changes")]
    public async Task Etags_follow_data_and_metadata()
    {
        string first = (string)(await PutAsync("a"))["etag"]!;
        (await GetAsync(Path("a"), ("If-None-Match", first))).Status.ShouldBe(304);
        (await GetAsync(Path("a") + "?alt=media", ("If-None-Match", first))).Status.ShouldBe(304);
        string second = (string)(await PatchAsync(Path("a"), """{"metadata":{"k":"v"}}""")).Json["etag"]!;
        second.ShouldNotBe(first);
        (await GetAsync(Path("a") + "?alt=media", ("If-Match", first))).Status.ShouldBe(412);
        (await GetAsync(Path("a") + "?alt=media", ("If-Match", second))).Status.ShouldBe(200);
    }

    [Fact, Documented("json_api/v1/objects/get", InShort = "generation selects a specific revision; a generation that is gone is 404")]
    public async Task A_read_can_be_pinned_to_a_generation()
    {
        long first = Generation(await PutAsync("a", "1"));
        (await GetAsync(Path("a") + $"?alt=media&generation={first}")).Text.ShouldBe("1");
        await PutAsync("a", "2");
        (await GetAsync(Path("a") + $"?alt=media&generation={first}")).Status.ShouldBe(404);
        Bucket = Fake.CreateBucket(versioning: true);
        first = Generation(await PutAsync("a", "1"));
        await PutAsync("a", "2");
        (await GetAsync(Path("a") + $"?alt=media&generation={first}")).Text.ShouldBe("1");
    }

    [Fact, Documented("json_api/v1/objects/delete", InShort = "204 with an empty body; a missing object is 404, also with a condition")]
    public async Task Delete_tells_whether_it_was_there()
    {
        long generation = Generation(await PutAsync("a"));
        (await SendAsync(HttpMethod.Delete, Path("a") + $"?ifGenerationMatch={generation + 1}")).Status.ShouldBe(412);
        var done = await SendAsync(HttpMethod.Delete, Path("a") + $"?ifGenerationMatch={generation}");
        (done.Status, done.Body.Length).ShouldBe((204, 0));
        (await SendAsync(HttpMethod.Delete, Path("a"))).Reason.ShouldBe("notFound");
        (await SendAsync(HttpMethod.Delete, Path("a") + $"?ifGenerationMatch={generation}")).Status.ShouldBe(404);
    }

    [Fact, Documented("object-holds", InShort = "An object with a hold cannot be deleted or replaced: 403 until the hold is removed")]
    public async Task A_hold_protects()
    {
        await PutAsync("a");
        await PatchAsync(Path("a"), """{"temporaryHold":true}""");
        (await SendAsync(HttpMethod.Delete, Path("a"))).Status.ShouldBe(403);
        (await MediaAsync("a", [1])).Status.ShouldBe(403);
        await PatchAsync(Path("a"), """{"temporaryHold":false}""");
        (await SendAsync(HttpMethod.Delete, Path("a"))).Status.ShouldBe(204);
    }
}
