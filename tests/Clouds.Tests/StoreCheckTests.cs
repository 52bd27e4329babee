using Cairn.TestServers.Recording;

namespace Cairn.Clouds.Tests;

/// <summary><c>cairn store check</c> as a person meets it: each way in which a store can be wrong is named, with what to do.</summary>
public sealed class StoreCheckTests(Builds builds) : IDisposable
{
    private const string AzureKey = "c2VjcmV0LWtleQ==";

    private readonly string _folder = Directory.CreateTempSubdirectory("cairn-check-").FullName;

    [Theory]
    [InlineData(403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", "clock differs", "Set the clock.")]
    [InlineData(400, "AuthorizationHeaderMalformed", "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-central-1'", "is in another region",
        "Set the store's region to eu-central-1.")]
    [InlineData(400, "ExpiredToken", "The provided token has expired.", "the credentials have expired", "Renew them.")]
    [InlineData(403, "SignatureDoesNotMatch", "x", "the secret key is wrong", "Check secret-key")]
    [InlineData(403, "InvalidAccessKeyId", "x", "does not know the access key", "Check access-key")]
    [InlineData(404, "NoSuchBucket", "x", "the bucket does not exist", "Check the name of the bucket")]
    [InlineData(503, "SlowDown", "x", "a lower rate", "Try again later")]
    public async Task S3_says_what_is_wrong(int status, string code, string words, string reason, string advice)
    {
        await using var server = RecordingServer.Start(_ => S3Error(status, code, words));
        var (exit, output, error) = await CheckAsync("s3", "s3://bucket/root", S3Options(server.Endpoint));
        (exit, output).ShouldBe((1, "it: failed: list\n"), error);
        error.ShouldContain(reason);
        error.ShouldContain(advice);
    }

    [Theory]
    [InlineData("PUT", "it: failed: write; ok: list\n")]
    [InlineData("DELETE", "it: failed: condition, remove; ok: list, write, stat, read, copy, list-staged, presign\n")]
    public async Task Each_permission_that_is_missing_is_found(string method, string says)
    {
        var there = false;
        await using var server = RecordingServer.Start(r => r.Method == method ? S3Error(403, "AccessDenied", "x") : S3Fine(r, ref there, looksAtConditions: true));
        var (exit, output, error) = await CheckAsync("s3", "s3://bucket/root", S3Options(server.Endpoint));
        (exit, output).ShouldBe((1, says), error);
        error.ShouldContain("access is denied (PermissionDenied). Check the credentials' permissions on the bucket.");
    }

    [Fact]
    public async Task A_service_that_does_not_look_at_conditions_is_found()
    {
        var there = false;
        await using var server = RecordingServer.Start(r => S3Fine(r, ref there, looksAtConditions: false));
        var (exit, output, error) = await CheckAsync("s3", "s3://bucket/root", S3Options(server.Endpoint));
        (exit, output).ShouldBe((1, "it: failed: condition; ok: list, write, stat, read, copy, list-staged, presign, remove\n"), error);
        error.ShouldContain("overwrote a file although the request said to write only if no file exists");
        error.ShouldContain("note: store 'it' now has conditions=no");
        // Remembered: what would overwrite is refused.
        var folder = Directory.EnumerateDirectories(_folder).Single();
        await File.WriteAllTextAsync(Path.Join(folder, "f.txt"), "x");
        var environment = new Dictionary<string, string> { ["S3_TEST_SECRET"] = "hidden-in-tests" };
        var refused = await Clouds.RunAsync(await builds.PathAsync(Builds.Tool), folder, environment, "cp", "--no-replace", "f.txt", "it:f.txt");
        (refused.Code, refused.Error.Contains("cannot write with CreateNew", StringComparison.Ordinal)).ShouldBe((1, true), refused.Error);
    }

    [Theory]
    [InlineData("AuthenticationFailed", 403, "Server failed to authenticate the request. Request date header too old", "clock differs", "Set the clock.")]
    [InlineData("AuthenticationFailed", 403, "Signature not valid in the specified time frame", "not valid at this time", "Check its dates")]
    [InlineData("AuthenticationFailed", 403, "Server failed to authenticate the request.", "account key or signature is wrong", "Check account-key")]
    [InlineData("AuthorizationPermissionMismatch", 403, "x", "does not have this permission", "Storage Blob Data Contributor")]
    [InlineData("ContainerNotFound", 404, "x", "the container does not exist", "Check the name of the container")]
    public async Task Azure_says_what_is_wrong(string code, int status, string words, string reason, string advice)
    {
        await using var server = RecordingServer.Start(_ => new(status,
            $"<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>{words}</Message></Error>")
        { Headers = [("x-ms-error-code", code), ("x-ms-request-id", "r1")] });
        var (exit, output, error) = await CheckAsync("azure", "az://data", [("endpoint", server.Endpoint + "acme"), ("account", "acme"), ("account-key", "env:AZURE_TEST_KEY"), ("retries", "0")]);
        (exit, output.StartsWith("it: failed: list", StringComparison.Ordinal)).ShouldBe((1, true), output + error);
        error.ShouldContain(reason);
        error.ShouldContain(advice);
        error.ShouldContain("Request id r1.");
    }

    [Theory]
    [InlineData(401, "authError", "Invalid Credentials", "expired", "")]
    [InlineData(403, "forbidden", "robot does not have storage.objects.list access", "", "role")]
    [InlineData(404, "notFound", "The specified bucket does not exist.", "the bucket does not exist", "Check the name of the bucket")]
    public async Task Cloud_Storage_says_what_is_wrong(int status, string code, string words, string reason, string advice)
    {
        await using var server = RecordingServer.Start(
            _ => new(status, $$$"""{"error":{"code":{{{status}}},"message":"{{{words}}}","errors":[{"reason":"{{{code}}}","message":"{{{words}}}"}]}}""", "application/json"));
        var (exit, output, error) = await CheckAsync("gcs", "gs://data", [("endpoint", server.Endpoint.ToString()), ("access-token", "env:GCS_TEST_TOKEN"), ("retries", "0")]);
        (exit, output.StartsWith("it: failed: list", StringComparison.Ordinal)).ShouldBe((1, true), output + error);
        error.ShouldContain(reason);
        error.ShouldContain(advice);
    }

    [Fact]
    public async Task A_clock_that_Google_does_not_believe_is_named()
    {
        const string Words = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.";
        await using var server = RecordingServer.Start(_ => new(400, $$"""{"error":"invalid_grant","error_description":"{{Words}}"}""", "application/json"));
        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        var key = Path.Join(_folder, "key.json");
        await File.WriteAllTextAsync(key, System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["type"] = "service_account",
            ["client_email"] = "robot@project.iam.gserviceaccount.com",
            ["private_key"] = rsa.ExportPkcs8PrivateKeyPem(),
            ["token_uri"] = new Uri(server.Endpoint, "/token").AbsoluteUri,
        }));
        var (_, _, error) = await CheckAsync("gcs", "gs://data", [("endpoint", server.Endpoint.ToString()), ("key-file", key), ("retries", "0")]);
        error.ShouldContain("clock differs too much");
    }

    [Theory]
    [InlineData("s3", "s3://bucket")]
    [InlineData("azure", "az://data")]
    [InlineData("gcs", "gs://data")]
    public async Task A_wrong_host_and_a_certificate_that_nobody_trusts_are_named(string flavor, string root)
    {
        await using var server = RecordingServer.Start(static _ => new(500), tls: true);
        foreach (var (endpoint, reason, advice) in new[] { ("https://no-such-host.invalid", "host name cannot be resolved", "endpoint"),
            (server.Endpoint.ToString(), "no secure connection", "ca-file") })
        {
            (string, string)[] options = flavor switch
            {
                "s3" => S3Options(new Uri(endpoint)),
                "azure" => [("endpoint", endpoint.TrimEnd('/') + "/acme"), ("account", "acme"), ("account-key", "env:AZURE_TEST_KEY"), ("retries", "0")],
                _ => [("endpoint", endpoint), ("anonymous", "yes"), ("retries", "0")],
            };
            var (exit, _, error) = await CheckAsync(flavor, root, options);
            exit.ShouldBe(1);
            error.ShouldContain(reason);
            error.ShouldContain(advice);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static (string, string)[] S3Options(Uri endpoint) =>
        [("endpoint", endpoint.ToString()), ("region", "us-east-1"), ("access-key", "AKIATEST"), ("secret-key", "env:S3_TEST_SECRET"), ("retries", "0")];

    private static Answer S3Error(int status, string code, string words) => new(status, $"<Error><Code>{code}</Code><Message>{words}</Message><RequestId>r1</RequestId></Error>");

    /// <summary>A service that holds one file.</summary>
    private static Answer S3Fine(RecordedRequest request, ref bool there, bool looksAtConditions)
    {
        var answer = S3Answer(request, ref there, looksAtConditions);
        return answer with { Headers = [.. answer.Headers, ("x-amz-request-id", "r1")] };
    }

    private static Answer S3Answer(RecordedRequest request, ref bool there, bool looksAtConditions)
    {
        (string, string)[] tag = [("ETag", "\"0123456789abcdef0123456789abcdef\"")];
        switch (request.Method)
        {
            case "GET" when request.Target.Contains("list-type", StringComparison.Ordinal):
                return new(200, "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>");
            case "GET" when request.Target.Contains("uploads", StringComparison.Ordinal):
                return new(200, "<ListMultipartUploadsResult><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>");
            case "PUT" when request["x-amz-copy-source"].Length > 0:
                return new(200, "<CopyObjectResult><ETag>\"0123456789abcdef0123456789abcdef\"</ETag></CopyObjectResult>");
            case "PUT" when there && looksAtConditions && request["If-None-Match"] == "*":
                return S3Error(412, "PreconditionFailed", "x");
            case "PUT":
                there = true;
                return new(200) { Headers = tag };
            case "HEAD":
                return new(200) { Headers = [.. tag, ("Content-Length", "45")] };
            case "DELETE":
                return new(204);
            default:
                return new(200, request.Target.Split('/')[^1], "text/plain") { Headers = tag };
        }
    }

    private async Task<(int Code, string Output, string Error)> CheckAsync(string flavor, string root, (string Name, string Value)[] options)
    {
        var environment = new Dictionary<string, string> { ["AZURE_TEST_KEY"] = AzureKey, ["S3_TEST_SECRET"] = "hidden-in-tests", ["GCS_TEST_TOKEN"] = "token" };
        var cairn = await builds.PathAsync(Builds.Tool);
        var folder = Directory.CreateDirectory(Path.Join(_folder, Guid.NewGuid().ToString("N"))).FullName;
        (await Clouds.RunAsync(cairn, folder, environment, "init")).Code.ShouldBe(0);
        var registered = await Clouds.RunAsync(cairn, folder, environment,
            ["store", "register", "it", "--flavor", flavor, "--root", root, .. options.SelectMany(static o => new[] { "--option", $"{o.Name}={o.Value}" })]);
        registered.Code.ShouldBe(0, registered.Error);
        return await Clouds.RunAsync(cairn, folder, environment, "store", "check", "it");
    }
}
