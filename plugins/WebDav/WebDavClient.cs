using System.Net;
using System.Runtime.ExceptionServices;
using Cairn.Plugins.Http;
using Cairn.Providers;

namespace Cairn.Plugins.WebDav;

/// <summary>Sends the requests of the protocol, with one method for each.</summary>
internal sealed class WebDavClient : IDisposable
{
    private static readonly HttpMethod Propfind = new("PROPFIND");
    private static readonly HttpMethod Mkcol = new("MKCOL");
    private static readonly HttpMethod Proppatch = new("PROPPATCH");

    /// <summary>How often a deletion is asked for that leaves something behind: a busy Apache does that now and then, and a second request finds no hindrance.</summary>
    private const int DeleteAttempts = 3;

    private readonly HttpTransport _http;
    private volatile bool _isProven;

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

    public DirectoryGates Gates { get; } = new();

    public HttpTransport Http => _http;

    /// <summary>Whether a body must wait for the server's word, since a challenge would come after it.</summary>
    public bool Digest { get; }

    /// <summary>Makes sure, once, that the server speaks the protocol: a page that a proxy or a login answers to a GET, a PUT or a DELETE cannot be told from the server's own word.</summary>
    /// <exception cref="StoreException">InvalidConfiguration, when it does not.</exception>
    public async ValueTask ProveAsync(CancellationToken cancellationToken)
    {
        if (!_isProven)
            await PropfindAsync(Keys.DirectoryUrl(StorePath.Root), "0", null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The entry at a path, or null.</summary>
    public async ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken)
    {
        var entries = await PropfindAsync(Keys.FileUrl(path), "0", null, cancellationToken).ConfigureAwait(false)
            ?? await PropfindAsync(Keys.DirectoryUrl(path), "0", null, cancellationToken).ConfigureAwait(false);
        return entries is { Count: > 0 } ? entries[0] : null;
    }

    /// <summary>What lies right below a directory; nothing when it is missing or a file.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="unlisted">Called with each entry that no path can name.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public async ValueTask<IReadOnlyList<StoreEntry>> ListAsync(StorePath directory, Action<UnlistedEntry>? unlisted, CancellationToken cancellationToken)
    {
        var entries = await PropfindAsync(Keys.DirectoryUrl(directory), "1", Unnamed, cancellationToken).ConfigureAwait(false) ?? [];
        return entries.FindAll(e => e.Path != directory && e.Path.Parent == directory);

        void Unnamed(string href)
        {
            if (Keys.UnnameableIn(directory, href) is { } name)
                unlisted?.Invoke(UnlistedEntry.Unnameable(directory.IsRoot ? name : $"{directory}/{name}"));
        }
    }

    /// <summary>Creates one directory.</summary>
    /// <returns>
    /// 201; 405 when something is there; 409 when the parent is missing or a file; 423 when that is locked. 403 when the server refuses, or (Apache) when another client makes it in the same moment.
    /// </returns>
    public async ValueTask<HttpStatusCode> MakeDirectoryAsync(Uri url, CancellationToken cancellationToken)
    {
        using var response = await OnceAsync(Mkcol, url, null, cancellationToken).ConfigureAwait(false);
        return HttpTransport.IsRedirect(response) ? HttpStatusCode.MethodNotAllowed
            : response.StatusCode == HttpStatusCode.Created ? HttpStatusCode.Created
            : response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound ? HttpStatusCode.Conflict
            : response.StatusCode is HttpStatusCode.MethodNotAllowed or HttpStatusCode.Conflict or HttpStatusCode.Locked or HttpStatusCode.Forbidden ? response.StatusCode
            : throw Failure(response);
    }

    /// <summary>Whether a directory carries the mark of those that came into being through a write.</summary>
    public async ValueTask<bool> IsImplicitAsync(StorePath directory, CancellationToken cancellationToken)
    {
        using var response = await _http.SendAsync(Propfind, Keys.DirectoryUrl(directory), message =>
        {
            message.Headers.TryAddWithoutValidation("Depth", "0");
            message.Content = PropFind.ImplicitBody();
        }, cancellationToken).ConfigureAwait(false);
        if (response?.StatusCode != HttpStatusCode.MultiStatus)
            return false;
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        return await PropFind.ReadImplicitAsync(body, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sets or takes away the mark. A server that keeps no properties refuses, and its directories then stay when they are emptied.</summary>
    public async ValueTask MarkAsync(Uri directory, bool isImplicit, CancellationToken cancellationToken)
    {
        using var response = await OnceAsync(Proppatch, directory, m => m.Content = PropFind.MarkBody(isImplicit), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes a file, or a directory with its content.</summary>
    /// <returns>false if it did not exist.</returns>
    public async ValueTask<bool> DeleteAsync(Uri url, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var response = await OnceAsync(HttpMethod.Delete, url, null, cancellationToken).ConfigureAwait(false);
            if (HttpTransport.IsRedirect(response))
                throw new StoreException(StoreErrorCode.PathConflict, "a directory exists at this path");
            if (response.StatusCode == HttpStatusCode.MultiStatus)
            {
                // 207 lists what could not be deleted below a directory.
                if (attempt < DeleteAttempts)
                    continue;
                var answer = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
                throw new StoreException(StoreErrorCode.Unknown, $"the server could not delete all of it: {answer[..Math.Min(answer.Length, 500)]}");
            }
            if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
                return attempt > 1;
            return IsDone(response) ? true : throw Failure(response);
        }
    }

    /// <summary>Copies or moves on the server, onto a path where nothing is or, for a temporary name, whatever is.</summary>
    /// <returns>false if the target exists and <paramref name="overwrite"/> is false.</returns>
    /// <exception cref="StoreException">NotFound: the source or one of the directories does not exist.</exception>
    public async ValueTask<bool> TransferAsync(string method, Uri source, Uri target, bool overwrite, CancellationToken cancellationToken)
    {
        using var response = await OnceAsync(new(method), source, message =>
        {
            message.Headers.TryAddWithoutValidation("Destination", target.AbsoluteUri);
            message.Headers.TryAddWithoutValidation("Overwrite", overwrite ? "T" : "F");
        }, cancellationToken, System.Threading.Timeout.InfiniteTimeSpan).ConfigureAwait(false);
        return response.StatusCode != HttpStatusCode.PreconditionFailed && (IsDone(response) ? true : throw Failure(response));
    }

    /// <summary>Writes a file's whole content, which becomes visible when the server has all of it.</summary>
    /// <returns>Whether the file was written, or the reason why nothing was written.</returns>
    public async ValueTask<PutOutcome> PutAsync(Uri url, HttpContent content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, url) { Content = content };
        // A refusal then comes before the body has left, and a challenge too.
        request.Headers.ExpectContinue = content is not ReadOnlyMemoryContent || Digest;
        using var response = await SendBodyAsync(request, cancellationToken).ConfigureAwait(false);
        if (HttpTransport.IsRedirect(response))
            throw new StoreException(StoreErrorCode.PathConflict, "a directory exists at this path");
        if (response.StatusCode == HttpStatusCode.InsufficientStorage)
            throw new StoreException(new(StoreErrorCode.Unavailable, "the server has no room left") { IsTransient = false });
        return response.StatusCode switch
        {
            HttpStatusCode.Locked => PutOutcome.Locked,
            HttpStatusCode.Conflict => PutOutcome.NoParent,
            _ => IsDone(response) ? PutOutcome.Written : throw Failure(response),
        };
    }

    public void Dispose() => _http.Dispose();

    private async ValueTask<List<StoreEntry>?> PropfindAsync(Uri url, string depth, Action<string>? unnamed, CancellationToken cancellationToken)
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
            throw Failure(response);
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var entries = await PropFind.ReadAsync(body, Keys, unnamed, cancellationToken).ConfigureAwait(false);
        _isProven = true;
        return entries;
    }

    private async ValueTask<HttpResponseMessage> OnceAsync(
        HttpMethod method, Uri url, Action<HttpRequestMessage>? prepare, CancellationToken cancellationToken, TimeSpan? timeout = null)
    {
        using var request = new HttpRequestMessage(method, url);
        prepare?.Invoke(request);
        return await _http.SendOnceAsync(request, timeout ?? _http.Timeout, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What went wrong with the body itself is the error, not the request that broke with it.</summary>
    private async ValueTask<HttpResponseMessage> SendBodyAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.SendOnceAsync(request, System.Threading.Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e) when (e.InnerException is StoreException inner)
        {
            ExceptionDispatchInfo.Throw(inner);
            throw;
        }
    }

    /// <summary>Whether a response is a success as RFC 4918 defines it. Status 207 lists failures, and status 200 with a page comes from a proxy or a login page;
    /// some servers respond with 200 without a page.</summary>
    private static bool IsDone(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.Created or HttpStatusCode.NoContent or HttpStatusCode.OK
            && !(response.StatusCode == HttpStatusCode.OK && response.Content.Headers.ContentLength != 0 && response.Content.Headers.ContentType is not null);

    private static StoreException Failure(HttpResponseMessage response) => response.IsSuccessStatusCode
        ? new(new StoreFault(StoreErrorCode.InvalidConfiguration, $"what answers at this address is not WebDAV (status {(int)response.StatusCode} to {response.RequestMessage?.Method})")
        {
            Advice = "Check the address, and whether a proxy or a login page answers in its place.",
        })
        : HttpErrors.FromResponse(response);
}

/// <summary>The result of a PUT.</summary>
internal enum PutOutcome
{
    /// <summary>The file was written completely.</summary>
    Written,

    /// <summary>A lock prevents the write.</summary>
    Locked,

    /// <summary>The parent directory does not exist.</summary>
    NoParent,
}
