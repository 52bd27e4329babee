using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Cairn.TestServers.Fixtures;

/// <summary>
/// An S3 service: the one that CAIRN_TEST_S3_ENDPOINT names (with …_ACCESS_KEY, …_SECRET_KEY, …_REGION), else a container (image CAIRN_TEST_S3_IMAGE, a local
/// Ceph or MinIO), else Ceph's gateway as a process. It is kept for the next test program and must hold only throw-away buckets. Thread-safe.
/// </summary>
public sealed class S3Server
{
    private const string PublicImage = "minio/minio:latest";
    private static readonly OncePerProgram<S3Server> _one = new(OpenAsync);
    private static readonly HttpClient _http = new();

    private S3Server(Uri endpoint, string origin, string accessKey, string secretKey, string region) =>
        (Endpoint, Origin, AccessKey, SecretKey, Region) = (endpoint, origin, accessKey, secretKey, region);

    /// <summary>The address for path-style requests.</summary>
    public Uri Endpoint { get; }

    /// <summary>How it was had, for a test run's protocol.</summary>
    public string Origin { get; }

    /// <summary>The access key id of the one user.</summary>
    public string AccessKey { get; }

    /// <summary>The secret of <see cref="AccessKey"/>: a test's, worth nothing elsewhere.</summary>
    public string SecretKey { get; }

    /// <summary>The region to sign for.</summary>
    public string Region { get; }

    /// <summary>The server; throws <see cref="ServerUnavailableException"/> with the reason where none can be had.</summary>
    public static Task<S3Server> StartAsync(CancellationToken cancellationToken = default) => _one.GetAsync(cancellationToken);

    /// <summary>The server, or the reason why there is none.</summary>
    public static Task<ServerAvailability<S3Server>> TryStartAsync(CancellationToken cancellationToken = default) => ServerChoice.TryAsync(() => StartAsync(cancellationToken));

    /// <summary>The same server under another address: a proxy before it.</summary>
    public S3Server At(Uri endpoint) => new(endpoint, $"{Origin}, through {endpoint.Authority}", AccessKey, SecretKey, Region);

    /// <summary>Makes a bucket and returns its name, a new one where none is given.</summary>
    public async Task<string> CreateBucketAsync(string? name = null, CancellationToken cancellationToken = default)
    {
        name ??= "cairn-" + Guid.NewGuid().ToString("N");
        await SendAsync(HttpMethod.Put, "/" + name, cancellationToken);
        return name;
    }

    /// <summary>Removes an empty bucket.</summary>
    public Task DeleteBucketAsync(string name, CancellationToken cancellationToken = default) => SendAsync(HttpMethod.Delete, "/" + name, cancellationToken);

    private static Task<S3Server> OpenAsync(CancellationToken cancellationToken)
    {
        string access = ServerChoice.Variable("CAIRN_TEST_S3_ACCESS_KEY") ?? "cairn-access", secret = ServerChoice.Variable("CAIRN_TEST_S3_SECRET_KEY") ?? "cairn-secret-0123456789";
        string region = ServerChoice.Variable("CAIRN_TEST_S3_REGION") ?? "us-east-1";
        var keys = new Dictionary<string, string> { ["S3_ACCESS_KEY"] = access, ["S3_SECRET_KEY"] = secret };
        return ServerChoice.FirstAsync<S3Server>("S3 server",
            ("CAIRN_TEST_S3_ENDPOINT", () => Task.FromResult(ServerChoice.Variable("CAIRN_TEST_S3_ENDPOINT") is { } set
                ? new S3Server(new Uri(set), "CAIRN_TEST_S3_ENDPOINT", access, secret, region) : null)),
            ("container", async () =>
            {
                using var engine = await ContainerImages.EngineAsync(cancellationToken);
                string image = await ContainerImages.FindAsync(engine, "CAIRN_TEST_S3_IMAGE", PublicImage, "ceph-image", cancellationToken);
                var spec = image.Contains("minio", StringComparison.OrdinalIgnoreCase)
                    ? new ContainerSpec("s3", 9000, new Dictionary<string, string> { ["MINIO_ROOT_USER"] = access, ["MINIO_ROOT_PASSWORD"] = secret }, ["server", "/data"])
                    : new ContainerSpec("s3", 7480, keys, []);
                var (endpoint, origin) = await ContainerServers.EnsureAsync(engine, spec, image, cancellationToken);
                return new S3Server(endpoint, origin, access, secret, region);
            }
        ),
            ("process", async () =>
            {
                var environment = new Dictionary<string, string>(keys) { ["CEPH_ROOT"] = await ServerScripts.RunAsync("ceph-tree", [], null, TimeSpan.FromMinutes(15), cancellationToken) };
                var (endpoint, _, origin) = await ProcessServers.EnsureAsync("ceph", "ceph-run", [], environment, cancellationToken);
                return new S3Server(endpoint, origin, access, secret, region);
            }
        ));
    }

    private async Task SendAsync(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        // Signature version 4 with an unsigned payload, so that the fixture needs no SDK.
        string now = TimeProvider.System.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture), scope = $"{now[..8]}/{Region}/s3/aws4_request";
        string canonical = $"{method}\n{path}\n\nhost:{Endpoint.Authority}\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:{now}\n\nhost;x-amz-content-sha256;x-amz-date\nUNSIGNED-PAYLOAD";
        byte[] key = Encoding.UTF8.GetBytes("AWS4" + SecretKey);
        foreach (string part in scope.Split('/')) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        string text = $"AWS4-HMAC-SHA256\n{now}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        using var request = new HttpRequestMessage(method, new Uri(Endpoint, path));
        request.Headers.TryAddWithoutValidation("x-amz-date", now);
        request.Headers.TryAddWithoutValidation("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
        request.Headers.TryAddWithoutValidation("Authorization",
            $"AWS4-HMAC-SHA256 Credential={AccessKey}/{scope}, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)))}");
        using var reply = await _http.SendAsync(request, cancellationToken);
        if (!reply.IsSuccessStatusCode) throw new InvalidOperationException(
            $"{method} {path} on the S3 server answered {(int)reply.StatusCode}: {await reply.Content.ReadAsStringAsync(cancellationToken)}");
    }
}
