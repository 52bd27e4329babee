using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Amazon.S3;
using Cairn.Layers;
using Cairn.TestServers.Proxy;
using Cairn.TestServers.Recording;

namespace Cairn.Providers.S3.Tests;

public sealed class ErrorTests
{
    private const string Canary = "canary-7d0e4f1c9b";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("secret-key", "wrong", StoreErrorCode.Unauthenticated, "the secret key is wrong")]
    [InlineData("access-key", "nobody", StoreErrorCode.Unauthenticated, "does not know the access key")]
    [InlineData("endpoint", "http://no-such-host.invalid:9000", StoreErrorCode.Unavailable, "host name cannot be resolved")]
    [InlineData("endpoint", "http://127.0.0.1:9", StoreErrorCode.Unavailable, "could not be reached")]
    public async Task What_is_wrong_with_the_store_is_said(string option, string value, StoreErrorCode code, string reason)
    {
        var server = await S3Backend.ServerAsync();
        await using var box = await S3Box.CreateAsync();
        var error = await FailureAsync(box.Root, S3Backend.Options(server, (option, value), ("retries", "0")));
        (error.Code, error.Message).ShouldSatisfyAllConditions(e => e.Code.ShouldBe(code), e => e.Message.ShouldContain(reason));
        error.Advice.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_missing_bucket_is_said()
    {
        var server = await S3Backend.ServerAsync();
        var error = await FailureAsync(StoreUri.Create("s3", $"cairn-missing-{Guid.NewGuid():N}", default), S3Backend.Options(server));
        error.Code.ShouldBe(StoreErrorCode.NotFound);
        error.Message.ShouldContain("the bucket does not exist");
        error.RequestId.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("AuthorizationHeaderMalformed", HttpStatusCode.BadRequest, "another region")]
    [InlineData("PermanentRedirect", HttpStatusCode.MovedPermanently, "another region")]
    [InlineData("RequestTimeTooSkewed", HttpStatusCode.Forbidden, "clock")]
    [InlineData("ExpiredToken", HttpStatusCode.BadRequest, "expired")]
    [InlineData("AccessDenied", HttpStatusCode.Forbidden, "access is denied")]
    [InlineData("SlowDown", HttpStatusCode.ServiceUnavailable, "a lower rate")]
    public void What_the_service_answers_is_explained(string code, HttpStatusCode status, string reason) =>
        S3Errors.Classify(new AmazonS3Exception("x") { ErrorCode = code, StatusCode = status }).Reason.ShouldContain(reason);

    [Theory]
    [InlineData(FaultKind.Status503)]
    [InlineData(FaultKind.Status429)]
    public async Task Throttling_says_how_long_to_wait(FaultKind kind)
    {
        await using var box = await S3Box.CreateAsync(new FaultProxyOptions
        {
            RetryAfterSeconds = 7,
            ErrorBody = _ => ("application/xml", "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message><RequestId>R1</RequestId></Error>"),
        });
        box.Proxy.Add(new FaultRule(kind));
        var store = await box.ThroughAsync(("retries", "0"));
        var error = await Should.ThrowAsync<StoreException>(() => store.ReadTextAsync("f", cancellationToken: Cancel));
        (error.Code, error.RetryAfter, error.IsTransient).ShouldBe((StoreErrorCode.Throttled, TimeSpan.FromSeconds(7), true));
    }

    [Fact]
    public async Task A_service_that_stands_still_is_given_up()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var options = new Dictionary<string, string> { ["endpoint"] = $"http://{listener.LocalEndpoint}", ["access-key"] = "a", ["secret-key"] = "b", ["timeout"] = "200ms", ["retries"] = "0" };
        var error = await FailureAsync(StoreUri.Create("s3", "bucket", default), options);
        (error.Code, error.Reason).ShouldBe((StoreErrorCode.Unavailable, "the service did not send or receive data for too long"));
    }

    [Fact]
    public async Task A_certificate_is_trusted_only_when_named()
    {
        using var key = ECDsa.Create();
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        var file = Path.Join(Path.GetTempPath(), $"cairn-s3-{Guid.NewGuid():N}.pem");
        await File.WriteAllTextAsync(file, certificate.ExportCertificatePem(), Cancel);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeNothingAsync(listener, certificate, stop.Token);
        try
        {
            var options = new Dictionary<string, string>
            {
                ["endpoint"] = $"https://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}",
                ["access-key"] = "a",
                ["secret-key"] = "b",
                ["retries"] = "0"
            };
            var root = StoreUri.Create("s3", "bucket", default);
            var error = await FailureAsync(root, options);
            (error.Code, error.IsTransient, error.Reason).ShouldBe((StoreErrorCode.Unavailable, false, "no secure connection could be established"));
            error.Advice.ShouldNotBeNull().ShouldContain("ca-file");

            options["ca-file"] = file;
            await using var trusting = new ArtifactStore(await S3Backend.OpenAsync(root, options));
            (await trusting.IsFileAsync("f", Cancel)).ShouldBeFalse();

            options["ca-file"] = file + ".missing";
            (await Should.ThrowAsync<StoreException>(() => S3Backend.OpenAsync(root, options))).Code.ShouldBe(StoreErrorCode.InvalidConfiguration);
        }
        finally
        {
            File.Delete(file);
            await stop.CancelAsync();
            await serving;
            listener.Stop();
        }
    }

    [Theory]
    [InlineData("access-key", "only")]
    [InlineData("part-size", "1MiB")]
    [InlineData("copy-part-size", "6GiB")]
    [InlineData("parallelism", "0")]
    [InlineData("retries", "-1")]
    [InlineData("timeout", "0s")]
    [InlineData("endpoint", "localhost:9000")]
    [InlineData("endpoint", "http://user:canary-7d0e4f1c9b@host")]
    [InlineData("proxy", "http://user:canary-7d0e4f1c9b@host")]
    [InlineData("profile", "no-such-profile-anywhere")]
    public async Task A_wrong_option_is_a_configuration_error(string option, string value)
    {
        var error = await Should.ThrowAsync<StoreException>(
            () => S3Backend.OpenAsync(StoreUri.Create("s3", "bucket", default), new() { ["region"] = "us-east-1", [option] = value }));
        error.Code.ShouldBe(StoreErrorCode.InvalidConfiguration);
        error.ToString().ShouldNotContain(Canary);
    }

    /// <summary>All that a process tells of itself at the most verbose level, while requests with canaries for secrets fail and succeed in each way.</summary>
    [Fact]
    public async Task Secrets_are_nowhere_to_be_seen()
    {
        var server = await S3Backend.ServerAsync();
        await using var box = await S3Box.CreateAsync();
        await using var recorder = new S3Recorder();
        using var telltale = new Telltale();
        var texts = new List<string> { new S3Options { SecretKey = Canary, SessionToken = Canary }.ToString()! };
        foreach (var role in new[] { false, true })
        {
            (string, string)[] roles = role ? [("role", "arn:aws:iam::1:role/r"), ("role-endpoint", recorder.Endpoint)] : [];
            await using var right = Told(await recorder.DriverAsync([("secret-key", Canary + "secret"), ("session-token", Canary + "token"), .. roles]));
            await S3Recorder.DoAllAsync(right);
            texts.Add($"{right} {right.GetService(typeof(S3Driver))}");
        }
        var options = S3Backend.Options(server, ("secret-key", Canary + "secret"), ("session-token", Canary + "token"), ("retries", "0"));
        await using var store = Told(await S3Backend.OpenAsync(box.Root, options));
        Func<Task>[] all =
        [
            () => store.ReadTextAsync("f", cancellationToken: Cancel), () => store.WriteTextAsync("f", "x", WriteMode.CreateNew, cancellationToken: Cancel), () => store.RemoveAsync("f", Cancel),
            async () => await store.ListAsync(cancellationToken: Cancel).GetAsyncEnumerator(Cancel).MoveNextAsync(),
        ];
        foreach (var one in all)
            texts.Add((await Should.ThrowAsync<StoreException>(one)).ToString());
        texts.AddRange([$"{store}", $"{store.Root}", .. telltale.Texts]);
        string[] secrets = [Canary, "canary-session-secret", "canary-session-token"];
        texts.Where(t => secrets.Any(s => t.Contains(s, StringComparison.Ordinal))).ShouldBeEmpty();
        foreach (var source in new[] { "event System.Net.Http", "span Cairn", "metric Cairn", "span System.Net.Http", "metric System.Net.Http", "log" })
            telltale.Sources.Keys.ShouldContain(source);

        ArtifactStore Told(StoreDriver driver) => new(driver.WithTelemetry(new() { PathsOnSpans = true }, new() { LoggerFactory = telltale }), new ArtifactStoreOptions { LoggerFactory = telltale });
    }

    private static async Task<StoreException> FailureAsync(StoreUri root, Dictionary<string, string> options)
    {
        await using var store = new ArtifactStore(await S3Backend.OpenAsync(root, options));
        return await Should.ThrowAsync<StoreException>(async () =>
        {
            await foreach (var _ in store.ListAsync(cancellationToken: Cancel))
                break;
        });
    }

    /// <summary>Answers every request over TLS with 404.</summary>
    private static async Task ServeNothingAsync(TcpListener listener, X509Certificate2 certificate, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync(cancellationToken);
                await using var tls = new SslStream(client.GetStream());
                await tls.AuthenticateAsServerAsync(certificate);
                await tls.ReadAtLeastAsync(new byte[64 << 10], 1, cancellationToken: cancellationToken);
                await tls.WriteAsync("HTTP/1.1 404 Not Found\r\nx-amz-request-id: r1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), cancellationToken);
            }
            catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The client did not like the certificate, which is what the test is about.
                continue;
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
