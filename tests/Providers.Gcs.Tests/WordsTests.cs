using Cairn.TestServers.Recording;

namespace Cairn.Providers.Gcs.Tests;

/// <summary>What the service says of an error reaches the person.</summary>
public sealed class WordsTests
{
    [Theory]
    [InlineData(400, "invalid", "Invalid storage class.", StoreErrorCode.Unknown, "the service responded with 400 invalid: Invalid storage class")]
    [InlineData(409, "conflict", "The object is being composed", StoreErrorCode.Unknown, "409 conflict: The object is being composed")]
    [InlineData(403, "retentionPolicyNotMet", "Object is subject to the bucket's retention policy", StoreErrorCode.PermissionDenied, "it is protected by a retention policy or a hold")]
    [InlineData(403, "forbidden", "Permission denied on Cloud KMS key.", StoreErrorCode.PermissionDenied, "the KMS key cannot be used")]
    public async Task The_services_own_sentence_is_shown(int status, string code, string sentence, StoreErrorCode means, string reason)
    {
        var body = $$$"""{"error":{"code":{{{status}}},"message":"{{{sentence}}}","errors":[{"reason":"{{{code}}}","message":"x"}]}}""";
        await using var server = RecordingServer.Start(_ => new(status, body, "application/json"));
        var options = new Dictionary<string, string> { ["endpoint"] = server.Endpoint.ToString(), ["anonymous"] = "yes", ["retries"] = "0" };
        await using var store = await ArtifactStore.OpenAsync(new GcsProvider(), "gs://bucket", options);
        var error = await Should.ThrowAsync<StoreException>(() => store.WriteBytesAsync("f", new byte[3], WriteMode.Replace));
        error.Code.ShouldBe(means, error.ToString());
        error.Reason.ShouldContain(reason);
    }
}
