using System.Net;
using Cairn.Providers.Gcs.Tests;
using Cairn.TestServers.Gcs;
using Google.Api.Gax;
using Google.Apis.Auth.OAuth2;
using Google.Cloud.Storage.V1;

namespace Cairn.GoogleClient.Tests;

public sealed class CredentialTests : ClientTest
{
    private readonly ServiceAccount _account = new();

    private protected override GcsFakeOptions FakeOptions()
    {
        var options = new GcsFakeOptions { RequireToken = true };
        options.SigningKeys[_account.Email] = _account.PublicKey;
        return options;
    }

    private ServiceAccountCredential Credential() => CredentialFactory.FromJson<ServiceAccountCredential>(_account.KeyJson(Proxy.Endpoint));

    private protected override StorageClient CreateClient() => new StorageClientBuilder { BaseUri = Api, Credential = Credential().ToGoogleCredential() }.Build();

    [Fact, Documented("google.aip.dev/auth/4111", InShort = "A service account signs its token itself: no request for one is sent")]
    public async Task A_service_account_signs_its_own_token()
    {
        await PutAsync("a", "hello");
        (await ReadAsync("a")).ShouldBe("hello"u8.ToArray());
        Fake.IssuedTokens.ShouldBe(0);
        Proxy.Requests.ShouldAllBe(r => r.Status == 200);
    }

    [Fact, Documented("authentication", InShort = "Or exchanges it at the token endpoint; a token that the service no longer takes is renewed after the 401")]
    public async Task A_token_is_renewed()
    {
        var exchanged = new ServiceAccountCredential(new ServiceAccountCredential.Initializer(_account.Email, new Uri(Proxy.Endpoint, "/token").AbsoluteUri)
        {
            UseJwtAccessWithScopes = false,
            Scopes = ["https://www.googleapis.com/auth/devstorage.full_control"],
        }.FromPrivateKey(_account.PrivateKey));
        using var client = new StorageClientBuilder { BaseUri = Api, Credential = exchanged.ToGoogleCredential() }.Build();
        await client.UploadObjectAsync(Bucket, "a", null, new MemoryStream([1, 2]), cancellationToken: Cancel);
        Fake.IssuedTokens.ShouldBe(1);
        Fake.RevokeTokens();
        (await client.GetObjectAsync(Bucket, "a", cancellationToken: Cancel)).Size.ShouldBe(2ul);
        Fake.IssuedTokens.ShouldBe(2);
    }

    [Fact, Documented("json_api/v1/status-codes", InShort = "401 required without a token, 401 authError for one that is not valid, 403 for one that may only read")]
    public async Task Refused()
    {
        using var nobody = new StorageClientBuilder { BaseUri = Api, UnauthenticatedAccess = true }.Build();
        var error = await FailsAsync(HttpStatusCode.Unauthorized, () => nobody.GetObjectAsync(Bucket, "a", cancellationToken: Cancel));
        (error.Error.Errors[0].Reason, error.Error.Errors[0].Location).ShouldBe(("required", "Authorization"));
        using var stranger = new StorageClientBuilder { BaseUri = Api, Credential = GoogleCredential.FromAccessToken("nonsense") }.Build();
        (await FailsAsync(HttpStatusCode.Unauthorized, () => stranger.GetObjectAsync(Bucket, "a", cancellationToken: Cancel))).Error.Errors[0].Reason.ShouldBe("authError");
        using var reader = new StorageClientBuilder { BaseUri = Api, Credential = GoogleCredential.FromAccessToken(Fake.IssueToken(GcsAccess.ReadOnly)) }.Build();
        await FailsAsync(HttpStatusCode.NotFound, () => reader.GetObjectAsync(Bucket, "a", cancellationToken: Cancel));
        (await FailsAsync(HttpStatusCode.Forbidden, () => reader.UploadObjectAsync(Bucket, "a", null, new MemoryStream([1]), cancellationToken: Cancel))).Error.Errors[0].Reason.ShouldBe("forbidden");
        (await reader.TestBucketIamPermissionsAsync(Bucket, ["storage.objects.get", "storage.objects.create"], cancellationToken: Cancel)).ShouldBe(["storage.objects.get"]);
    }
}

public sealed class EmulatorAddressTests : ClientTest
{
    [Theory, Documented("cloud.google.com/dotnet/docs/reference/Google.Cloud.Storage.V1/latest",
        InShort = "BaseUri, and STORAGE_EMULATOR_HOST with EmulatorDetection, are the whole base address: with the path of the API or, for emulators, without")]
    [InlineData("storage/v1/")]
    [InlineData("")]
    public async Task With_and_without_the_path(string path)
    {
        string address = new Uri(Proxy.Endpoint, "/" + path).AbsoluteUri;
        using var client = new StorageClientBuilder { BaseUri = address, UnauthenticatedAccess = true }.Build();
        await client.UploadObjectAsync(Bucket, "a/b", null, new MemoryStream("hello"u8.ToArray()), cancellationToken: Cancel);
        var content = new MemoryStream();
        await client.DownloadObjectAsync(Bucket, "a/b", content, cancellationToken: Cancel);
        content.ToArray().ShouldBe("hello"u8.ToArray());
        (await client.CopyObjectAsync(Bucket, "a/b", Bucket, "c", cancellationToken: Cancel)).Size.ShouldBe(5ul);
        (await client.ListObjectsAsync(Bucket).Select(o => o.Name).ToArrayAsync(Cancel)).ShouldBe(["a/b", "c"]);
        (await client.ListBucketsAsync("project").CountAsync(Cancel)).ShouldBe(1);
        Proxy.Requests[^1].Target.ShouldStartWith($"/{path}b?");

        // The client reads the variable while it is built, and nothing else here does.
        Environment.SetEnvironmentVariable("STORAGE_EMULATOR_HOST", address);
        using var detected = new StorageClientBuilder { EmulatorDetection = EmulatorDetection.EmulatorOnly }.Build();
        Environment.SetEnvironmentVariable("STORAGE_EMULATOR_HOST", null);
        (await detected.GetObjectAsync(Bucket, "c", cancellationToken: Cancel)).Size.ShouldBe(5ul);
        Proxy.Requests[^1].Target.ShouldBe($"/{path}b/{Bucket}/o/c");
    }
}
