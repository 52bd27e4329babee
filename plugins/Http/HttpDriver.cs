using System.Net;
using System.Runtime.CompilerServices;
using Cairn.Providers;

namespace Cairn.Plugins.Http;

/// <summary>A read-only store on a web server.</summary>
internal sealed class HttpDriver : StoreDriver
{
    private const int HeadsAtOnce = 8;

    private readonly HttpClientCore _http;
    private readonly HttpOptions _options;

    public HttpDriver(ArtifactUri root, HttpOptions options)
        : base(root)
    {
        _options = options;
        _http = new(root, options);
        Capabilities = new()
        {
            WriteModes = WriteModes.None,
            List = options.Index != HttpIndex.None,
            Directories = DirectoryKind.Virtual,
            Move = MoveKind.None,
        };
    }

    public override StoreCapabilities Capabilities { get; }

    public override async ValueTask<ArtifactInfo?> StatAsync(ArtifactPath path, CancellationToken cancellationToken)
    {
        var url = HttpKeys.ToUrl(Root, path, directory: false);
        using (var head = await _http.SendAsync(HttpMethod.Head, url, null, cancellationToken).ConfigureAwait(false))
        {
            if (head is null || head.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
                return null;
            if (head.IsSuccessStatusCode && head.Content.Headers.ContentLength is { } length)
                return InfoOf(path, head, length);
            if (!head.IsSuccessStatusCode && head.StatusCode is not (HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented))
                throw HttpErrors.FromResponse(head, TimeProvider.System);
        }
        // No HEAD, or one that does not tell the length: the first byte's answer tells it.
        using var first = await _http.SendAsync(HttpMethod.Get, url, h => h.Range = new(0, 0), cancellationToken).ConfigureAwait(false);
        return first switch
        {
            null or { StatusCode: HttpStatusCode.NotFound or HttpStatusCode.Gone } => null,
            { StatusCode: HttpStatusCode.RequestedRangeNotSatisfiable } when first.Content.Headers.ContentRange?.Length == 0 => InfoOf(path, first, 0),
            { IsSuccessStatusCode: false } => throw HttpErrors.FromResponse(first, TimeProvider.System),
            _ => InfoOf(path, first, TotalOf(first)),
        };
    }

    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        var range = request.Range;
        var response = await _http.SendAsync(HttpMethod.Get, HttpKeys.ToUrl(Root, request.Path, directory: false), headers =>
        {
            if (!range.IsAll)
                headers.Range = new(range.Offset, range.Length is { } n ? range.Offset + n - 1 : null);
            if (request.IfMatch is { } etag && !etag.StartsWith("W/", StringComparison.Ordinal) && etag.StartsWith('"'))
                headers.TryAddWithoutValidation("If-Match", etag);
        }, cancellationToken).ConfigureAwait(false) ?? throw new ArtifactStoreException(StoreErrorCode.NotFound, "it is a directory");
        try
        {
            return await ReadFromAsync(request, response, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    public override async IAsyncEnumerable<IReadOnlyList<ArtifactInfo>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pending = new Stack<(ArtifactPath Path, IEnumerator<ArtifactInfo> Entries)>();
        var entries = await IndexAsync(request.Directory, cancellationToken).ConfigureAwait(false);
        pending.Push((request.Directory, entries.GetEnumerator()));
        var page = new List<ArtifactInfo>();
        while (pending.TryPeek(out var top))
        {
            if (!top.Entries.MoveNext())
            {
                pending.Pop();
                continue;
            }
            var entry = top.Entries.Current;
            if (!MayHold(request, entry))
                continue;
            if (request.Recursive && entry.IsDirectory)
            {
                if (page.Count > 0)
                {
                    yield return await WithFactsAsync(page, cancellationToken).ConfigureAwait(false);
                    page = [];
                }
                pending.Push((entry.Path, (await IndexAsync(entry.Path, cancellationToken).ConfigureAwait(false)).GetEnumerator()));
                continue;
            }
            if (request.StartAfter is { } after && Utf8Order.Compare(entry.OrderKey, after) <= 0)
                continue;
            page.Add(entry);
            if (page.Count >= Math.Min(request.Limit ?? int.MaxValue, 256))
            {
                yield return await WithFactsAsync(page, cancellationToken).ConfigureAwait(false);
                page = [];
            }
        }
        if (page.Count > 0)
            yield return await WithFactsAsync(page, cancellationToken).ConfigureAwait(false);
    }

    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        throw new ArtifactStoreException(StoreErrorCode.Unsupported, "an http store is read-only");

    public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken) =>
        throw new ArtifactStoreException(StoreErrorCode.Unsupported, "an http store is read-only");

    public override StoreFault Classify(Exception exception) => HttpErrors.Classify(exception);

    public override ValueTask DisposeAsync()
    {
        _http.Dispose();
        return base.DisposeAsync();
    }

    private static bool MayHold(ListRequest request, ArtifactInfo entry)
    {
        if (request.NamePrefix is { } prefix)
        {
            var relative = entry.Path.RelativeTo(request.Directory).Value;
            var fits = relative.StartsWith(prefix, StringComparison.Ordinal)
                || (request.Recursive && entry.IsDirectory && prefix.StartsWith(relative + "/", StringComparison.Ordinal));
            if (!fits)
                return false;
        }
        // A whole directory that lies before the start, and does not contain it, is not even asked for.
        return !request.Recursive || !entry.IsDirectory || request.StartAfter is not { } after
            || after.StartsWith(entry.OrderKey, StringComparison.Ordinal) || Utf8Order.Compare(entry.OrderKey, after) > 0;
    }

    private async ValueTask<StoreRead> ReadFromAsync(ReadRequest request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var range = request.Range;
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && range.Offset == 0 && response.Content.Headers.ContentRange?.Length == 0)
            return new(InfoOf(request.Path, response, 0), Stream.Null, new Owner(response));
        if (!response.IsSuccessStatusCode)
            throw HttpErrors.FromResponse(response, TimeProvider.System);
        var total = TotalOf(response);
        var info = InfoOf(request.Path, response, total);
        if (request.IfMatch is { } etag && info.ETag != etag)
            throw new ArtifactStoreException(StoreErrorCode.PreconditionFailed, "it has changed");
        var length = range.LengthIn(total);
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.PartialContent)
        {
            if (response.Content.Headers.ContentRange?.From is { } from && from != range.Offset)
                throw new ArtifactStoreException(StoreErrorCode.Unavailable, $"the server sent bytes from {from} when asked for {range}");
        }
        else if (range.Offset > 0)
        {
            // The server does not know ranges: what comes before is read and dropped.
            var skipped = new BodyStream(body, response, range.Offset, _options.Timeout);
            await skipped.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        }
        return new(info, new BodyStream(body, response, length, _options.Timeout));
    }

    private async ValueTask<IReadOnlyList<ArtifactInfo>> IndexAsync(ArtifactPath directory, CancellationToken cancellationToken)
    {
        var url = HttpKeys.ToUrl(Root, directory, directory: true);
        using var response = await _http.SendAsync(HttpMethod.Get, url, null, cancellationToken).ConfigureAwait(false);
        if (response is null || response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
            return [];
        if (response.StatusCode == HttpStatusCode.Forbidden)
            throw new ArtifactStoreException(new(StoreErrorCode.Unsupported, "the server shows no index of this directory") { Advice = "Turn its directory index on, or address files by name." });
        if (!response.IsSuccessStatusCode)
            throw HttpErrors.FromResponse(response, TimeProvider.System);
        return await HttpIndexPage.ReadAsync(directory, url, response, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>An HTML index shows rounded sizes and no etag: the files' own heads are asked, a few at once.</summary>
    private async ValueTask<IReadOnlyList<ArtifactInfo>> WithFactsAsync(List<ArtifactInfo> page, CancellationToken cancellationToken)
    {
        var facts = new ArtifactInfo?[page.Count];
        await Parallel.ForAsync(0, page.Count, new ParallelOptions { MaxDegreeOfParallelism = HeadsAtOnce, CancellationToken = cancellationToken }, async (i, token) =>
            facts[i] = page[i].IsDirectory ? page[i] : await StatAsync(page[i].Path, token).ConfigureAwait(false)).ConfigureAwait(false);
        return [.. facts.OfType<ArtifactInfo>()];
    }

    private static long TotalOf(HttpResponseMessage response) =>
        (response.StatusCode == HttpStatusCode.PartialContent ? response.Content.Headers.ContentRange?.Length : response.Content.Headers.ContentLength)
        ?? throw new ArtifactStoreException(StoreErrorCode.Unsupported, "the server does not tell its length");

    private static ArtifactInfo InfoOf(ArtifactPath path, HttpResponseMessage response, long length) => new()
    {
        Path = path,
        Length = length,
        // Without an etag the time stands in for one: it changes when the content does, to the second.
        ETag = response.Headers.ETag?.ToString() ?? response.Content.Headers.LastModified?.UtcTicks.ToString(System.Globalization.CultureInfo.InvariantCulture),
        Modified = response.Content.Headers.LastModified,
        ContentType = response.Content.Headers.ContentType?.ToString(),
    };

    private sealed class Owner(HttpResponseMessage response) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            response.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
