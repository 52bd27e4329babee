using Cairn.TestServers.Recording;

namespace Cairn.Providers.S3.Tests;

/// <summary>What the service says of an error reaches the person, also where the request was one whose errors have no body.</summary>
public sealed class WordsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(400, "InvalidArgument", "Your storage class is odd", StoreErrorCode.Unknown, "the service responded with 400 InvalidArgument: Your storage class is odd", "")]
    [InlineData(409, "BucketNotReady", "The bucket is not ready.", StoreErrorCode.Unknown, "409 BucketNotReady: The bucket is not ready", "")]
    [InlineData(400, "KMS.DisabledException", "the key is disabled", StoreErrorCode.PermissionDenied,
        "the KMS key cannot be used: the service responded with 400 KMS.DisabledException: the key is disabled", "sse-kms-key")]
    [InlineData(400, "InvalidRequest", "Value for x-amz-checksum-crc32c header is invalid", StoreErrorCode.Unsupported, "does not support this checksum", "checksum=none")]
    [InlineData(501, "NotImplemented", "A header you provided (x-amz-sdk-checksum-algorithm) implies functionality that is not implemented", StoreErrorCode.Unsupported,
        "does not support this checksum", "checksum=none")]
    [InlineData(403, "InvalidObjectState", "x", StoreErrorCode.Unavailable, "archive storage class", "Restore")]
    public async Task The_services_own_sentence_is_shown(int status, string code, string sentence, StoreErrorCode means, string reason, string advice)
    {
        await using var recorder = new S3Recorder();
        await using var store = await recorder.OpenAsync();
        recorder.Refuse(new(status, $"<Error><Code>{code}</Code><Message>{sentence}</Message><RequestId>r1</RequestId></Error>"));
        var error = await Should.ThrowAsync<StoreException>(() => store.WriteBytesAsync("f", new byte[3], WriteMode.Replace, cancellationToken: Cancel));
        error.Code.ShouldBe(means, error.ToString());
        error.Reason.ShouldContain(reason);
        (error.Advice ?? "").ShouldContain(advice);
    }

    [Fact]
    public async Task The_reason_of_a_refused_HEAD_is_asked_for()
    {
        await using var server = RecordingServer.Start(static r => r.Method == "HEAD"
            ? new(403) { Headers = [("x-amz-request-id", "r1")] }
            : new(403, "<Error><Code>SignatureDoesNotMatch</Code><Message>x</Message><RequestId>r2</RequestId></Error>"));
        await using var recorder = new S3Recorder();
        await using var store = await recorder.OpenAsync(("endpoint", server.Endpoint.ToString()));
        (await Should.ThrowAsync<StoreException>(() => store.StatAsync("f", Cancel))).Reason.ShouldBe("the secret key is wrong");
    }

    [Fact]
    public async Task The_region_of_a_HEAD_that_is_sent_elsewhere_is_named()
    {
        await using var server = RecordingServer.Start(static _ => new(301) { Headers = [("x-amz-request-id", "r1"), ("x-amz-bucket-region", "eu-central-1")] });
        await using var recorder = new S3Recorder();
        await using var store = await recorder.OpenAsync(("endpoint", server.Endpoint.ToString()));
        (await Should.ThrowAsync<StoreException>(() => store.StatAsync("f", Cancel))).Advice.ShouldBe("Set the store's region to eu-central-1.");
    }
}
