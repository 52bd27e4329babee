using System.Text.Json;
using Cairn.TestServers.Gcs;
using Cairn.TestServers.Recording;

namespace Cairn.Providers.Gcs.Tests;

/// <summary>Environment variables belong to the whole process: these tests run one after the other, and others name their endpoint and credentials.</summary>
public sealed class CredentialTests : GcsTest
{
    private readonly ServiceAccount _account = new();

    private protected override GcsFakeOptions FakeOptions()
    {
        var options = new GcsFakeOptions { ComputeMd5 = false, RequireToken = true, TokenLifetime = TimeSpan.FromSeconds(2) };
        options.SigningKeys[_account.Email] = _account.PublicKey;
        return options;
    }

    [Fact]
    public async Task A_token_that_expires_in_the_middle_of_a_transfer_is_renewed()
    {
        var store = await OpenAsync($"key={_account.KeyJson(Fake.Endpoint)}");
        var content = Bytes(2_000_000);
        await using (var stream = await store.OpenWriteAsync("f", WriteMode.CreateNew, cancellationToken: Cancel))
        {
            for (var at = 0; at < content.Length; at += 500_000)
            {
                await stream.WriteAsync(content.AsMemory(at, 500_000), Cancel);
                Fake.RevokeTokens();
            }
            await stream.CompleteAsync(Cancel);
        }
        Fake.RevokeTokens();
        (await store.ReadBytesAsync("f", Cancel)).ShouldBe(content);
        Fake.IssuedTokens.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task A_token_of_ones_own_that_expires_says_so()
    {
        var store = await OpenAsync($"access-token={Fake.IssueToken(GcsAccess.Full, TimeSpan.FromHours(1))}");
        await PutAsync(store, "f", Bytes(10));
        Fake.RevokeTokens();
        foreach (var reads in new[] { "json", "xml" })
        {
            var expired = await OpenAsync("access-token=ya29.canary", $"reads={reads}");
            var error = await FailsAsync(StoreErrorCode.Unauthenticated, () => expired.ReadBytesAsync("f", Cancel));
            error.Message.ShouldContain("expired");
            error.ToString().ShouldNotContain("canary");
        }
    }

    [Fact]
    public async Task Who_may_only_read_is_told()
    {
        var store = await OpenAsync($"access-token={Fake.IssueToken(GcsAccess.ReadOnly, TimeSpan.FromHours(1))}");
        var error = await FailsAsync(StoreErrorCode.PermissionDenied, () => PutAsync(store, "f", Bytes(10)));
        error.Message.ShouldContain("role");
        error.RequestId.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Credentials_that_are_missing_are_asked_for()
    {
        var store = await OpenAsync("anonymous=true");
        (await FailsAsync(StoreErrorCode.Unauthenticated, () => store.StatAsync("f", Cancel))).Message.ShouldContain("key-file");
    }

    [Fact]
    public async Task The_conventions_of_the_ecosystem_work_without_options()
    {
        var file = Path.Join(Path.GetTempPath(), $"cairn-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, _account.KeyJson(Fake.Endpoint), Cancel);
        try
        {
            await WithEnvironmentAsync("GOOGLE_APPLICATION_CREDENTIALS", file, async () =>
            {
                await using var store = await ArtifactStore.OpenAsync(
                    new GcsProvider(), $"gs://{Bucket}", new Dictionary<string, string> { ["endpoint"] = Fake.Endpoint.AbsoluteUri }, cancellationToken: Cancel);
                await PutAsync(store, "f", Bytes(10));
                store.Capabilities.Presign.ShouldBeTrue();
            });
            var fromFile = await OpenAsync($"key-file={file}");
            (await fromFile.ReadBytesAsync("f", Cancel)).ShouldBe(Bytes(10));
        }
        finally
        {
            File.Delete(file);
        }
        await using var open = await GcsFake.StartAsync(cancellationToken: Cancel);
        var bucket = open.CreateBucket();
        var address = open.Endpoint.GetLeftPart(UriPartial.Authority);
        foreach (var host in new[] { open.Endpoint.Authority, open.Endpoint.Authority + "/storage/v1/", address, address + "/", address + "/storage/v1", address + "/storage/v1/" })
        {
            await WithEnvironmentAsync("STORAGE_EMULATOR_HOST", host, async () =>
            {
                await using var store = await ArtifactStore.OpenAsync(new GcsProvider(), $"gs://{bucket}", cancellationToken: Cancel);
                await PutAsync(store, "f", Bytes(10));
                store.Capabilities.Presign.ShouldBeFalse();
            });
        }
        open.ObjectNames(bucket).ShouldBe(["f"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_workload_identity_is_exchanged_for_tokens_and_renewed(bool impersonates)
    {
        var subject = Path.Join(Path.GetTempPath(), $"cairn-{Guid.NewGuid():N}.token");
        await File.WriteAllTextAsync(subject, "token-of-the-workload", Cancel);
        await using var google = RecordingServer.Start(request => request.Target.Contains("generateAccessToken", StringComparison.Ordinal)
            ? Json(new { accessToken = Fake.IssueToken(GcsAccess.Full, TimeSpan.FromHours(1)), expireTime = DateTimeOffset.UtcNow.AddHours(1).ToString("O") })
            : Json(new
            {
                access_token = impersonates ? "of-the-pool" : Fake.IssueToken(GcsAccess.Full, TimeSpan.FromHours(1)),
                issued_token_type = "urn:ietf:params:oauth:token-type:access_token",
                token_type = "Bearer",
                expires_in = 3600
            }));
        var configuration = new Dictionary<string, object>
        {
            ["type"] = "external_account",
            ["audience"] = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/provider",
            ["subject_token_type"] = "urn:ietf:params:oauth:token-type:jwt",
            ["token_url"] = new Uri(google.Endpoint, "v1/token").AbsoluteUri,
            ["credential_source"] = new { file = subject },
        };
        if (impersonates)
            configuration["service_account_impersonation_url"] = new Uri(google.Endpoint, "v1/projects/-/serviceAccounts/writer@example.com:generateAccessToken").AbsoluteUri;
        var file = subject + ".json";
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(configuration), Cancel);
        try
        {
            var store = await OpenAsync($"key-file={file}");
            await PutAsync(store, "f", Bytes(10));
            Fake.RevokeTokens();
            (await store.ReadBytesAsync("f", Cancel)).ShouldBe(Bytes(10));
            File.Delete(subject);
            Fake.RevokeTokens();
            // To impersonate, the pool's token of before is still good.
            if (!impersonates)
                (await FailsAsync(StoreErrorCode.Unauthenticated, () => store.ReadBytesAsync("f", Cancel))).Message.ShouldContain("workload");
        }
        finally
        {
            File.Delete(subject);
            File.Delete(file);
        }
        google.Requests.Count(static r => r.Target.EndsWith("/token", StringComparison.Ordinal)).ShouldBeGreaterThanOrEqualTo(impersonates ? 1 : 2);
        google.Requests.Count(static r => r.Target.Contains("writer@example.com", StringComparison.Ordinal) || r.Target.Contains("writer%40", StringComparison.Ordinal))
            .ShouldBeGreaterThanOrEqualTo(impersonates ? 2 : 0);
        System.Text.Encoding.UTF8.GetString(google.Requests.First().Body).ShouldContain("token-of-the-workload");

        static Answer Json(object body) => new(200, JsonSerializer.Serialize(body), "application/json");
    }

    [Fact]
    public async Task A_URL_is_signed_for_the_endpoint_and_not_offered_where_the_endpoint_has_a_path()
    {
        var store = await OpenAsync($"key={_account.KeyJson(Fake.Endpoint)}");
        await PutAsync(store, "f", Bytes(10));
        var url = await store.PresignAsync("f", PresignAccess.Read, TimeSpan.FromMinutes(5), Cancel);
        url.Authority.ShouldBe(Proxy.Endpoint.Authority);
        using var http = new HttpClient();
        (await http.GetByteArrayAsync(url, Cancel)).ShouldBe(Bytes(10));
        var below = await OpenAsync($"key={_account.KeyJson(Fake.Endpoint)}", $"endpoint={Proxy.Endpoint.AbsoluteUri}below");
        below.Capabilities.Presign.ShouldBeFalse();
    }

    [Fact]
    public async Task A_credential_that_cannot_be_used_is_refused_without_showing_it()
    {
        var store = await OpenAsync("""key={"type":"service_account","client_email":"a@b","private_key":"canary-in-the-key"}""");
        var error = await FailsAsync(StoreErrorCode.InvalidConfiguration, () => store.StatAsync("f", Cancel));
        error.ToString().ShouldNotContain("canary");
    }

    [Theory]
    [InlineData(null, "does not exist")]
    [InlineData("not JSON", "does not contain a Google credential")]
    [InlineData("{}", "does not contain a Google credential")]
    public async Task What_is_wrong_with_the_file_that_the_environment_names_is_said(string? content, string reason)
    {
        var file = Path.Join(Path.GetTempPath(), $"cairn-gcs-{Guid.NewGuid():N}.json");
        if (content is not null)
            await File.WriteAllTextAsync(file, content, TestContext.Current.CancellationToken);
        try
        {
            await WithEnvironmentAsync("GOOGLE_APPLICATION_CREDENTIALS", file, async () =>
            {
                await using var store = await ArtifactStore.OpenAsync(new GcsProvider(), "gs://bucket", new Dictionary<string, string> { ["endpoint"] = "http://127.0.0.1:9", ["retries"] = "0" });
                var error = await Should.ThrowAsync<StoreException>(() => store.StatAsync("f"));
                (error.Code, error.Reason).ShouldBe((StoreErrorCode.Unauthenticated, $"GOOGLE_APPLICATION_CREDENTIALS refers to {file}, which {error.Reason.Split(", which ")[^1]}"));
                error.Reason.ShouldContain(reason);
            });
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task WithEnvironmentAsync(string name, string value, Func<Task> act)
    {
        var before = Environment.GetEnvironmentVariable(name);
        Environment.SetEnvironmentVariable(name, value);
        try
        {
            await act();
        }
        finally
        {
            Environment.SetEnvironmentVariable(name, before);
        }
    }
}
