using Cairn.TestServers.Recording;

namespace Cairn.Providers.Azure.Tests;

/// <summary>What the service says of an error reaches the person, also where the request was one whose errors have no body.</summary>
public sealed class WordsTests
{
    [Theory]
    [InlineData(400, "InvalidInput", "One of the request inputs is not valid.", StoreErrorCode.Unknown, "the service responded with 400 InvalidInput: One of the request inputs is not valid")]
    [InlineData(409, "SnapshotsPresent", "This operation is not permitted while the blob has snapshots.", StoreErrorCode.Unknown, "while the blob has snapshots")]
    [InlineData(409, "DirectoryIsNotEmpty", "x", StoreErrorCode.PathConflict, "the directory is not empty")]
    [InlineData(400, "UnsupportedHeader", "The header x-ms-content-crc64 is not supported.", StoreErrorCode.Unsupported, "does not support this checksum")]
    public async Task The_services_own_sentence_is_shown(int status, string code, string sentence, StoreErrorCode means, string reason)
    {
        await using var server = RecordingServer.Start(_ => Error(status, code, sentence));
        await using var store = await OpenAsync(server);
        var error = await Should.ThrowAsync<StoreException>(() => store.WriteBytesAsync("f", new byte[3], WriteMode.Replace));
        error.Code.ShouldBe(means, error.ToString());
        error.Reason.ShouldContain(reason);
    }

    [Fact]
    public async Task The_reason_of_a_refused_HEAD_is_asked_for()
    {
        await using var server = RecordingServer.Start(static r => r.Method == "HEAD"
            ? new(403) { Headers = [("x-ms-error-code", "AuthenticationFailed"), ("x-ms-request-id", "r1")] }
            : Error(403, "AuthenticationFailed", "Signature not valid in the specified time frame"));
        await using var store = await OpenAsync(server);
        (await Should.ThrowAsync<StoreException>(() => store.StatAsync("f"))).Reason.ShouldContain("not valid at this time");
    }

    private static Answer Error(int status, string code, string sentence) =>
        new(status, $"<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>{sentence}\nRequestId:r1</Message></Error>")
        {
            Headers = [("x-ms-error-code", code),
            ("x-ms-request-id", "r1")]
        };

    private static async Task<ArtifactStore> OpenAsync(RecordingServer server) => new(await AzureBackend.OpenAsync(
        StoreUri.Parse("az://data/root"), new() { ["endpoint"] = $"{server.Endpoint}acme", ["account"] = "acme", ["account-key"] = "c2VjcmV0LWtleQ==", ["retries"] = "0" }));
}
