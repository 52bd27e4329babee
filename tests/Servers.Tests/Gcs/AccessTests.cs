using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Cairn.TestServers.Gcs;

namespace Cairn.TestServers.Tests.Gcs;

public sealed class AccessTests : GcsTest
{
    private readonly MovableClock _clock = new();

    private protected override GcsFakeOptions Options() => new() { RequireToken = true, Clock = _clock };

    [Fact, Documented("json_api/v1/status-codes", "The following is an example of an error response you receive if you try to list the buckets for a project but do not provide an authorization header.", InShort = "401, reason required, location Authorization")]
    public async Task No_token()
    {
        var reply = await GetAsync(Objects);
        (reply.Status, reply.Reason, (string)reply.Json["error"]!["errors"]![0]!["location"]!).ShouldBe((401, "required", "Authorization"));
        reply.Headers.ContainsKey("WWW-Authenticate").ShouldBeTrue();
    }

    [Fact, Documented("json_api/v1/status-codes", InShort = "401 authError for a token that is unknown or has expired")]
    public async Task A_wrong_or_expired_token()
    {
        (await GetAsync(Objects, ("Authorization", "Bearer nonsense"))).Reason.ShouldBe("authError");
        string token = Fake.IssueToken(lifetime: TimeSpan.FromMinutes(5));
        (await GetAsync(Objects, ("Authorization", "Bearer " + token))).Status.ShouldBe(200);
        _clock.Advance(TimeSpan.FromMinutes(6));
        (await GetAsync(Objects, ("Authorization", "Bearer " + token))).Status.ShouldBe(401);
        string other = Fake.IssueToken();
        Fake.RevokeTokens();
        (await GetAsync(Objects, ("Authorization", "Bearer " + other))).Status.ShouldBe(401);
    }

    [Fact, Documented("json_api/v1/status-codes", InShort = "403 forbidden without the permission")]
    public async Task A_token_that_may_only_read()
    {
        string token = "Bearer " + Fake.IssueToken(GcsAccess.ReadOnly);
        (await GetAsync(Objects, ("Authorization", token))).Status.ShouldBe(200);
        var reply = await MediaAsync("a", [1], "", ("Authorization", token));
        (reply.Status, reply.Reason).ShouldBe((403, "forbidden"));
    }

    [Fact, Documented("performing-resumable-uploads", InShort = "A session URI acts as its own authority: the PUTs need no token")]
    public async Task A_session_needs_no_token()
    {
        var start = await PostAsync($"{Upload}?uploadType=resumable&name=r", "{}", ("Authorization", "Bearer " + Fake.IssueToken()));
        (await ChunkAsync(start.Headers["Location"], [1], "bytes 0-0/1")).Status.ShouldBe(200);
    }

    [Fact, Documented("authentication", InShort = "The token endpoint of a service account and the metadata server of a machine issue tokens")]
    public async Task Tokens_are_issued()
    {
        var oauth = await SendAsync(HttpMethod.Post, "/token", new FormUrlEncodedContent([KeyValuePair.Create("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")]));
        (await GetAsync(Objects, ("Authorization", "Bearer " + oauth.Json["access_token"]))).Status.ShouldBe(200);
        const string Metadata = "/computeMetadata/v1/instance/service-accounts/default/token";
        (await GetAsync(Metadata)).Status.ShouldBe(403);
        ((string)(await GetAsync(Metadata, ("Metadata-Flavor", "Google"))).Json["token_type"]!).ShouldBe("Bearer");
        Fake.IssuedTokens.ShouldBe(2);
    }
}

public sealed class RefusalTests : GcsTest
{
    [Fact, Documented("json_api/v1/status-codes", InShort = "429 rateLimitExceeded in the domain usageLimits; 408 uploadBrokenConnection; 503 backendError; Retry-After where the service gives one")]
    public async Task Throttling_and_outage()
    {
        Fake.Refuse(429, times: 2, retryAfter: "7", when: (method, _) => method == "POST");
        var throttled = await MediaAsync("a", [1]);
        (throttled.Status, throttled.Reason, throttled.Headers["Retry-After"], (string)throttled.Json["error"]!["errors"]![0]!["domain"]!).ShouldBe((429, "rateLimitExceeded", "7", "usageLimits"));
        (await GetAsync(Objects)).Status.ShouldBe(200);
        (await MediaAsync("a", [1])).Status.ShouldBe(429);
        (await MediaAsync("a", [1])).Status.ShouldBe(200);
        Fake.Refuse(408);
        (await GetAsync(Objects)).Reason.ShouldBe("uploadBrokenConnection");
        Fake.Refuse(503);
        (await GetAsync(Objects)).Reason.ShouldBe("backendError");
        (await GetAsync(Objects)).Status.ShouldBe(200);
    }

    [Fact, Documented("retry-strategy", InShort = "A request that timed out can have been carried out, or be carried out later")]
    public async Task A_request_can_land_after_its_client_has_gone()
    {
        var late = new TaskCompletionSource();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        Fake.Hold(late.Task, (method, path) => method == "POST" && path.StartsWith("/upload/", StringComparison.Ordinal));
        using (var gone = new HttpClient { BaseAddress = Fake.Endpoint })
        {
            var upload = gone.PostAsync($"{Upload}?uploadType=media&name=late", new ByteArrayContent([1, 2, 3]));
            while (!Fake.IsHolding) await Task.Delay(10, patience.Token);
            (await MediaAsync("soon", [1])).Status.ShouldBe(200);
            gone.CancelPendingRequests();
            await Should.ThrowAsync<OperationCanceledException>(upload);
        }
        Fake.ObjectNames(Bucket).ShouldBe(["soon"]);
        late.SetResult();
        while (Fake.ObjectNames(Bucket).Count < 2) await Task.Delay(10, patience.Token);
        (await ReadAsync("late")).ShouldBe([1, 2, 3]);
    }

    [Fact, Documented("json_api/v1/status-codes", "Error responses usually include a JSON document in the response body, which contains information about the error.",
        InShort = "error.code, error.message, error.errors[].domain, reason, message")]
    public async Task The_shape_of_an_error()
    {
        var error = (await GetAsync(Path("nothing"))).Json["error"]!;
        ((int)error["code"]!, error["message"]!.GetValueKind(), (string)error["errors"]![0]!["domain"]!, (string)error["errors"]![0]!["reason"]!)
            .ShouldBe((404, System.Text.Json.JsonValueKind.String, "global", "notFound"));
        (await GetAsync("/storage/v2/nothing")).Status.ShouldBe(404);
    }
}

public sealed class SignedUrlTests : GcsTest
{
    private readonly RSA _key = RSA.Create(2048);
    private readonly MovableClock _clock = new();

    private protected override GcsFakeOptions Options()
    {
        var options = new GcsFakeOptions { Clock = _clock, RequireToken = true };
        options.SigningKeys["robot@project.iam.example"] = _key.ExportSubjectPublicKeyInfoPem();
        options.HmacSecrets["GOOGACCESS"] = "secret";
        return options;
    }

    /// <summary>The algorithm of the page, step by step, independent of the fake's own.</summary>
    private string Sign(string method, string path, int seconds, string headers = "", bool hmac = false, bool port = false)
    {
        string host = port ? Fake.Endpoint.Authority : Fake.Endpoint.Host, now = _clock.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'"), scope = now[..8] + "/auto/storage/goog4_request";
        string algorithm = hmac ? "GOOG4-HMAC-SHA256" : "GOOG4-RSA-SHA256";
        string account = hmac ? "GOOGACCESS" : "robot@project.iam.example";
        string names = headers.Length == 0 ? "host" : "host;" + headers[..headers.IndexOf(':')];
        string query = $"X-Goog-Algorithm={algorithm}&X-Goog-Credential={Uri.EscapeDataString($"{account}/{scope}")}&X-Goog-Date={now}&X-Goog-Expires={seconds}&X-Goog-SignedHeaders={Uri.EscapeDataString(names)}";
        string canonical = $"{method}\n{path}\n{query}\nhost:{host}\n{(headers.Length == 0 ? "" : headers + "\n")}\n{names}\nUNSIGNED-PAYLOAD";
        byte[] text = Encoding.UTF8.GetBytes($"{algorithm}\n{now}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}");
        byte[] signature;
        if (hmac)
        {
            byte[] key = "GOOG4secret"u8.ToArray();
            foreach (string part in scope.Split('/')) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
            signature = HMACSHA256.HashData(key, text);
        }
        else signature = _key.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{path}?{query}&X-Goog-Signature={Convert.ToHexStringLower(signature)}";
    }

    [Theory, Documented("access-control/signing-urls-manually", "Sign the string-to-sign using an RSA signature with SHA-256. The result of this signing is your request signature.",
        InShort = "or with an HMAC key; the URL then needs no token")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Put_get_and_delete(bool hmac)
    {
        string path = $"/{Bucket}/dir/a%20b";
        (await SendAsync(HttpMethod.Put, Sign("PUT", path, 60, hmac: hmac), new ByteArrayContent([1, 2, 3]))).Status.ShouldBe(200);
        (await GetAsync(Sign("GET", path, 60, hmac: hmac))).Body.ShouldBe([1, 2, 3]);
        (await GetAsync(Sign("GET", path, 60, hmac: hmac), ("Range", "bytes=1-"))).Status.ShouldBe(206);
        Fake.ObjectNames(Bucket).ShouldBe(["dir/a b"]);
        (await SendAsync(HttpMethod.Delete, Sign("DELETE", path, 60, hmac: hmac))).Status.ShouldBe(204);
        (await GetAsync(Sign("GET", path, 60, hmac: hmac))).Text.ShouldContain("<Code>NoSuchKey</Code>");
    }

    [Fact, Documented("access-control/signed-urls", InShort = "Another method, path, header or key than the signed one is 403 SignatureDoesNotMatch")]
    public async Task A_signature_covers_the_request()
    {
        string url = Sign("GET", $"/{Bucket}/a", 60);
        (await SendAsync(HttpMethod.Delete, url)).Text.ShouldContain("SignatureDoesNotMatch");
        (await GetAsync(url.Replace("/a?", "/b?", StringComparison.Ordinal))).Status.ShouldBe(403);
        (await GetAsync(url[..^2] + "00")).Status.ShouldBe(403);
        string conditional = Sign("PUT", $"/{Bucket}/a", 60, "x-goog-if-generation-match:0");
        (await SendAsync(HttpMethod.Put, conditional, new ByteArrayContent([1]))).Status.ShouldBe(403);
        (await SendAsync(HttpMethod.Put, conditional, new ByteArrayContent([1]), ("x-goog-if-generation-match", "0"))).Status.ShouldBe(200);
        (await SendAsync(HttpMethod.Put, conditional, new ByteArrayContent([1]), ("x-goog-if-generation-match", "0"))).Status.ShouldBe(412);
    }

    [Fact, Documented("access-control/signed-urls", InShort = "The host is a signed header; Google's clients sign it with or without the port of an address that is not the service's (googleapis/google-cloud-go#9347)")]
    public async Task The_port_may_be_signed()
    {
        (await GetAsync(Sign("GET", $"/{Bucket}/a", 60, port: true))).Status.ShouldBe(404);
        (await GetAsync(Sign("GET", $"/{Bucket}/a", 60, port: false))).Status.ShouldBe(404);
    }

    [Fact, Documented("access-control/signed-urls", InShort = "X-Goog-Expires counts seconds from X-Goog-Date, at most 604800 (seven days)")]
    public async Task Expiry()
    {
        string url = Sign("GET", $"/{Bucket}/a", 60);
        _clock.Advance(TimeSpan.FromSeconds(62));
        var reply = await GetAsync(url);
        (reply.Status, reply.Text.Contains("ExpiredToken")).ShouldBe((400, true));
        (await GetAsync(Sign("GET", $"/{Bucket}/a", 604801))).Status.ShouldBe(400);
    }
}

public sealed class DocumentationTests
{
    [Fact]
    public void Every_test_of_the_fake_names_its_page()
    {
        var tests = typeof(GcsTest).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(GcsTest))).SelectMany(t => t.GetMethods())
            .Where(m => m.GetCustomAttributes(typeof(FactAttribute), true).Length > 0).ToList();
        tests.Count.ShouldBeGreaterThan(60);
        tests.Where(m => !m.GetCustomAttributes(typeof(DocumentedAttribute), false).Cast<DocumentedAttribute>().Any(d => d.Quote is not null || d.InShort is not null))
            .Select(m => $"{m.DeclaringType!.Name}.{m.Name}").ShouldBeEmpty();
    }
}
