using System.Net;
using Cairn.TestServers.Gcs;
using Cairn.TestServers.Proxy;
using Google.Cloud.Storage.V1;
using GoogleObject = Google.Apis.Storage.v1.Data.Object;

namespace Cairn.GoogleClient.Tests;

public sealed class ErrorTests : ClientTest
{
    private static readonly RetryOptions _quick = new(new RetryTiming(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(5), 2), RetryPredicate.FromErrorCodes(408, 429, 500, 502, 503, 504));

    [Fact, Documented("json_api/v1/status-codes", "Error responses usually include a JSON document in the response body, which contains information about the error.",
        InShort = "error.code, error.message, error.errors[].domain, reason, message")]
    public async Task The_fields_of_an_error()
    {
        var error = await FailsAsync(HttpStatusCode.NotFound, () => Client.GetObjectAsync(Bucket, "nothing", cancellationToken: Cancel));
        (error.Error.Code, error.Error.Message, error.ServiceName).ShouldBe((404, $"No such object: {Bucket}/nothing", "storage"));
        var single = error.Error.Errors.ShouldHaveSingleItem();
        (single.Reason, single.Domain, single.Message).ShouldBe(("notFound", "global", $"No such object: {Bucket}/nothing"));
        var wrong = await FailsAsync(HttpStatusCode.BadRequest, () => Client.CreateBucketAsync("project", "UPPER-but-valid-for-the-client".ToLowerInvariant() + "-", cancellationToken: Cancel));
        (wrong.Error.Errors[0].Reason, wrong.Error.Errors[0].Location, wrong.Error.Errors[0].LocationType).ShouldBe(("invalidParameter", "name", "parameter"));
    }

    [Fact, Documented("json_api/v1/objects/get", InShort = "A failed download answers in plain text; a missing bucket is 404 for everything below it")]
    public async Task A_failed_download()
    {
        (await FailsAsync(HttpStatusCode.NotFound, () => ReadAsync("nothing"))).Error.ErrorResponseContent.ShouldContain($"No such object: {Bucket}/nothing");
        (await FailsAsync(HttpStatusCode.NotFound, () => ReadAsync("a", bucket: "no-such-bucket"))).Error.ErrorResponseContent.ShouldContain("bucket does not exist");
        (await FailsAsync(HttpStatusCode.NotFound, () => Client.UploadObjectAsync(
            "no-such-bucket", "a", null, new MemoryStream([1]), cancellationToken: Cancel))).Error.Errors[0].Reason.ShouldBe("notFound");
    }

    [Theory, Documented("retry-strategy", InShort = "408, 429 and 5xx are worth another attempt where the call can be repeated")]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_refusal_is_retried(int status)
    {
        await PutAsync("a", "hello");
        Proxy.ResetCounters();
        Fake.Refuse(status, times: 2);
        (await Client.GetObjectAsync(Bucket, "a", new() { RetryOptions = _quick }, Cancel)).Size.ShouldBe(5ul);
        Proxy.Counters.Requests.ShouldBe(3);
    }

    [Theory, Documented("json_api/v1/status-codes", InShort = "reason and domain of each refusal")]
    [InlineData(403, "forbidden", "global")]
    [InlineData(408, "uploadBrokenConnection", "global")]
    [InlineData(429, "rateLimitExceeded", "usageLimits")]
    [InlineData(503, "backendError", "global")]
    public async Task The_reason_of_a_refusal(int status, string reason, string domain)
    {
        Fake.Refuse(status);
        var error = await FailsAsync((HttpStatusCode)status, () => Client.GetObjectAsync(Bucket, "a", new() { RetryOptions = RetryOptions.Never }, Cancel));
        (error.Error.Errors[0].Reason, error.Error.Errors[0].Domain).ShouldBe((reason, domain));
    }

    [Fact, Documented("retry-strategy", InShort = "A write that cannot be repeated is not, unless a condition makes it safe")]
    public async Task A_write_is_retried_under_a_condition_only()
    {
        await PutAsync("a");
        var patch = new GoogleObject { Bucket = Bucket, Name = "a", ContentLanguage = "en" };
        Fake.Refuse(503, when: (method, _) => method == "PATCH");
        await FailsAsync(HttpStatusCode.ServiceUnavailable, () => Client.PatchObjectAsync(patch, cancellationToken: Cancel));
        Proxy.Add(new FaultRule(FaultKind.DropResponse) { Times = 1, When = (method, _) => method == "PATCH" });
        (await Client.PatchObjectAsync(patch, new() { IfMetagenerationMatch = 1, RetryOptions = RetryOptions.Never }, Cancel).ContinueWith(t => t.IsFaulted, TaskScheduler.Default)).ShouldBeTrue();
        (await Client.GetObjectAsync(Bucket, "a", cancellationToken: Cancel)).Metageneration.ShouldBe(2);
    }
}

public sealed class OtherServerTests : ClientTest
{
    private protected override GcsFakeOptions FakeOptions() => new() { ErrorCodeAsText = true, OmitSizeZero = true };

    [Fact, Documented("json_api/v1/status-codes", InShort = "A code that is text and a size that is missing, as from emulators and gateways: the client copes with both")]
    public async Task The_client_copes()
    {
        (await FailsAsync(HttpStatusCode.NotFound, () => Client.GetObjectAsync(Bucket, "nothing", cancellationToken: Cancel))).Error.Code.ShouldBe(404);
        (await PutAsync("empty", "")).Size.ShouldBeNull();
        (await ReadAsync("empty")).ShouldBeEmpty();
    }
}
