using System.Net;
using GoogleObject = Google.Apis.Storage.v1.Data.Object;

namespace Cairn.GoogleClient.Tests;

public sealed class PreconditionTests : ClientTest
{
    [Fact, Documented("request-preconditions", "If the values don't match, the request fails with a 412 Precondition Failed response.",
        InShort = "ifGenerationMatch on writes; 0 is: only if there is none")]
    public async Task Writes()
    {
        var first = await PutAsync("a", "one", new() { IfGenerationMatch = 0 });
        var error = await FailsAsync(HttpStatusCode.PreconditionFailed, () => PutAsync("a", "two", new() { IfGenerationMatch = 0 }));
        (error.Error.Errors[0].Reason, error.Error.Errors[0].Location, error.Error.Errors[0].LocationType).ShouldBe(("conditionNotMet", "If-Match", "header"));
        (await ReadAsync("a")).ShouldBe("one"u8.ToArray());
        await PutAsync("a", "two", new() { IfGenerationMatch = first.Generation });
        await FailsAsync(HttpStatusCode.PreconditionFailed, () => PutAsync("a", "three", new() { IfGenerationMatch = first.Generation }));
        await FailsAsync(HttpStatusCode.PreconditionFailed, () => PutAsync("a", "three", new() { IfMetagenerationMatch = 2 }));
        (await ReadAsync("a")).ShouldBe("two"u8.ToArray());
        Fake.OpenUploads.ShouldBe(0);
    }

    [Fact, Documented("request-preconditions", "If the generation doesn't match, the request fails with a 304 Not Modified response.", InShort = "the not-match conditions on reads")]
    public async Task Reads()
    {
        var made = await PutAsync("a", "one");
        await FailsAsync(HttpStatusCode.NotModified, () => Client.GetObjectAsync(Bucket, "a", new() { IfGenerationNotMatch = made.Generation }, Cancel));
        await FailsAsync(HttpStatusCode.NotModified, () => Client.GetObjectAsync(Bucket, "a", new() { IfMetagenerationNotMatch = 1 }, Cancel));
        await FailsAsync(HttpStatusCode.NotModified, () => ReadAsync("a", new() { IfGenerationNotMatch = made.Generation }));
        await FailsAsync(HttpStatusCode.PreconditionFailed, () => Client.GetObjectAsync(Bucket, "a", new() { IfGenerationMatch = made.Generation + 1 }, Cancel));
        await FailsAsync(HttpStatusCode.PreconditionFailed, () => ReadAsync("a", new() { IfMetagenerationMatch = 2 }));
        (await Client.GetObjectAsync(Bucket, "a", new() { IfGenerationMatch = made.Generation, IfMetagenerationMatch = 1 }, Cancel)).Generation.ShouldBe(made.Generation);
        (await ReadAsync("a", new() { IfGenerationNotMatch = made.Generation - 1, IfMetagenerationNotMatch = 2 })).ShouldBe("one"u8.ToArray());
    }

    [Fact, Documented("request-preconditions", InShort = "Changes of metadata under conditions on generation and metageneration")]
    public async Task Patches()
    {
        var made = await PutAsync("a");
        var patch = new GoogleObject { Bucket = Bucket, Name = "a", ContentLanguage = "en" };
        await FailsAsync(HttpStatusCode.PreconditionFailed, () => Client.PatchObjectAsync(patch, new() { IfMetagenerationMatch = 2 }, Cancel));
        await FailsAsync(HttpStatusCode.PreconditionFailed, () => Client.PatchObjectAsync(patch, new() { IfGenerationMatch = made.Generation + 1 }, Cancel));
        await FailsAsync(HttpStatusCode.NotModified, () => Client.PatchObjectAsync(patch, new() { IfMetagenerationNotMatch = 1 }, Cancel));
        (await Client.PatchObjectAsync(patch, new() { IfGenerationMatch = made.Generation, IfMetagenerationMatch = 1 }, Cancel)).Metageneration.ShouldBe(2);
    }

    [Fact, Documented("request-preconditions", InShort = "A deletion of the generation that was read: another one stays")]
    public async Task Deletions()
    {
        var old = await PutAsync("a", "one");
        var current = await PutAsync("a", "two");
        await FailsAsync(HttpStatusCode.PreconditionFailed, () => Client.DeleteObjectAsync(Bucket, "a", new() { IfGenerationMatch = old.Generation }, Cancel));
        await FailsAsync(HttpStatusCode.NotModified, () => Client.DeleteObjectAsync(Bucket, "a", new() { IfGenerationNotMatch = current.Generation }, Cancel));
        Fake.ObjectNames(Bucket).ShouldBe(["a"]);
        await Client.DeleteObjectAsync(Bucket, "a", new() { IfGenerationMatch = current.Generation, IfMetagenerationMatch = 1 }, Cancel);
        Fake.ObjectNames(Bucket).ShouldBeEmpty();
    }
}
