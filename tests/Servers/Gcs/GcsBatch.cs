using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Cairn.TestServers.Gcs;

/// <summary>Several calls in one request: each part is a whole HTTP request, each answer a whole HTTP response.</summary>
internal sealed class GcsBatch(GcsServer server, GcsFakeOptions options)
{
    private const int LargestCount = 100;
    private const long LargestBody = 10_000_000;

    public async Task HandleAsync(GcsCall call)
    {
        if (options.BatchRefusal is { } status)
            throw new GcsError(status, status switch { 405 => "methodNotAllowed", 501 => "notImplemented", _ => "notFound" }, $"Batch requests are not served here ({status}).");
        var request = call.Context.Request;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || type.MediaType != "multipart/mixed" || type.Boundary.Length == 0)
            throw GcsError.Invalid("Failed to parse batch request, error: Content-Type must be multipart/mixed with a boundary.");
        var parts = new List<(string? Id, byte[] Bytes)>();
        long total = 0;
        try
        {
            var reader = new MultipartReader(HeaderUtilities.RemoveQuotes(type.Boundary).ToString(), request.Body);
            while (await reader.ReadNextSectionAsync(call.Aborted) is { } section)
            {
                var bytes = new MemoryStream();
                await section.Body.CopyToAsync(bytes, call.Aborted);
                total += bytes.Length;
                if (total >= LargestBody) throw new GcsError(413, "uploadTooLarge", "The total batch request payload must be less than 10MB.");
                if (section.ContentType?.StartsWith("application/http", StringComparison.OrdinalIgnoreCase) != true) throw GcsError.Invalid(
                    "Failed to parse batch request, error: each part must be application/http.");
                parts.Add((section.Headers is { } headers && headers.TryGetValue("Content-ID", out var id) ? id.ToString() : null, bytes.ToArray()));
            }
        }
        catch (IOException) when (!call.Aborted.IsCancellationRequested)
        {
            throw GcsError.Invalid("Failed to parse batch request, error: the body is not terminated.");
        }
        if (parts.Count == 0) throw GcsError.Invalid("Failed to parse batch request, error: 0 items.");
        if (parts.Count > LargestCount) throw GcsError.Invalid($"The batch request contains {parts.Count} calls, which exceeds the limit of {LargestCount}.");

        string boundary = "batch_" + Guid.NewGuid().ToString("N");
        var answer = new MemoryStream();
        foreach (var (id, bytes) in parts)
        {
            var head = new StringBuilder($"--{boundary}\r\nContent-Type: application/http\r\n");
            if (id is not null) head.Append("Content-ID: ").Append(Response(id)).Append("\r\n");
            answer.Write(Encoding.UTF8.GetBytes(head.Append("\r\n").ToString()));
            await ExecuteAsync(call, bytes, answer);
            answer.Write("\r\n"u8);
        }
        answer.Write(Encoding.UTF8.GetBytes($"--{boundary}--\r\n"));
        call.Context.Response.StatusCode = 200;
        call.Context.Response.ContentType = $"multipart/mixed; boundary={boundary}";
        call.Context.Response.ContentLength = answer.Length;
        await call.Context.Response.Body.WriteAsync(answer.GetBuffer().AsMemory(0, (int)answer.Length), call.Aborted);
    }

    /// <summary><c>&lt;x&gt;</c> is answered as <c>&lt;response-x&gt;</c>.</summary>
    private static string Response(string id) => id.StartsWith('<') ? "<response-" + id[1..] : "response-" + id;

    private async Task ExecuteAsync(GcsCall outer, byte[] part, Stream answer)
    {
        var inner = new DefaultHttpContext { RequestAborted = outer.Aborted };
        var body = new MemoryStream();
        inner.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
        var call = Parse(outer, inner, part, options);
        try
        {
            if (call is null) throw GcsError.Invalid("Failed to parse batch request part.");
            if (call.Segments[0] is "upload" or "download" or "batch" || call.Query("alt") == "media")
                throw GcsError.Invalid("Batch does not support uploading or downloading.");
            await server.DispatchAsync(call);
        }
        catch (GcsError error)
        {
            await (call ?? outer.For(inner)).ErrorAsync(error);
        }
        var response = inner.Response;
        var head = new StringBuilder($"HTTP/1.1 {response.StatusCode} {ReasonPhrases.GetReasonPhrase(response.StatusCode)}\r\n");
        response.Headers.ContentLength = body.Length;
        foreach (var (name, values) in response.Headers) head.Append(name).Append(": ").Append(values.ToString()).Append("\r\n");
        answer.Write(Encoding.UTF8.GetBytes(head.Append("\r\n").ToString()));
        body.WriteTo(answer);
    }

    private static GcsCall? Parse(GcsCall outer, HttpContext inner, byte[] part, GcsFakeOptions options)
    {
        int at = 0;
        var lines = Head(part, ref at);
        // Google's client for .NET writes "METHOD address" without a version.
        string[] first = lines.Count == 0 ? [] : lines[0].Split(' ');
        if (first.Length < 2 || Target(outer, first[1]) is not { } target) return null;
        var request = inner.Request;
        // The outer headers apply to every part, except those about the outer content and answer.
        foreach (var (name, values) in outer.Context.Request.Headers)
            if (!name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase) && !name.Equals("Accept-Encoding", StringComparison.OrdinalIgnoreCase)) request.Headers[name] = values;
        foreach (string line in lines.Skip(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0) request.Headers[line[..colon].Trim()] = line[(colon + 1)..].Trim();
        }
        request.Method = first[0];
        request.Scheme = outer.Context.Request.Scheme;
        request.Host = outer.Context.Request.Host;
        inner.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = target;
        request.Body = new MemoryStream(part, at, part.Length - at);
        return new GcsCall(inner, options);
    }

    /// <summary>The lines up to the first empty one, each ended by CRLF or by LF alone; <paramref name="at"/> becomes where the body begins.</summary>
    private static List<string> Head(byte[] part, ref int at)
    {
        var lines = new List<string>();
        while (at < part.Length)
        {
            int end = Array.IndexOf(part, (byte)'\n', at);
            string line = Encoding.UTF8.GetString(part, at, (end < 0 ? part.Length : end) - at).TrimEnd('\r');
            at = end < 0 ? part.Length : end + 1;
            if (line.Length > 0) lines.Add(line);
            else if (lines.Count > 0) break;
        }
        return lines;
    }

    /// <summary>Path and query; null for an address of another server.</summary>
    private static string? Target(GcsCall outer, string address)
    {
        if (address.StartsWith('/')) return address;
        return address.StartsWith(outer.Endpoint + "/", StringComparison.OrdinalIgnoreCase) ? address[outer.Endpoint.Length..] : null;
    }
}
