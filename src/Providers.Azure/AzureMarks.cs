using System.Net;
using System.Xml;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Cairn.Providers;

namespace Cairn.Providers.Azure;

/// <summary>
/// Accepts only responses with the marks that the service documents: the status of the operation, the header that identifies each request, the etag, the
/// checksum that was sent and, for XML, the root element. Otherwise, a login page or a proxy that responds with 200 would count as an empty listing, a write
/// or a delete.
/// </summary>
internal sealed class AzureMarks : HttpPipelinePolicy
{
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        ProcessNext(message, pipeline);
        Check(message);
    }

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        await ProcessNextAsync(message, pipeline).ConfigureAwait(false);
        Check(message);
    }

    private static void Check(HttpMessage message)
    {
        var (request, response) = (message.Request, message.Response);
        // The response of a gateway during an outage of the service; it changes nothing.
        if (response.Status >= 500 || response.Status is (int)HttpStatusCode.RequestTimeout or (int)HttpStatusCode.TooManyRequests)
            return;
        if (!response.Headers.Contains("x-ms-request-id") && (response.Status < 400 || !response.Headers.Contains("x-ms-error-code")))
            throw Missing($"status {response.Status} without x-ms-request-id");
        if (response.Status is < 200 or >= 300)
            return;
        var expected = Expect(request);
        if (expected.Statuses is { } statuses && !statuses.Contains(response.Status))
            throw Missing($"status {response.Status}, where the service responds with {string.Join(" or ", statuses)}");
        if (expected.ETag && response.Headers.ETag is null)
            throw Missing($"status {response.Status} without an etag");
        if (expected.Root is { } root && (!message.BufferResponse || RootOf(message) != root))
            throw Missing($"a response that is not <{root}>");
        CheckSame(request, response, "x-ms-content-crc64");
        CheckSame(request, response, "Content-MD5");
    }

    /// <summary>Returns the documented success of an operation; nothing for operations that Cairn does not use.</summary>
    private static (int[]? Statuses, bool ETag, string? Root) Expect(Request request)
    {
        var query = request.Uri.Query.TrimStart('?').Split('&').Select(static p => p.Split('=', 2)).ToLookup(static p => p[0], static p => p.Length > 1 ? p[1] : "", StringComparer.Ordinal);
        var (type, component) = (query["restype"].FirstOrDefault(), query["comp"].FirstOrDefault());
        return (request.Method.Method, type, component) switch
        {
            ("GET", "container", "list") => ([200], false, "EnumerationResults"),
            ("GET", null, "blocklist") => ([200], false, "BlockList"),
            ("GET", null, null) => ([200, 206], true, null),
            ("HEAD", null, null) => ([200], true, null),
            ("PUT", null, "block") => ([201], false, null),
            ("PUT", null, "metadata") => ([200], true, null),
            ("PUT", null, null) when request.Headers.Contains("x-ms-copy-source") => ([202], true, null),
            ("PUT", null, null or "blocklist") => ([201], true, null),
            ("DELETE", null, null) => ([202], false, null),
            ("POST", _, "batch") => ([202], false, null),
            _ => default,
        };
    }

    private static string? RootOf(HttpMessage message)
    {
        if (message.Response.ContentStream is not { CanSeek: true } body)
            return null;
        try
        {
            using var reader = XmlReader.Create(body, new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, CloseInput = false });
            return reader.MoveToContent() == XmlNodeType.Element ? reader.LocalName : null;
        }
        catch (XmlException)
        {
            return null;
        }
        finally
        {
            body.Position = 0;
        }
    }

    /// <summary>Checks that the checksum that the service returns is the one that was sent.</summary>
    private static void CheckSame(Request request, Response response, string header)
    {
        if (request.Method == RequestMethod.Put && request.Headers.TryGetValue(header, out var sent) && response.Headers.TryGetValue(header, out var answered) && sent != answered)
            throw new StoreException(new StoreFault(StoreErrorCode.IntegrityFailure,
                $"the service received content with {header} {answered}, but {sent} was sent")
            { Advice = "Write the file again." });
    }

    private static StoreException Missing(string what) => new(new StoreFault(StoreErrorCode.InvalidConfiguration, $"the server at the endpoint is not Azure's blob service: it sent {what}")
    {
        Advice = "Check the endpoint, and whether a proxy or a login page responds instead of the service.",
    });
}
