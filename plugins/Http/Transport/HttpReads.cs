using System.Globalization;
using System.Net;
using Cairn.Providers;

namespace Cairn.Plugins.Http;

/// <summary>Examines and reads single files of a web server.</summary>
internal static class HttpReads
{
    /// <summary>The file at a URL, or null when there is none; a directory, to whose address with a final <c>/</c> the server redirects, when those are asked for.</summary>
    public static async ValueTask<StoreEntry?> StatAsync(HttpTransport http, StorePath path, Uri url, bool directories, CancellationToken cancellationToken)
    {
        using (var head = await http.SendAsync(HttpMethod.Head, url, null, cancellationToken).ConfigureAwait(false))
        {
            if (head is null)
                return directories ? new() { Path = path, Kind = EntryKind.Directory } : null;
            if (head.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
                return null;
            if (head.IsSuccessStatusCode && head.Content.Headers.ContentLength is { } length)
                return InfoOf(path, head, length);
            if (!head.IsSuccessStatusCode && head.StatusCode is not (HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented))
                throw HttpErrors.FromResponse(head);
        }
        // No HEAD, or one that does not tell the length: the first byte's answer tells it.
        using var first = await http.SendAsync(HttpMethod.Get, url, r => r.Headers.Range = new(0, 0), cancellationToken).ConfigureAwait(false);
        return first switch
        {
            null or { StatusCode: HttpStatusCode.NotFound or HttpStatusCode.Gone } => null,
            { StatusCode: HttpStatusCode.RequestedRangeNotSatisfiable } when first.Content.Headers.ContentRange?.Length == 0 => InfoOf(path, first, 0),
            { IsSuccessStatusCode: false } => throw HttpErrors.FromResponse(first),
            _ => InfoOf(path, first, TotalOf(first)),
        };
    }

    /// <summary>Opens the content of a file with the range and condition of the request.</summary>
    public static async ValueTask<StoreRead> OpenAsync(HttpTransport http, ReadRequest request, Uri url, CancellationToken cancellationToken)
    {
        var range = request.Range;
        var response = await http.SendAsync(HttpMethod.Get, url, message =>
        {
            if (!range.IsAll)
                message.Headers.Range = new(range.Offset, range.Length is { } n ? range.Offset + n - 1 : null);
        }, cancellationToken).ConfigureAwait(false) ?? throw new StoreException(StoreErrorCode.NotFound, "it is a directory");
        try
        {
            return await FromAnswerAsync(http, request, response, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The version's name: the etag's text without quotes or the mark of weakness (a server may drop that mark once the file is a second old), else the modified
    /// time, which changes by the second.
    /// </summary>
    public static string? EtagOf(string? header, DateTimeOffset? modified) =>
        header is { Length: > 0 }
            ? (header.StartsWith("W/", StringComparison.Ordinal) ? header[2..] : header).Trim('"')
            : modified?.UtcTicks.ToString(CultureInfo.InvariantCulture);

    private static async ValueTask<StoreRead> FromAnswerAsync(HttpTransport http, ReadRequest request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var range = request.Range;
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && range.Offset == 0 && response.Content.Headers.ContentRange?.Length is null or 0)
        {
            var empty = InfoOf(request.Path, response, 0);
            response.Dispose();
            return new(empty, new MemoryStream([], writable: false));
        }
        // A range past the end of a newer, shorter version says first of all that there is a newer version.
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && request.IfMatch is { } wanted
            && (await StatAsync(http, request.Path, response.RequestMessage!.RequestUri!, directories: false, cancellationToken).ConfigureAwait(false))?.ETag != wanted)
            throw new StoreException(StoreErrorCode.PreconditionFailed, "it has changed");
        if (!response.IsSuccessStatusCode)
            throw HttpErrors.FromResponse(response);
        var total = TotalOf(response);
        var info = InfoOf(request.Path, response, total);
        // Checked here rather than by If-Match: servers answer that with 412 for weak etags, and not every one looks at it.
        if (request.IfMatch is { } etag && info.ETag != etag)
            throw new StoreException(StoreErrorCode.PreconditionFailed, "it has changed");
        var length = range.LengthIn(total);
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.PartialContent)
        {
            if (response.Content.Headers.ContentRange?.From is { } from && from != range.Offset)
                throw new StoreException(StoreErrorCode.Unavailable, $"the server sent bytes from {from} when asked for {range}");
        }
        else if (range.Offset > 0)
        {
            // The server does not support ranges: the preceding bytes are read and discarded.
            await new BodyStream(body, response, range.Offset, http.Timeout).CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        }
        return new(info, new BodyStream(body, response, length, http.Timeout));
    }

    private static long TotalOf(HttpResponseMessage response) =>
        (response.StatusCode == HttpStatusCode.PartialContent ? response.Content.Headers.ContentRange?.Length : response.Content.Headers.ContentLength)
        ?? throw new StoreException(StoreErrorCode.Unsupported, "the server does not report its length");

    private static StoreEntry InfoOf(StorePath path, HttpResponseMessage response, long length) => new()
    {
        Path = path,
        Length = length,
        ETag = EtagOf(response.Headers.ETag?.ToString(), response.Content.Headers.LastModified),
        Modified = response.Content.Headers.LastModified,
        ContentType = response.Content.Headers.ContentType?.ToString(),
    };
}
