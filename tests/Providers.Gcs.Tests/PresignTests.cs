using Cairn.TestServers.Gcs;

namespace Cairn.Providers.Gcs.Tests;

/// <summary>A presigned URL that is bound to a content type.</summary>
public sealed class PresignTests
{
    [Fact]
    public async Task A_signature_for_a_content_type_holds_for_no_other()
    {
        var cancel = TestContext.Current.CancellationToken;
        var account = new ServiceAccount();
        await using var fake = await GcsFake.StartAsync(new() { SigningKeys = { [account.Email] = account.PublicKey } }, cancellationToken: cancel);
        var options = new Dictionary<string, string> { ["endpoint"] = fake.Endpoint.OriginalString, ["key"] = account.KeyJson(fake.Endpoint) };
        await using var store = await ArtifactStore.OpenAsync(new GcsProvider(), $"gs://{fake.CreateBucket()}", options, cancellationToken: cancel);
        var url = await store.PresignWriteAsync("f", TimeSpan.FromMinutes(5), "image/png", cancel);
        using var http = new HttpClient();
        foreach (var (type, isTaken) in new[] { ("text/plain", false), ("image/png", true) })
        {
            using var body = new ByteArrayContent([1, 2, 3]);
            body.Headers.ContentType = new(type);
            (await http.PutAsync(url, body, cancel)).IsSuccessStatusCode.ShouldBe(isTaken, type);
        }
        (await store.StatAsync("f", cancel)).ContentType.ShouldBe("image/png");
    }
}
