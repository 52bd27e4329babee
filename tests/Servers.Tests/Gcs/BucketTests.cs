using Cairn.TestServers.Gcs;

namespace Cairn.TestServers.Tests.Gcs;

public sealed class BucketTests : GcsTest
{
    [Fact, Documented("json_api/v1/buckets/insert", InShort = "POST /b?project= with a name makes a bucket and answers with its resource")]
    public async Task A_bucket_is_made_read_and_deleted()
    {
        (await PostAsync("/storage/v1/b?project=p", """{"name":"fresh-bucket","location":"eu"}""")).Json["location"]!.GetValue<string>().ShouldBe("EU");
        (await GetAsync("/storage/v1/b/fresh-bucket")).Json["name"]!.GetValue<string>().ShouldBe("fresh-bucket");
        (await SendAsync(HttpMethod.Delete, "/storage/v1/b/fresh-bucket")).Status.ShouldBe(204);
        (await GetAsync("/storage/v1/b/fresh-bucket")).Status.ShouldBe(404);
    }

    [Fact, Documented("json_api/v1/status-codes", "The following is an example of an error response you receive if you try to create a bucket using the name of a bucket you already own.", InShort = "409 conflict")]
    public async Task A_name_that_is_taken_conflicts()
    {
        var reply = await PostAsync("/storage/v1/b?project=p", $$"""{"name":"{{Bucket}}"}""");
        (reply.Status, reply.Reason).ShouldBe((409, "conflict"));
    }

    [Fact, Documented("json_api/v1/buckets/delete", InShort = "A bucket must be empty to be deleted; 409 otherwise")]
    public async Task A_bucket_with_objects_is_not_deleted()
    {
        await PutAsync("a");
        (await SendAsync(HttpMethod.Delete, $"/storage/v1/b/{Bucket}")).Status.ShouldBe(409);
        (await SendAsync(HttpMethod.Delete, Path("a"))).Status.ShouldBe(204);
        (await SendAsync(HttpMethod.Delete, $"/storage/v1/b/{Bucket}")).Status.ShouldBe(204);
    }

    [Fact, Documented("buckets", InShort = "Names are lower-case letters, digits, dashes, underscores and dots, 3 to 63 characters (222 with dots), starting and ending with a letter or digit")]
    public async Task Bad_names_are_refused()
    {
        foreach (string name in new[] { "ab", "Upper", "-dash", "a b" })
            (await PostAsync("/storage/v1/b?project=p", $$"""{"name":"{{name}}"}""")).Status.ShouldBe(400, name);
    }

    [Fact, Documented("json_api/v1/objects/get", "The project to be billed for this request. Required for Requester Pays buckets.")]
    public async Task Requester_pays_demands_a_project()
    {
        string bucket = Fake.CreateBucket(requesterPays: true);
        var refused = await GetAsync($"/storage/v1/b/{bucket}/o");
        (refused.Status, refused.Reason).ShouldBe((400, "required"));
        (await GetAsync($"/storage/v1/b/{bucket}/o?userProject=p")).Status.ShouldBe(200);
        (await GetAsync($"/storage/v1/b/{bucket}/o", ("x-goog-user-project", "p"))).Status.ShouldBe(200);
    }

    [Fact, Documented("json_api/v1/status-codes", InShort = "A bucket that does not exist answers 404 notFound for everything below it")]
    public async Task Everything_below_a_missing_bucket_is_missing()
    {
        foreach (string path in new[] { "/storage/v1/b/nowhere-1", "/storage/v1/b/nowhere-1/o", "/storage/v1/b/nowhere-1/o/x" }) (await GetAsync(path)).Status.ShouldBe(404, path);
        (await PostAsync("/upload/storage/v1/b/nowhere-1/o?uploadType=media&name=x", "x")).Reason.ShouldBe("notFound");
    }
}
