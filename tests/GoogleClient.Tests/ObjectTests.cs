using System.Net;
using System.Security.Cryptography;
using Google.Cloud.Storage.V1;
using GoogleObject = Google.Apis.Storage.v1.Data.Object;

namespace Cairn.GoogleClient.Tests;

public sealed class ObjectTests : ClientTest
{
    private async Task<GoogleObject> MakeAsync() => await Client.UploadObjectAsync(new GoogleObject
    {
        Bucket = Bucket,
        Name = "dir/a",
        ContentType = "text/csv",
        CacheControl = "no-store",
        ContentDisposition = "attachment",
        ContentLanguage = "de",
        StorageClass = StorageClasses.Nearline,
        CustomTimeDateTimeOffset = DateTimeOffset.UnixEpoch,
        Metadata = new Dictionary<string, string> { ["Key"] = "vä", ["b"] = "2" },
    }, new MemoryStream("1,2"u8.ToArray()), cancellationToken: Cancel);

    [Fact, Documented("json_api/v1/objects", InShort = "The resource of an object: what the client gave, and kind, id, generation, metageneration, size, md5Hash, crc32c, etag and times by the service")]
    public async Task Create_and_get()
    {
        var made = await MakeAsync();
        (made.Kind, made.Name, made.Bucket, made.ContentType, made.CacheControl, made.ContentDisposition, made.ContentLanguage, made.StorageClass)
            .ShouldBe(("storage#object", "dir/a", Bucket, "text/csv", "no-store", "attachment", "de", "NEARLINE"));
        (made.Size, made.Metageneration, made.Md5Hash, made.Id).ShouldBe((3ul, 1L, Convert.ToBase64String(MD5.HashData("1,2"u8)), $"{Bucket}/dir/a/{made.Generation}"));
        made.Metadata.ShouldBe(new Dictionary<string, string> { ["Key"] = "vä", ["b"] = "2" }, ignoreOrder: true);
        made.CustomTimeDateTimeOffset.ShouldBe(DateTimeOffset.UnixEpoch);
        made.TimeCreatedDateTimeOffset!.Value.ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromHours(1));

        var found = await Client.GetObjectAsync(Bucket, "dir/a", cancellationToken: Cancel);
        (found.Generation, found.Crc32c, found.ETag, found.Size, found.UpdatedDateTimeOffset).ShouldBe((made.Generation, made.Crc32c, made.ETag, made.Size, made.UpdatedDateTimeOffset));
        (await ReadAsync("dir/a")).ShouldBe("1,2"u8.ToArray());
    }

    [Theory, Documented("objects", InShort = "Names are any UTF-8 of up to 1024 bytes without line breaks; slashes and every other character are escaped in paths")]
    [InlineData("a b/ü?#%41+&=;:@")]
    [InlineData("/leading//double/")]
    [InlineData("a/../b")]
    [InlineData("日本語/😀")]
    public async Task Any_name(string name)
    {
        await PutAsync(name, "hello");
        Fake.ObjectNames(Bucket).ShouldBe([name]);
        (await Client.GetObjectAsync(Bucket, name, cancellationToken: Cancel)).Name.ShouldBe(name);
        (await ReadAsync(name)).ShouldBe("hello"u8.ToArray());
        await Client.DeleteObjectAsync(Bucket, name, cancellationToken: Cancel);
        Fake.ObjectNames(Bucket).ShouldBeEmpty();
    }

    [Fact, Documented("json_api/v1/objects/patch", InShort = "A patch changes what it names; metadata merges by key, null removes; the metageneration counts it")]
    public async Task Patch()
    {
        await MakeAsync();
        var patched = await Client.PatchObjectAsync(new GoogleObject
        {
            Bucket = Bucket,
            Name = "dir/a",
            ContentLanguage = "en",
            Metadata = new Dictionary<string, string> { ["b"] = null!, ["c"] = "3" }
        }, cancellationToken: Cancel);
        (patched.ContentLanguage, patched.CacheControl, patched.ContentType, patched.Metageneration).ShouldBe(("en", "no-store", "text/csv", 2L));
        patched.Metadata.ShouldBe(new Dictionary<string, string> { ["Key"] = "vä", ["c"] = "3" }, ignoreOrder: true);
    }

    [Fact, Documented("json_api/v1/objects/update", InShort = "An update replaces the editable metadata; the client adds the metageneration that it read as a condition")]
    public async Task Update()
    {
        var made = await MakeAsync();
        made.Metadata = new Dictionary<string, string> { ["z"] = "9" };
        made.CacheControl = null;
        var updated = await Client.UpdateObjectAsync(made, cancellationToken: Cancel);
        (updated.CacheControl, updated.ContentType, updated.Metageneration, updated.Generation).ShouldBe((null, "text/csv", 2L, made.Generation));
        updated.Metadata.ShouldBe(new Dictionary<string, string> { ["z"] = "9" });
        await FailsAsync(HttpStatusCode.PreconditionFailed, () => Client.UpdateObjectAsync(made, cancellationToken: Cancel));
    }

    [Fact, Documented("json_api/v1/objects/delete", InShort = "Deletes an object; what is missing is 404")]
    public async Task Delete()
    {
        await PutAsync("a");
        await Client.DeleteObjectAsync(Bucket, "a", cancellationToken: Cancel);
        await FailsAsync(HttpStatusCode.NotFound, () => Client.DeleteObjectAsync(Bucket, "a", cancellationToken: Cancel));
        await FailsAsync(HttpStatusCode.NotFound, () => Client.GetObjectAsync(Bucket, "a", cancellationToken: Cancel));
        await FailsAsync(HttpStatusCode.NotFound, () => ReadAsync("a"));
    }

    [Fact, Documented("object-versioning", InShort = "With versioning a replaced or deleted object becomes noncurrent, and its generation can be read, listed and deleted")]
    public async Task Older_generations()
    {
        string bucket = Fake.CreateBucket(versioning: true);
        Task<GoogleObject> Put(string content) => Client.UploadObjectAsync(bucket, "a", null, new MemoryStream(System.Text.Encoding.UTF8.GetBytes(content)), cancellationToken: Cancel);
        var first = await Put("one");
        var second = await Put("two");
        (await ReadAsync("a", new() { Generation = first.Generation }, bucket)).ShouldBe("one"u8.ToArray());
        (await ReadAsync("a", null, bucket)).ShouldBe("two"u8.ToArray());
        await Client.DeleteObjectAsync(bucket, "a", cancellationToken: Cancel);
        await FailsAsync(HttpStatusCode.NotFound, () => ReadAsync("a", null, bucket));
        var versions = await Client.ListObjectsAsync(bucket, null, new() { Versions = true }).ToListAsync(Cancel);
        versions.Select(v => v.Generation).ShouldBe([first.Generation, second.Generation]);
        versions.ShouldAllBe(v => v.TimeDeletedDateTimeOffset != null);
        await Client.DeleteObjectAsync(bucket, "a", new() { Generation = first.Generation }, Cancel);
        (await Client.ListObjectsAsync(bucket, null, new() { Versions = true }).ToListAsync(Cancel)).Select(v => v.Generation).ShouldBe([second.Generation]);
    }

    [Fact, Documented("object-holds", InShort = "An object under a hold cannot be deleted or replaced: 403; its metadata can be changed")]
    public async Task Holds()
    {
        await PutAsync("a");
        await Client.PatchObjectAsync(new GoogleObject { Bucket = Bucket, Name = "a", TemporaryHold = true }, cancellationToken: Cancel);
        await FailsAsync(HttpStatusCode.Forbidden, () => Client.DeleteObjectAsync(Bucket, "a", cancellationToken: Cancel));
        await FailsAsync(HttpStatusCode.Forbidden, () => PutAsync("a", "other"));
        await Client.PatchObjectAsync(new GoogleObject { Bucket = Bucket, Name = "a", TemporaryHold = false }, cancellationToken: Cancel);
        await Client.DeleteObjectAsync(Bucket, "a", cancellationToken: Cancel);
    }
}
