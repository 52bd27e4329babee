using System.Net;
using System.Net.Http.Headers;
using Cairn.Providers.Gcs.Tests;
using Cairn.TestServers.Gcs;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Upload;
using Google.Cloud.Storage.V1;

namespace Cairn.GoogleClient.Tests;

public sealed class SignedUrlTests : ClientTest
{
    private readonly ServiceAccount _account = new();
    private readonly MovableClock _clock = new();
    private readonly HttpClient _http = new();

    private protected override GcsFakeOptions FakeOptions()
    {
        var options = new GcsFakeOptions { RequireToken = true, Clock = _clock };
        options.SigningKeys[_account.Email] = _account.PublicKey;
        options.HmacSecrets["GOOGACCESS"] = "secret";
        return options;
    }

    private protected override StorageClient CreateClient() =>
        new StorageClientBuilder { BaseUri = Api, Credential = CredentialFactory.FromJson<ServiceAccountCredential>(_account.KeyJson(Proxy.Endpoint)).ToGoogleCredential() }.Build();

    private UrlSigner.RequestTemplate For(string name, HttpMethod method) => UrlSigner.RequestTemplate.FromBucket(Bucket).WithObjectName(name).WithHttpMethod(method);

    private static UrlSigner.Options ForMinutes(double minutes) => UrlSigner.Options.FromDuration(TimeSpan.FromMinutes(minutes)).WithSigningVersion(SigningVersion.V4);

    private Task<string> SignAsync(string name, HttpMethod method) => Client.CreateUrlSigner().SignAsync(For(name, method), ForMinutes(5), Cancel);

    [Theory, Documented("access-control/signed-urls", InShort = "A V4 signed URL lets anybody do one thing to one object; the signer of a client follows its address")]
    [InlineData("a")]
    [InlineData("dir/a b+ü%41?#")]
    public async Task Get_put_and_delete(string name)
    {
        string put = await SignAsync(name, HttpMethod.Put);
        put.ShouldStartWith(Proxy.Endpoint.AbsoluteUri);
        (await _http.PutAsync(put, new ByteArrayContent("hello"u8.ToArray()), Cancel)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ReadAsync(name)).ShouldBe("hello"u8.ToArray());
        string get = await SignAsync(name, HttpMethod.Get);
        (await _http.GetByteArrayAsync(get, Cancel)).ShouldBe("hello"u8.ToArray());
        using var ranged = new HttpRequestMessage(HttpMethod.Get, get) { Headers = { Range = new RangeHeaderValue(1, 2) } };
        var part = await _http.SendAsync(ranged, Cancel);
        (part.StatusCode, await part.Content.ReadAsStringAsync(Cancel)).ShouldBe((HttpStatusCode.PartialContent, "el"));
        (await _http.DeleteAsync(await SignAsync(name, HttpMethod.Delete), Cancel)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await _http.GetAsync(get, Cancel)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact, Documented("access-control/signed-urls", InShort = "The signature covers method, object, signed headers and key: 403 SignatureDoesNotMatch for another")]
    public async Task A_signature_covers_the_request()
    {
        await PutAsync("a");
        string get = await SignAsync("a", HttpMethod.Get);
        foreach (var response in new[] { await _http.PutAsync(get, new ByteArrayContent([1]), Cancel), await _http.GetAsync(get.Replace("/a?", "/b?", StringComparison.Ordinal), Cancel),
            await _http.GetAsync(get[..^2] + "00", Cancel) })
            (response.StatusCode, (await response.Content.ReadAsStringAsync(Cancel)).Contains("SignatureDoesNotMatch", StringComparison.Ordinal)).ShouldBe((HttpStatusCode.Forbidden, true));
    }

    [Fact, Documented("access-control/signed-urls", InShort = "A content type and x-goog- headers that were signed must come with the request as they are")]
    public async Task Signed_headers()
    {
        var template = For("a", HttpMethod.Put)
            .WithContentHeaders([KeyValuePair.Create<string, IEnumerable<string>>("Content-Type", ["text/csv"])])
            .WithRequestHeaders([KeyValuePair.Create<string, IEnumerable<string>>("x-goog-if-generation-match", ["0"]),
                KeyValuePair.Create<string, IEnumerable<string>>("x-goog-meta-note", ["kept"])]);
        string url = await Client.CreateUrlSigner().SignAsync(template, ForMinutes(5), Cancel);
        async Task<HttpStatusCode> SendAsync(string type, string note)
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, url) { Content = new ByteArrayContent([1, 2]) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
            request.Headers.Add("x-goog-if-generation-match", "0");
            request.Headers.Add("x-goog-meta-note", note);
            return (await _http.SendAsync(request, Cancel)).StatusCode;
        }
        (await SendAsync("text/plain", "kept")).ShouldBe(HttpStatusCode.Forbidden);
        (await SendAsync("text/csv", "other")).ShouldBe(HttpStatusCode.Forbidden);
        (await SendAsync("text/csv", "kept")).ShouldBe(HttpStatusCode.OK);
        (await SendAsync("text/csv", "kept")).ShouldBe(HttpStatusCode.PreconditionFailed);
        var made = await Client.GetObjectAsync(Bucket, "a", cancellationToken: Cancel);
        (made.ContentType, made.Metadata["note"]).ShouldBe(("text/csv", "kept"));
    }

    [Fact, Documented("access-control/signed-urls", InShort = "A URL ends with its duration: 400 ExpiredToken; the longest is seven days, which the client refuses to exceed")]
    public async Task Expiry()
    {
        await PutAsync("a");
        string url = await SignAsync("a", HttpMethod.Get);
        (await _http.GetAsync(url, Cancel)).StatusCode.ShouldBe(HttpStatusCode.OK);
        _clock.Advance(TimeSpan.FromMinutes(6));
        var late = await _http.GetAsync(url, Cancel);
        (late.StatusCode, (await late.Content.ReadAsStringAsync(Cancel)).Contains("ExpiredToken", StringComparison.Ordinal)).ShouldBe((HttpStatusCode.BadRequest, true));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => Client.CreateUrlSigner()
            .SignAsync(For("a", HttpMethod.Get), UrlSigner.Options.FromDuration(TimeSpan.FromDays(8)).WithSigningVersion(SigningVersion.V4), Cancel));
    }

    [Fact, Documented("access-control/signed-urls", InShort = "An HMAC key signs as well: GOOG4-HMAC-SHA256; another secret is 403")]
    public async Task An_hmac_key()
    {
        await PutAsync("a", "hello");
        var options = ForMinutes(5).WithScheme("http").WithHost(Proxy.Endpoint.Host).WithPort(Proxy.Endpoint.Port);
        Task<string> SignedAsync(string secret) => UrlSigner.FromBlobSigner(UrlSigner.HmacBlobSigner.Create("GOOGACCESS", secret)).SignAsync(For("a", HttpMethod.Get), options, Cancel);
        (await _http.GetStringAsync(await SignedAsync("secret"), Cancel)).ShouldBe("hello");
        (await _http.GetAsync(await SignedAsync("other"), Cancel)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact, Documented("access-control/signed-urls", InShort = "A POST with x-goog-resumable: start opens a resumable session, whose URI needs no token")]
    public async Task A_resumable_upload()
    {
        byte[] data = Bytes((512 << 10) + 7);
        string url = await Client.CreateUrlSigner().SignAsync(For("a", UrlSigner.ResumableHttpMethod), ForMinutes(5), Cancel);
        var upload = SignedUrlResumableUpload.Create(url, new MemoryStream(data));
        upload.ChunkSize = 256 << 10;
        var progress = await upload.UploadAsync(Cancel);
        progress.Status.ShouldBe(UploadStatus.Completed, $"{progress.Exception}");
        (await ReadAsync("a")).ShouldBe(data);
    }
}
