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

    [Fact, Documented("json_api/v1/status-codes", "The following is an example of an error response you receive if you try to create a bucket using the name of a bucket you already own.",
        InShort = "409 conflict")]
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

    [Fact, Documented("json_api/v1/buckets/patch", InShort = "A patch changes what it names, and labels by key, null removes; an update replaces everything that can be changed")]
    public async Task Patch_and_update()
    {
        string path = $"/storage/v1/b/{Bucket}";
        var patched = (await PatchAsync(path, """{"labels":{"a":"1","b":"2"},"versioning":{"enabled":true}}""")).Json;
        (patched["labels"]!.ToJsonString(), (bool)patched["versioning"]!["enabled"]!, (string)patched["metageneration"]!).ShouldBe(("""{"a":"1","b":"2"}""", true, "2"));
        (await PatchAsync(path, """{"labels":{"a":null}}""")).Json["labels"]!.ToJsonString().ShouldBe("""{"b":"2"}""");
        (await PatchAsync(path + "?ifMetagenerationMatch=1", "{}")).Status.ShouldBe(412);
        var updated = (await SendAsync(HttpMethod.Put, path, new StringContent("""{"labels":{"c":"3"}}""", System.Text.Encoding.UTF8, "application/json"))).Json;
        (updated["labels"]!.ToJsonString(), updated["versioning"]).ShouldBe(("""{"c":"3"}""", null));
    }

    [Fact, Documented("json_api/v1/buckets/list", InShort = "Buckets of a project in the order of their names, by prefix, in pages of maxResults with nextPageToken")]
    public async Task Buckets_are_listed_in_pages()
    {
        string[] names = [.. Enumerable.Range(0, 5).Select(i => $"paged-{i}")];
        foreach (string name in names) Fake.CreateBucket(name);
        var found = new List<string>();
        string? token = null;
        do
        {
            var page = await GetAsync($"/storage/v1/b?project=p&prefix=paged&maxResults=2&pageToken={token}");
            page.Names.Length.ShouldBeLessThanOrEqualTo(2);
            found.AddRange(page.Names);
            token = (string?)page.Json["nextPageToken"];
        } while (token is not null);
        found.ShouldBe(names);
    }

    [Fact, Documented("json_api/v1/buckets/getStorageLayout", InShort = "kind, bucket, location and locationType; hierarchicalNamespace where the bucket has one, which none here has")]
    public async Task Storage_layout()
    {
        string europe = Fake.CreateBucket(location: "EUROPE-WEST1");
        var layout = (await GetAsync($"/storage/v1/b/{europe}/storageLayout")).Json;
        ((string)layout["kind"]!, (string)layout["bucket"]!, (string)layout["location"]!, (string)layout["locationType"]!, layout["hierarchicalNamespace"])
            .ShouldBe(("storage#storageLayout", europe, "EUROPE-WEST1", "region", null));
        (await GetAsync("/storage/v1/b/nowhere-1/storageLayout")).Status.ShouldBe(404);
    }

    [Fact, Documented("json_api/v1/buckets/testIamPermissions", "Note: Providing storage.buckets.list or storage.buckets.create returns an error, as these permissions apply to projects instead of buckets.", InShort = "Tests a set of permissions on the given bucket to see which, if any, are held by the caller")]
    public async Task Permissions()
    {
        string path = $"/storage/v1/b/{Bucket}/iam/testPermissions";
        var reply = (await GetAsync(path + "?permissions=storage.objects.get&permissions=storage.objects.create")).Json;
        reply.ToJsonString().ShouldBe("""{"kind":"storage#testIamPermissionsResponse","permissions":["storage.objects.get","storage.objects.create"]}""");
        foreach (string query in new[] { "", "?permissions=storage.buckets.list", "?permissions=storage.buckets.create", "?permissions=nonsense" }) (await GetAsync(
            path + query)).Status.ShouldBe(400, query);
        (await GetAsync("/storage/v1/b/nowhere-1/iam/testPermissions?permissions=storage.objects.get")).Status.ShouldBe(404);
    }

    [Fact, Documented("developers.google.com/youtube/v3/docs/core_errors", "The requested operation has not been implemented.",
        InShort = "501 notImplemented in the global domain: what the service has and the fake does not")]
    public async Task What_the_fake_does_not_have_says_so()
    {
        await PutAsync("a");
        foreach (string path in new[] { $"/storage/v1/b/{Bucket}/notificationConfigs", $"/storage/v1/b/{Bucket}/iam", $"/storage/v1/b/{Bucket}/acl", Path("a")
            + "/acl", "/storage/v1/projects/p/hmacKeys" })
        {
            var reply = await GetAsync(path);
            (reply.Status, reply.Reason).ShouldBe((501, "notImplemented"), path);
        }
    }

    [Fact, Documented("json_api/v1/parameters", InShort = "The path begins with /storage/v1; clients that take STORAGE_EMULATOR_HOST for the whole base address begin with /b, which emulators serve")]
    public async Task A_path_can_begin_with_the_collection()
    {
        await PutAsync("a", "hello");
        (await GetAsync($"/b/{Bucket}")).Json["name"]!.GetValue<string>().ShouldBe(Bucket);
        (await GetAsync($"/b/{Bucket}/o/a?alt=media")).Text.ShouldBe("hello");
        (await GetAsync("/b?project=p")).Names.ShouldBe([Bucket]);
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
