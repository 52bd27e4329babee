using System.Net;
using System.Text;
using Cairn.Providers;

namespace Cairn.Providers.S3;

/// <summary>
/// Passes on only answers that carry the marks which the service documents: the header that names each request, and in XML the root element of the operation. A login page or a proxy that answers 200 in the
/// service's place would otherwise count as an empty listing, as a write or as a delete.
/// </summary>
internal sealed class S3Marks(HttpMessageHandler inner, bool namesRequests) : DelegatingHandler(inner)
{
    /// <summary>Space that a root element is looked for in; the service sends blanks while it completes a large upload.</summary>
    private const int LongestLead = 64 << 10;

    /// <summary>The etag of an answer that must have one.</summary>
    /// <exception cref="StoreException">InvalidConfiguration: it has none.</exception>
    public static string ETag(string? etag) => etag is { Length: > 0 } ? etag : throw Missing("an answer without an etag");

    /// <summary>Refuses an answer that shows another checksum than was sent; not every service shows one.</summary>
    /// <exception cref="StoreException">IntegrityFailure.</exception>
    public static void CheckCrc32C(string? sent, string? answered)
    {
        // One of parts ends in their number, and is none of the whole.
        if (sent is not null && answered is { Length: 8 } && answered != sent)
            throw new StoreException(new StoreFault(StoreErrorCode.IntegrityFailure, $"the service stored bytes of CRC-32C {answered}, and {sent} was sent") { Advice = "Write it again." });
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
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
        // What a gateway says while the service is away; it changes nothing.
        if ((int)response.StatusCode >= 500 || response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests)
            return;
        var status = (int)response.StatusCode;
        var isNamed = response.Headers.NonValidated.Contains("x-amz-request-id") || response.Headers.NonValidated.Contains("x-amz-id-2");
        if (!response.IsSuccessStatusCode)
        {
            // An error names its request in the body too.
            if (!isNamed && (request.Method == HttpMethod.Head ? namesRequests : await RootAsync(response, cancellationToken).ConfigureAwait(false) != "Error"))
                throw Missing($"status {status} without x-amz-request-id");
            return;
        }
        if (!isNamed && namesRequests)
            throw Missing($"status {status} without x-amz-request-id");
        if (RootOf(request) is { } expected)
        {
            // An error may come with status 200, when the service finds it out late.
            if (await RootAsync(response, cancellationToken).ConfigureAwait(false) is var root && root != expected && root != "Error")
                throw Missing(root is null ? $"status {status} without XML" : $"<{root}> instead of <{expected}>");
        }
        else if (request.Method != HttpMethod.Get && request.Method != HttpMethod.Head && response.Content.Headers.ContentType?.MediaType == "text/html")
            throw Missing($"status {status} with a page of HTML");
    }

    /// <summary>The root element that the reference names for a request's answer; null where it names none.</summary>
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

    /// <summary>The name of the root element of an answer's body, which stays whole; null when the body does not begin as XML.</summary>
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

    private static StoreException Missing(string what) => new(new StoreFault(StoreErrorCode.InvalidConfiguration, $"what answers at the endpoint is not S3: {what}")
    {
        Advice = "Check the endpoint, and whether a proxy or a login page answers in its place. Services that do not name requests need the option request-id=no.",
    });
}
