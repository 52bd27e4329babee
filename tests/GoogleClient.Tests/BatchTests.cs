using System.Net;
using Cairn.TestServers.Gcs;
using Google.Apis.Requests;
using Google.Cloud.Storage.V1;
using GoogleObject = Google.Apis.Storage.v1.Data.Object;

namespace Cairn.GoogleClient.Tests;

public class BatchTests : ClientTest
{
    /// <summary>The client's own address of the endpoint is Google's, whatever its BaseUri.</summary>
    private protected BatchRequest NewBatch(StorageClient? client = null) => new((client ?? Client).Service, new Uri(Proxy.Endpoint, "/batch/storage/v1").AbsoluteUri);

    [Fact, Documented("json_api/v1/how-tos/batch", InShort = "Each call of a batch has an answer of its own")]
    public async Task Each_call_has_its_own_answer()
    {
        foreach (string name in new[] { "a/1", "a 2", "keep" }) await PutAsync(name);
        var kept = await Client.GetObjectAsync(Bucket, "keep", cancellationToken: Cancel);
        var answers = new List<(int Index, HttpStatusCode Status, string? Message)>();
        var patched = new List<GoogleObject>();
        var batch = NewBatch();
        foreach (string name in new[] { "a/1", "missing", "a 2" })
            batch.Queue<string>(Client.Service.Objects.Delete(Bucket, name), (_, error, index, message) => answers.Add((index, message.StatusCode, error?.Message)));
        var conditional = Client.Service.Objects.Delete(Bucket, "keep");
        conditional.IfGenerationMatch = kept.Generation + 1;
        batch.Queue<string>(conditional, (_, error, index, message) => answers.Add((index, message.StatusCode, error?.Message)));
        batch.Queue<GoogleObject>(Client.Service.Objects.Patch(new() { Metadata = new Dictionary<string, string> { ["k"] = "vä" } }, Bucket, "keep"), (found, _, _, _) => patched.Add(found));
        batch.Queue<GoogleObject>(Client.Service.Objects.Get(Bucket, "keep"), (found, _, _, _) => patched.Add(found));
        Proxy.ResetCounters();
        await batch.ExecuteAsync(Cancel);

        Proxy.Counters.Requests.ShouldBe(1);
        answers.Select(a => (a.Index, a.Status)).ShouldBe([(0, HttpStatusCode.NoContent), (1, HttpStatusCode.NotFound), (2, HttpStatusCode.NoContent), (3, HttpStatusCode.PreconditionFailed)]);
        answers.Select(a => a.Message is null).ShouldBe([true, false, true, false]);
        patched.Select(p => (p.Metadata["k"], p.Metageneration)).ShouldBe([("vä", 2L), ("vä", 2L)]);
        Fake.ObjectNames(Bucket).ShouldBe(["keep"]);
    }

    [Fact, Documented("json_api/v1/how-tos/batch", "You should not include more than 100 calls in a single batch request.")]
    public async Task A_hundred_calls()
    {
        for (int i = 0; i < 100; i++) await PutAsync($"{i}");
        int deleted = 0;
        var batch = NewBatch();
        for (int i = 0; i < 100; i++) batch.Queue<string>(Client.Service.Objects.Delete(Bucket, $"{i}"), (_, error, _, _) => deleted += error is null ? 1 : 0);
        await batch.ExecuteAsync(Cancel);
        deleted.ShouldBe(100);
        Fake.ObjectNames(Bucket).ShouldBeEmpty();
        for (int i = 0; i < 101; i++) batch.Queue<string>(Client.Service.Objects.Delete(Bucket, $"{i}"), (_, _, _, _) => { });
        await Should.ThrowAsync<HttpRequestException>(() => batch.ExecuteAsync(Cancel));
        Proxy.Requests[^1].Status.ShouldBe(400);
    }
}

public sealed class AuthorizedBatchTests : BatchTests
{
    private protected override GcsFakeOptions FakeOptions() => new() { RequireToken = true };

    private protected override StorageClient CreateClient() =>
        new StorageClientBuilder { BaseUri = Api, Credential = Google.Apis.Auth.OAuth2.GoogleCredential.FromAccessToken(Fake.IssueToken()) }.Build();

    [Fact, Documented("json_api/v1/how-tos/batch", InShort = "The token of the outer request authorises each call; without one the batch is 401")]
    public async Task The_token_is_that_of_the_batch()
    {
        using var nobody = new StorageClientBuilder { BaseUri = Api, UnauthenticatedAccess = true }.Build();
        var batch = NewBatch(nobody);
        batch.Queue<string>(nobody.Service.Objects.Delete(Bucket, "a"), (_, _, _, _) => { });
        await Should.ThrowAsync<HttpRequestException>(() => batch.ExecuteAsync(Cancel));
        Proxy.Requests[^1].Status.ShouldBe(401);
    }
}
