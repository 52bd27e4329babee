using System.Net;
using System.Text;
using Cairn.Providers;

namespace Cairn.Providers.S3;

/// <summary>
/// Accepts only responses with the marks that the service documents: the header that identifies each request and, for XML, the root element of the
/// operation. Otherwise, a login page or a proxy that responds with 200 would count as an empty listing, a write or a delete.
/// </summary>
internal sealed class S3Marks(HttpMessageHandler inner, bool namesRequests) : DelegatingHandler(inner)
{
    /// <summary>The number of bytes in which the root element is searched; the service sends spaces while it completes a large upload.</summary>
    private const int LongestLead = 64 << 10;

    /// <summary>Returns the etag of a response that must have one.</summary>
    /// <exception cref="StoreException">InvalidConfiguration: the response has no etag.</exception>
    public static string ETag(string? etag) => etag is { Length: > 0 } ? etag : throw Missing("a response without an etag");

    /// <summary>Refuses a response whose checksum differs from the one that was sent; not every service returns one.</summary>
    /// <exception cref="StoreException">IntegrityFailure.</exception>
    public static void CheckCrc32C(string? sent, string? answered)
    {
        // A checksum of part checksums ends with the number of parts and is not one of the whole content.
        if (sent is not null && answered is { Length: 8 } && answered != sent)
            throw new StoreException(new StoreFault(StoreErrorCode.IntegrityFailure, $"the service stored content with CRC-32C {answered}, but {sent} was sent") { Advice = "Write the file again." });
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        S3AnswerTime.Note(response);
        try
        {
            await CheckAsync(request, response, cancellationToken).ConfigureAwait(false);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async ValueTask CheckAsync(HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        // The response of a gateway during an outage of the service; it changes nothing.
        if ((int)response.StatusCode >= 500 || response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests)
            return;
        var status = (int)response.StatusCode;
        var isNamed = response.Headers.NonValidated.Contains("x-amz-request-id") || response.Headers.NonValidated.Contains("x-amz-id-2");
        if (!response.IsSuccessStatusCode)
        {
            // The body of an error also contains the id of the request.
            if (!isNamed && (request.Method == HttpMethod.Head ? namesRequests : await RootAsync(response, cancellationToken).ConfigureAwait(false) != "Error"))
                throw Missing($"status {status} without x-amz-request-id");
            return;
        }
        if (!isNamed && namesRequests)
            throw Missing($"status {status} without x-amz-request-id");
        if (RootOf(request) is { } expected)
        {
            // An error can have status 200 if the service detects it late.
            if (await RootAsync(response, cancellationToken).ConfigureAwait(false) is var root && root != expected && root != "Error")
                throw Missing(root is null ? $"status {status} without XML" : $"<{root}> instead of <{expected}>");
        }
        else if (request.Method != HttpMethod.Get && request.Method != HttpMethod.Head && response.Content.Headers.ContentType?.MediaType == "text/html")
            throw Missing($"status {status} with a page of HTML");
    }

    /// <summary>Returns the documented root element of the response to a request, or null if there is none.</summary>
    private static string? RootOf(HttpRequestMessage request)
    {
        var query = request.RequestUri!.Query.TrimStart('?').Split('&').Select(static p => p.Split('=', 2)[0]).ToHashSet(StringComparer.Ordinal);
        return request.Method.Method switch
        {
            "GET" when query.Contains("list-type") => "ListBucketResult",
            "GET" when query.Contains("uploads") => "ListMultipartUploadsResult",
            "POST" when query.Contains("delete") => "DeleteResult",
            "POST" when query.Contains("uploads") => "InitiateMultipartUploadResult",
            "POST" when query.Contains("uploadId") => "CompleteMultipartUploadResult",
            "PUT" when request.Headers.NonValidated.Contains("x-amz-copy-source") => query.Contains("uploadId") ? "CopyPartResult" : "CopyObjectResult",
            _ => null,
        };
    }

    /// <summary>Returns the name of the root element of a response body, without consuming it; null if the body does not begin with XML.</summary>
    private static async ValueTask<string?> RootAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var content = response.Content;
        var body = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var head = new MemoryStream();
        var buffer = new byte[1024];
        string? root = null;
        for (var isWhole = false; root is null && !isWhole && head.Length < LongestLead;)
        {
            var read = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            head.Write(buffer, 0, read);
            isWhole = read == 0;
            root = RootIn(Encoding.UTF8.GetString(head.GetBuffer(), 0, (int)head.Length), out var cannotBe);
            if (cannotBe)
                break;
        }
        response.Content = new S3ReplayedContent(content, head.ToArray(), body);
        return root;
    }

    private static string? RootIn(string text, out bool cannotBe)
    {
        var rest = text.AsSpan().TrimStart('\uFEFF').TrimStart();
        while (rest.StartsWith("<?") || rest.StartsWith("<!--"))
        {
            var mark = rest.StartsWith("<?") ? "?>" : "-->";
            var end = rest.IndexOf(mark);
            if (end < 0)
            {
                cannotBe = false;
                return null;
            }
            rest = rest[(end + mark.Length)..].TrimStart();
        }
        cannotBe = !rest.IsEmpty && (rest[0] != '<' || rest.StartsWith("<!D", StringComparison.OrdinalIgnoreCase));
        if (cannotBe || rest.IsEmpty || rest.IndexOfAny(" />\t\r\n") is not (var length and > 0))
            return null;
        var name = rest[1..length];
        return name[(name.IndexOf(':') + 1)..].ToString();
    }

    private static StoreException Missing(string what) => new(new StoreFault(StoreErrorCode.InvalidConfiguration, $"the server at the endpoint is not S3: it sent {what}")
    {
        Advice = "Check the endpoint, and whether a proxy or a login page responds instead of the service. Services that do not send request ids need the option request-id=no.",
    });
}
