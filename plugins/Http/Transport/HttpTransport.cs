using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Cairn.Http;

namespace Cairn.Plugins.Http;

/// <summary>What a connection to a web server needs.</summary>
internal sealed record HttpConnection(Uri Origin, TimeSpan Timeout)
{
    public string? Username { get; init; }

    public string? Password { get; init; }

    public string? Token { get; init; }

    public bool Digest { get; init; }

    public string? CaFile { get; init; }
}

/// <summary>Sends requests: credentials to the store's own origin alone, redirects by hand, nothing decoded.</summary>
internal sealed class HttpTransport : IDisposable
{
    private const int MostRedirects = 10;

    private readonly HttpMessageInvoker _client;
    private readonly HttpConnection _connection;
    private readonly AuthenticationHeaderValue? _credentials;

    public HttpTransport(HttpConnection connection)
    {
        _connection = connection;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            // Less than the 5 s after which common servers close a connection that nobody uses.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(4),
            ConnectTimeout = connection.Timeout,
            Expect100ContinueTimeout = TimeSpan.FromSeconds(5),
        };
        if (connection is { Username: { } name, Digest: true })
            handler.Credentials = new CredentialCache { { connection.Origin, "Digest", new NetworkCredential(name, connection.Password) } };
        else if (connection.Token is { } token)
            _credentials = new("Bearer", token);
        else if (connection.Username is { } user)
            _credentials = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{connection.Password}")));
        if (connection.CaFile is { } file)
            handler.SslOptions.CertificateChainPolicy = TrustedCertificates.Read(file);
        _client = new(handler);
    }

    public TimeSpan Timeout => _connection.Timeout;

    /// <summary>Sends a request that changes nothing and returns the first answer that is not a redirect; the answer's body is not read yet.</summary>
    /// <remarks>A kept connection that the server closes in the moment in which it is used again ends without an answer: the request is then sent once more.</remarks>
    /// <returns>The answer, or null when the server sends the client to the same path with a <c>/</c>: a directory stands there.</returns>
    public async ValueTask<HttpResponseMessage?> SendAsync(HttpMethod method, Uri url, Action<HttpRequestMessage>? prepare, CancellationToken cancellationToken)
    {
        for (var hop = 0; ; hop++)
        {
            HttpResponseMessage response;
            try
            {
                response = await SendPreparedAsync(method, url, prepare, cancellationToken).ConfigureAwait(false);
            }
            catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ResponseEnded)
            {
                response = await SendPreparedAsync(method, url, prepare, cancellationToken).ConfigureAwait(false);
            }
            if (!IsRedirect(response) || response.Headers.Location is not { } location)
                return response;
            response.Dispose();
            var next = new Uri(url, location);
            // Servers do not escape the same characters as this client does.
            if (Uri.UnescapeDataString(next.AbsolutePath) == Uri.UnescapeDataString(url.AbsolutePath) + "/")
                return null;
            if (hop == MostRedirects)
                throw new StoreException(StoreErrorCode.Unavailable, $"the server redirected {MostRedirects} times and more");
            if (next.Scheme is not ("http" or "https") || (url.Scheme == "https" && next.Scheme == "http"))
                throw new StoreException(StoreErrorCode.PermissionDenied, $"the server redirects from {url.Scheme} to {next.Scheme}, which is not followed");
            url = next;
        }
    }

    private async ValueTask<HttpResponseMessage> SendPreparedAsync(HttpMethod method, Uri url, Action<HttpRequestMessage>? prepare, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, url);
        prepare?.Invoke(request);
        return await SendOnceAsync(request, _connection.Timeout, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends one request and follows nothing.</summary>
    /// <param name="request">The request; the caller's.</param>
    /// <param name="timeout">How long until the answer's head; infinite for a body of any length.</param>
    /// <param name="cancellationToken">The token.</param>
    public async ValueTask<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        request.Headers.TryAddWithoutValidation("User-Agent", "cairn");
        if (_credentials is not null && IsOwnOrigin(request.RequestUri!))
            request.Headers.Authorization = _credentials;
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(timeout);
        try
        {
            return await _client.SendAsync(request, limited.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The server did not answer within {timeout.TotalSeconds} s.", e);
        }
    }

    public static bool IsRedirect(HttpResponseMessage response) => response.StatusCode
        is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    public void Dispose() => _client.Dispose();

    private bool IsOwnOrigin(Uri url) =>
        url.Scheme == _connection.Origin.Scheme && string.Equals(url.Authority, _connection.Origin.Authority, StringComparison.OrdinalIgnoreCase);
}
