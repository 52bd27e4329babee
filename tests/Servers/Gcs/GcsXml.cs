using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Cairn.TestServers.Gcs;

/// <summary>What clients of the JSON API also use of the XML API: GET, HEAD, PUT and DELETE of <c>/bucket/object</c>, and the POST that opens a resumable
/// session. Errors are that API's, in short.</summary>
internal static class GcsXml
{
    private static readonly string[] _jsonPaths = ["storage", "upload", "download", "batch", "resumable", "token", "computeMetadata"];

    public static bool Speaks(GcsCall call) => call.Segments.Length > 1 && !_jsonPaths.Contains(call.Segments[0], StringComparer.Ordinal);

    /// <summary>A request that a token authorises.</summary>
    public static Task HandleAsync(GcsServer server, GcsCall call) => AnswerAsync(call, () =>
    {
        server.Tokens.Demand(call, writes: call.Method is not ("GET" or "HEAD"));
        return ServeAsync(server, call);
    });

    public static async Task AnswerAsync(GcsCall call, Func<Task> serveAsync)
    {
        try
        {
            await serveAsync();
        }
        catch (GcsError error)
        {
            string code = error.Status switch
            {
                401 => "AuthenticationRequired",
                404 => error.Message.StartsWith("No such object", StringComparison.Ordinal) ? "NoSuchKey" : "NoSuchBucket",
                412 => "PreconditionFailed",
                416 => "InvalidRange",
                403 => error.Reason == "forbidden" ? "AccessDenied" : "SignatureDoesNotMatch",
                _ => error.Reason,
            };
            call.Context.Response.StatusCode = error.Status;
            if (error.Status == 304) return;
            call.Context.Response.ContentType = "application/xml; charset=UTF-8";
            await call.Context.Response.WriteAsync($"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>{System.Security.SecurityElement.Escape(error.Message)}</Message></Error>", call.Aborted);
        }
    }

    /// <summary>The metadata that the headers of a write give.</summary>
    public static GcsFields Fields(GcsCall call)
    {
        var fields = new GcsFields { ContentType = call.Context.Request.ContentType, ContentEncoding = call.Header("Content-Encoding"), CacheControl = call.Header("Cache-Control") };
        foreach (var (key, value) in call.Context.Request.Headers)
            if (key.StartsWith("x-goog-meta-", StringComparison.OrdinalIgnoreCase)) fields = fields with { Metadata = fields.Metadata.SetItem(key[12..].ToLowerInvariant(), value.ToString()) };
        return fields;
    }

    public static async Task ServeAsync(GcsServer server, GcsCall call)
    {
        int slash = call.RawPath.IndexOf('/', 1);
        if (slash < 0) throw GcsError.Invalid("The address names a bucket and an object.");
        var bucket = server.Bucket(call, Uri.UnescapeDataString(call.RawPath[1..slash]));
        string name = GcsServer.CheckObjectName(Uri.UnescapeDataString(call.RawPath[(slash + 1)..]));
        long? Condition(string header) => call.Header(header) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;
        var conditions = new GcsPreconditions(Condition("x-goog-if-generation-match"), null, Condition("x-goog-if-metageneration-match"), null);
        switch (call.Method)
        {
            case "GET" or "HEAD":
                var found = bucket.Get(name, call.Number("generation"));
                conditions.Check(found);
                await GcsDownload.SendAsync(call, found, xml: true);
                return;
            case "PUT":
                var content = await GcsUploads.ReadAsync(call.Options, call.Context.Request.Body, call.Context.Request.ContentLength, call.Aborted);
                GcsUploads.Verify(content, null, call.Header("Content-MD5"), call.Header("x-goog-hash"));
                var made = bucket.Put(name, content, Fields(call), conditions);
                call.Context.Response.Headers["x-goog-generation"] = made.Generation.ToString(CultureInfo.InvariantCulture);
                call.Context.Response.Headers["x-goog-hash"] = made.HashHeader;
                call.Context.Response.Headers.ETag = $"\"{(content.Md5 is { } md5 ? Convert.ToHexStringLower(md5) : made.ETag)}\"";
                await call.EmptyAsync(200);
                return;
            case "POST" when call.Header("x-goog-resumable") == "start":
                await server.Uploads.StartAsync(call, bucket, name, conditions);
                return;
            case "DELETE":
                bucket.Delete(name, call.Number("generation"), conditions);
                await call.EmptyAsync(204);
                return;
            default: throw new GcsError(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
        }
    }
}
