using System.Net;
using Google.Apis.Storage.v1.Data;
using Google.Cloud.Storage.V1;

namespace Cairn.GoogleClient.Tests;

public sealed class BucketTests : ClientTest
{
    [Fact, Documented("json_api/v1/buckets", InShort = "insert, get and delete; a name that is taken is 409, a bucket with objects cannot be deleted")]
    public async Task Create_get_and_delete()
    {
        var made = await Client.CreateBucketAsync("project", new Bucket { Name = "fresh-bucket", Location = "eu", StorageClass = StorageClasses.Nearline }, cancellationToken: Cancel);
        (made.Name, made.Location, made.StorageClass, made.Metageneration, made.Kind).ShouldBe(("fresh-bucket", "EU", "NEARLINE", 1L, "storage#bucket"));
        (await Client.GetBucketAsync("fresh-bucket", cancellationToken: Cancel)).TimeCreatedDateTimeOffset.ShouldBe(made.TimeCreatedDateTimeOffset);
        (await FailsAsync(HttpStatusCode.Conflict, () => Client.CreateBucketAsync("project", "fresh-bucket", cancellationToken: Cancel))).Error.Errors[0].Reason.ShouldBe("conflict");
        await Client.UploadObjectAsync("fresh-bucket", "a", null, new MemoryStream([1]), cancellationToken: Cancel);
        await FailsAsync(HttpStatusCode.Conflict, () => Client.DeleteBucketAsync("fresh-bucket", cancellationToken: Cancel));
        await Client.DeleteBucketAsync("fresh-bucket", new() { DeleteObjects = true }, Cancel);
        await FailsAsync(HttpStatusCode.NotFound, () => Client.GetBucketAsync("fresh-bucket", cancellationToken: Cancel));
    }

    [Fact, Documented("json_api/v1/buckets/list", InShort = "Buckets of a project in the order of their names, by prefix, in pages")]
    public async Task List()
    {
        string[] names = [.. Enumerable.Range(0, 5).Select(i => $"paged-{i}")];
        foreach (string name in names) Fake.CreateBucket(name);
        (await Client.ListBucketsAsync("project", new() { Prefix = "paged-", PageSize = 2 }).Select(b => b.Name).ToArrayAsync(Cancel)).ShouldBe(names);
        (await Client.ListBucketsAsync("project", new() { Prefix = "paged-", PageSize = 2 }).AsRawResponses().CountAsync(Cancel)).ShouldBe(3);
        (await Client.ListBucketsAsync("project").Select(b => b.Name).ToArrayAsync(Cancel)).ShouldContain(Bucket);
    }

    [Fact, Documented("json_api/v1/buckets/patch", InShort = "A patch changes what it names, an update replaces; both under conditions on the metageneration")]
    public async Task Patch_and_update()
    {
        var patched = await Client.PatchBucketAsync(new Bucket { Name = Bucket, Versioning = new() { Enabled = true } }, new() { IfMetagenerationMatch = 1 }, Cancel);
        (patched.Versioning.Enabled, patched.Metageneration).ShouldBe((true, 2L));
        await FailsAsync(HttpStatusCode.PreconditionFailed, () => Client.PatchBucketAsync(new Bucket { Name = Bucket }, new() { IfMetagenerationMatch = 1 }, Cancel));
        await FailsAsync(HttpStatusCode.NotModified, () => Client.GetBucketAsync(Bucket, new() { IfMetagenerationNotMatch = 2 }, Cancel));
        patched.Labels = new Dictionary<string, string> { ["team"] = "tools" };
        patched.Versioning = null;
        var updated = await Client.UpdateBucketAsync(patched, cancellationToken: Cancel);
        (updated.Versioning, updated.Labels["team"]).ShouldBe((null, "tools"));
        await FailsAsync(HttpStatusCode.PreconditionFailed, () => Client.UpdateBucketAsync(patched, new() { IfMetagenerationMatch = patched.Metageneration }, Cancel));
    }

    [Fact, Documented("using-bucket-labels", InShort = "Labels change by key; null removes one")]
    public async Task Labels()
    {
        (await Client.SetBucketLabelAsync(Bucket, "a", "1", cancellationToken: Cancel)).ShouldBeNull();
        (await Client.SetBucketLabelAsync(Bucket, "a", "2", cancellationToken: Cancel)).ShouldBe("1");
        await Client.SetBucketLabelAsync(Bucket, "b", "3", cancellationToken: Cancel);
        (await Client.RemoveBucketLabelAsync(Bucket, "a", cancellationToken: Cancel)).ShouldBe("2");
        (await Client.GetBucketAsync(Bucket, cancellationToken: Cancel)).Labels.ShouldBe(new Dictionary<string, string> { ["b"] = "3" });
        await Client.ClearBucketLabelsAsync(Bucket, cancellationToken: Cancel);
        (await Client.GetBucketAsync(Bucket, cancellationToken: Cancel)).Labels.ShouldBeNull();
    }

    [Fact, Documented("json_api/v1/buckets/testIamPermissions", InShort = "Which of some permissions the caller has; those of the project are refused")]
    public async Task Permissions()
    {
        string[] asked = ["storage.objects.get", "storage.objects.create", "storage.buckets.get"];
        (await Client.TestBucketIamPermissionsAsync(Bucket, asked, cancellationToken: Cancel)).ShouldBe(asked);
        await FailsAsync(HttpStatusCode.BadRequest, () => Client.TestBucketIamPermissionsAsync(Bucket, ["storage.buckets.list"], cancellationToken: Cancel));
    }

    [Fact, Documented("json_api/v1/buckets/getStorageLayout", InShort = "Location and, where a bucket has one, the hierarchical namespace")]
    public async Task Storage_layout()
    {
        var layout = await Client.Service.Buckets.GetStorageLayout(Bucket).ExecuteAsync(Cancel);
        (layout.Kind, layout.Bucket, layout.Location, layout.LocationType, layout.HierarchicalNamespace).ShouldBe(("storage#storageLayout", Bucket, "US", "multi-region", null));
    }

    [Fact, Documented("developers.google.com/youtube/v3/docs/core_errors", "The requested operation has not been implemented.",
        InShort = "501 notImplemented: notifications, ACLs, policies and keys, which the fake does not have")]
    public async Task What_the_fake_does_not_have()
    {
        foreach (var act in new Func<Task>[]
        {
            () => Client.ListNotificationsAsync(Bucket, cancellationToken: Cancel),
            () => Client.GetBucketIamPolicyAsync(Bucket, cancellationToken: Cancel),
            () => Client.RestoreObjectAsync(Bucket, "a", 1, cancellationToken: Cancel),
            () => Client.GetStorageServiceAccountEmailAsync("project", cancellationToken: Cancel),
        })
            (await FailsAsync(HttpStatusCode.NotImplemented, act)).Error.Errors[0].Reason.ShouldBe("notImplemented");
    }

    [Fact, Documented("requester-pays", InShort = "A bucket whose requester pays demands a project to bill")]
    public async Task Requester_pays()
    {
        string bucket = Fake.CreateBucket(requesterPays: true);
        await FailsAsync(HttpStatusCode.BadRequest, () => Client.GetObjectAsync(bucket, "a", cancellationToken: Cancel));
        await Client.UploadObjectAsync(bucket, "a", null, new MemoryStream([1]), new() { UserProject = "p" }, Cancel);
        (await Client.GetObjectAsync(bucket, "a", new() { UserProject = "p" }, Cancel)).Size.ShouldBe(1ul);
    }
}
