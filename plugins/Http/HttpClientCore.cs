using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Cairn.Plugins.Http;

/// <summary>Sends requests: credentials to the store's own origin alone, redirects by hand, nothing decoded.</summary>
internal sealed class HttpClientCore : IDisposable
{
    private const int MostRedirects = 10;

    private readonly HttpMessageInvoker _client;
    private readonly ArtifactUri _root;
    private readonly AuthenticationHeaderValue? _credentials;
    private readonly TimeSpan _timeout;

    public HttpClientCore(ArtifactUri root, HttpOptions options)
    {
        _root = root;
        _timeout = options.Timeout;
        _credentials = options switch
        {
            { Token: { } token } => new("Bearer", token),
            { Username: { } user } => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{options.Password}"))),
            _ => null,
        };
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            ConnectTimeout = options.Timeout,
        };
        if (options.CaFile is { } file)
            handler.SslOptions.CertificateChainPolicy = TrustOnly(file);
        _client = new(handler);
    }

    /// <summary>Sends a request and returns the first answer that is no redirect; its body is not read yet.</summary>
    /// <returns>The answer, or null when the server sends the client to the same path with a <c>/</c>: a directory stands there.</returns>
    public async ValueTask<HttpResponseMessage?> SendAsync(HttpMethod method, Uri url, Action<HttpRequestHeaders>? headers, CancellationToken cancellationToken)
    {
        for (var hop = 0; ; hop++)
        {
            using var request = new HttpRequestMessage(method, url);
            request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
            request.Headers.TryAddWithoutValidation("User-Agent", "cairn");
            headers?.Invoke(request.Headers);
            if (_credentials is not null && IsOwnOrigin(url))
                request.Headers.Authorization = _credentials;
            var response = await SendInTimeAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect
                    or HttpStatusCode.PermanentRedirect)
                || response.Headers.Location is not { } location)
                return response;
            response.Dispose();
            var next = new Uri(url, location);
            if (next.AbsolutePath == url.AbsolutePath + "/")
                return null;
            if (hop == MostRedirects)
                throw new ArtifactStoreException(StoreErrorCode.Unavailable, $"the server redirected {MostRedirects} times and more");
            if (next.Scheme is not ("http" or "https") || (url.Scheme == "https" && next.Scheme == "http"))
                throw new ArtifactStoreException(StoreErrorCode.PermissionDenied, $"the server redirects from {url.Scheme} to {next.Scheme}, which is not followed");
            url = next;
        }
    }

    public void Dispose() => _client.Dispose();

    private bool IsOwnOrigin(Uri url) =>
        url.Scheme == _root.Scheme && string.Equals(url.Authority, new Uri($"{_root.Scheme}://{_root.Container}/").Authority, StringComparison.OrdinalIgnoreCase);

    private async ValueTask<HttpResponseMessage> SendInTimeAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_timeout);
        try
        {
            return await _client.SendAsync(request, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The server did not answer within {_timeout.TotalSeconds} s.", e);
        }
    }

    private static X509ChainPolicy TrustOnly(string file)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new ArtifactStoreException(StoreErrorCode.InvalidConfiguration, $"option 'ca-file' names {file}, which cannot be read as PEM certificates", e);
        }
        return policy;
    }
}
