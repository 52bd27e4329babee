using System.Net;
using System.Text;
using Cairn.Plugins.Http;

namespace Cairn.Plugins.WebDav;

/// <summary>The protocol's requests, one method each.</summary>
internal sealed class WebDavClient : IDisposable
{
    private static readonly HttpMethod Propfind = new("PROPFIND");
    private static readonly HttpMethod Mkcol = new("MKCOL");
    private static readonly HttpMethod LockMethod = new("LOCK");
    private static readonly HttpMethod UnlockMethod = new("UNLOCK");

    private readonly HttpTransport _http;

    public WebDavClient(WebDavKeys keys, WebDavOptions options)
    {
        Keys = keys;
        Digest = options.Auth == WebDavAuth.Digest;
        _http = new(new(new(keys.Origin + "/"), options.Timeout)
        {
            Username = options.Username,
            Password = options.Password,
            Digest = Digest,
            CaFile = options.CaFile,
        });
    }

    public WebDavKeys Keys { get; }

    public HttpTransport Http => _http;

    /// <summary>Whether a body must wait for the server's word, since a challenge would come after it.</summary>
    public bool Digest { get; }

    /// <summary>The entry at a path, or null.</summary>
    public async ValueTask<ArtifactInfo?> StatAsync(ArtifactPath path, CancellationToken cancellationToken)
    {
        var entries = await PropfindAsync(Keys.FileUrl(path), "0", cancellationToken).ConfigureAwait(false)
            ?? await PropfindAsync(Keys.DirectoryUrl(path), "0", cancellationToken).ConfigureAwait(false);
        return entries is { Count: > 0 } ? entries[0] : null;
    }

    /// <summary>What lies right below a directory; nothing when it is missing or a file.</summary>
    public async ValueTask<IReadOnlyList<ArtifactInfo>> ListAsync(ArtifactPath directory, CancellationToken cancellationToken)
    {
        var entries = await PropfindAsync(Keys.DirectoryUrl(directory), "1", cancellationToken).ConfigureAwait(false) ?? [];
        return entries.FindAll(e => e.Path != directory && e.Path.Parent == directory);
    }

    /// <summary>Makes one directory.</summary>
    /// <returns>The answer's status: success or 405 when it is there now, 409 when the parent is missing, 423 when that is locked.</returns>
    public async ValueTask<HttpStatusCode> MakeDirectoryAsync(Uri url, CancellationToken cancellationToken)
    {
        using var response = await OnceAsync(Mkcol, url, null, cancellationToken).ConfigureAwait(false);
        return HttpTransport.IsRedirect(response) ? HttpStatusCode.MethodNotAllowed
            : response.IsSuccessStatusCode ? HttpStatusCode.Created
            : response.StatusCode is HttpStatusCode.MethodNotAllowed or HttpStatusCode.Conflict or HttpStatusCode.Locked or HttpStatusCode.Forbidden ? response.StatusCode
            : throw HttpErrors.FromResponse(response);
    }

    /// <summary>Deletes a file, or under a lock a whole directory.</summary>
    /// <returns>False when nothing was there.</returns>
    public async ValueTask<bool> DeleteAsync(Uri url, WebDavLock? held, CancellationToken cancellationToken)
    {
        using var response = await OnceAsync(HttpMethod.Delete, url, m => AddToken(m, held), cancellationToken).ConfigureAwait(false);
        if (HttpTransport.IsRedirect(response))
            throw new ArtifactStoreException(StoreErrorCode.PathConflict, "a directory stands there");
        // 207 lists what could not be deleted below a directory.
        if (response.StatusCode == HttpStatusCode.MultiStatus)
            throw new ArtifactStoreException(StoreErrorCode.Unknown, "the server could not delete all of it");
        return response.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.Gone)
            && (response.IsSuccessStatusCode ? true : throw Refused(response));
    }

    /// <summary>Copies or moves on the server, onto a path where nothing is or, for a temporary name, whatever is.</summary>
    /// <returns>False when something is there and <paramref name="overwrite"/> is false.</returns>
    public async ValueTask<bool> TransferAsync(string method, Uri source, Uri target, bool overwrite, WebDavLock held, CancellationToken cancellationToken)
    {
        using var response = await OnceAsync(new(method), source, message =>
        {
            message.Headers.TryAddWithoutValidation("Destination", target.AbsoluteUri);
            message.Headers.TryAddWithoutValidation("Overwrite", overwrite ? "T" : "F");
            AddToken(message, held);
        }, cancellationToken, System.Threading.Timeout.InfiniteTimeSpan).ConfigureAwait(false);
        return response.StatusCode != HttpStatusCode.PreconditionFailed && (response.IsSuccessStatusCode ? true : throw HttpErrors.FromResponse(response));
    }

    /// <summary>Writes a file's whole content, which becomes visible when the server has all of it.</summary>
    /// <returns>Whether it was written, or why not; nothing was written then.</returns>
    public async ValueTask<PutOutcome> PutAsync(Uri url, HttpContent content, WebDavLock? held, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, url) { Content = content };
        AddToken(request, held);
        // A refusal then comes before the body has left, and a challenge too.
        request.Headers.ExpectContinue = content is not ReadOnlyMemoryContent || Digest;
        using var response = await _http.SendOnceAsync(request, System.Threading.Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
        if (HttpTransport.IsRedirect(response))
            throw new ArtifactStoreException(StoreErrorCode.PathConflict, "a directory stands there");
        if (response.StatusCode == HttpStatusCode.InsufficientStorage)
            throw new ArtifactStoreException(new(StoreErrorCode.Unavailable, "the server has no room left") { IsTransient = false });
        return response.StatusCode switch
        {
            HttpStatusCode.Locked => PutOutcome.Locked,
            HttpStatusCode.Conflict => PutOutcome.NoParent,
            _ => response.IsSuccessStatusCode ? PutOutcome.Written : throw Refused(response),
        };
    }

    /// <summary>Takes an exclusive lock.</summary>
    /// <returns>The answer's status, and the token when it is success.</returns>
    public async ValueTask<(HttpStatusCode Status, string? Token)> LockAsync(Uri url, bool tree, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        using var response = await OnceAsync(LockMethod, url, message =>
        {
            message.Headers.TryAddWithoutValidation("Timeout", $"Second-{(long)lifetime.TotalSeconds}");
            message.Headers.TryAddWithoutValidation("Depth", tree ? "infinity" : "0");
            message.Content = new StringContent(
                """<?xml version="1.0" encoding="utf-8"?><lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype><owner>cairn</owner></lockinfo>""",
                Encoding.UTF8,
                "application/xml");
        }, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.MultiStatus)
        {
            return response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden || (int)response.StatusCode >= 500 && response.StatusCode != HttpStatusCode.NotImplemented
                ? throw HttpErrors.FromResponse(response)
                : (response.StatusCode == HttpStatusCode.MultiStatus ? HttpStatusCode.Locked : response.StatusCode, null);
        }
        var token = response.Headers.TryGetValues("Lock-Token", out var values) ? values.First().Trim() : null;
        return (response.StatusCode, token ?? throw new ArtifactStoreException(StoreErrorCode.Unavailable, "the server granted a lock without a token"));
    }

    /// <summary>Gives a lock back; one that is gone already is no error.</summary>
    public async ValueTask UnlockAsync(Uri url, string token, CancellationToken cancellationToken)
    {
        using var response = await OnceAsync(UnlockMethod, url, m => m.Headers.TryAddWithoutValidation("Lock-Token", token), cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _http.Dispose();

    private async ValueTask<List<ArtifactInfo>?> PropfindAsync(Uri url, string depth, CancellationToken cancellationToken)
    {
        using var response = await _http.SendAsync(Propfind, url, message =>
        {
            message.Headers.TryAddWithoutValidation("Depth", depth);
            message.Content = PropFind.Body();
        }, cancellationToken).ConfigureAwait(false);
        // Null: the same path with a slash, a directory. Conflict or Bad Request: a file stands where a directory would have to be.
        if (response is null)
            return null;
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone or HttpStatusCode.Conflict or HttpStatusCode.BadRequest)
            return [];
        if (response.StatusCode != HttpStatusCode.MultiStatus)
            throw response.IsSuccessStatusCode
                ? new ArtifactStoreException(new(StoreErrorCode.Unsupported, "the server does not know PROPFIND") { Advice = "Check that it speaks WebDAV at this address." })
                : HttpErrors.FromResponse(response);
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        return await PropFind.ReadAsync(body, Keys, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<HttpResponseMessage> OnceAsync(
        HttpMethod method, Uri url, Action<HttpRequestMessage>? prepare, CancellationToken cancellationToken, TimeSpan? timeout = null)
    {
        using var request = new HttpRequestMessage(method, url);
        prepare?.Invoke(request);
        return await _http.SendOnceAsync(request, timeout ?? _http.Timeout, cancellationToken).ConfigureAwait(false);
    }

    private static void AddToken(HttpRequestMessage message, WebDavLock? held)
    {
        if (held?.Token is { } token)
            message.Headers.TryAddWithoutValidation("If", $"<{held.Url.AbsoluteUri}> ({token})");
    }

    /// <summary>No condition but the lock's token goes with a change, so a failed one means that the lock is gone.</summary>
    private static ArtifactStoreException Refused(HttpResponseMessage response) => response.StatusCode == HttpStatusCode.PreconditionFailed
        ? new(new StoreFault(StoreErrorCode.Unavailable, "the lock that guards this write was lost"))
        : HttpErrors.FromResponse(response);
}

/// <summary>What became of a PUT.</summary>
internal enum PutOutcome
{
    /// <summary>The file is there, whole.</summary>
    Written,

    /// <summary>A lock stands in the way.</summary>
    Locked,

    /// <summary>The parent directory is missing.</summary>
    NoParent,
}
