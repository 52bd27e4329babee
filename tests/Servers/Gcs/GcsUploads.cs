using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Cairn.TestServers.Gcs;

/// <summary>objects.insert in its three forms: media, multipart and resumable.</summary>
internal sealed class GcsUploads(GcsServer server, GcsFakeOptions options)
{
    private static readonly TimeSpan _sessionLife = TimeSpan.FromDays(7);
    private readonly ConcurrentDictionary<string, GcsUploadSession> _sessions = new(StringComparer.Ordinal);

    public int Open => _sessions.Values.Count(s => s.IsOpen);

    public void ExpireAll()
    {
        foreach (var session in _sessions.Values) session.Expire();
    }

    public long Persisted(string id) => _sessions.TryGetValue(id, out var session) ? session.Persisted : 0;

    public Task StartAsync(GcsCall call, GcsBucket bucket) => call.Query("uploadType") switch
    {
        "media" => MediaAsync(call, bucket),
        "multipart" => MultipartAsync(call, bucket),
        "resumable" => ResumableAsync(call, bucket),
        null => throw GcsError.Required("Required", "uploadType"),
        _ => throw GcsError.Invalid("Invalid value for: uploadType", "uploadType"),
    };

    /// <summary>PUT or DELETE on a session URI.</summary>
    public async Task ContinueAsync(GcsCall call, string bucketName, string id)
    {
        var bucket = server.Buckets.Find(bucketName) ?? throw GcsError.NoBucket();
        if (!_sessions.TryGetValue(id, out var session) || session.Bucket != bucket) throw new GcsError(404, "notFound", "Upload session not found.");
        await session.Gate.WaitAsync(call.Aborted);
        try
        {
            if (session.Expired || options.Clock.GetUtcNow() - session.Started > _sessionLife)
                throw new GcsError(404, "notFound", "The upload session has expired.");
            if (session.Cancelled) throw new GcsError(410, "gone", "The upload session was cancelled.");
            switch (call.Method)
            {
                case "DELETE":
                    session.Cancel();
                    await call.EmptyAsync(499);
                    return;
                case "PUT" or "POST":
                    await session.ReceiveAsync(call);
                    return;
                default: throw new GcsError(405, "methodNotAllowed", "Method not allowed");
            }
        }
        finally
        {
            session.Gate.Release();
        }
    }

    /// <summary>Reads a body to its end, or throws when the client goes away.</summary>
    public static async Task<GcsContent> ReadAsync(GcsFakeOptions options, Stream body, long? length, CancellationToken cancellationToken)
    {
        using var writer = new GcsContent.Writer(options, length);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            for (int read; (read = await body.ReadAsync(buffer, cancellationToken)) > 0;) writer.Append(buffer.AsSpan(0, read));
            return writer.Complete();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Compares what the client said of the content (resource and x-goog-hash) with what arrived; 400 where it differs.</summary>
    public static void Verify(GcsContent content, string? crc32c, string? md5, string? hashHeader)
    {
        foreach (string pair in (hashHeader ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (pair.StartsWith("crc32c=", StringComparison.OrdinalIgnoreCase)) crc32c ??= pair[7..];
            else if (pair.StartsWith("md5=", StringComparison.OrdinalIgnoreCase)) md5 ??= pair[4..];
        }
        if (crc32c is not null && crc32c != content.Crc32CBase64)
            throw GcsError.Invalid($"Provided CRC32C \"{crc32c}\" doesn't match calculated CRC32C \"{content.Crc32CBase64}\".");
        if (md5 is not null && content.Md5Base64 is { } actual && md5 != actual)
            throw GcsError.Invalid($"Provided MD5 hash \"{md5}\" doesn't match calculated MD5 hash \"{actual}\".");
    }

    private async Task MediaAsync(GcsCall call, GcsBucket bucket)
    {
        string name = GcsServer.CheckObjectName(call.Query("name"));
        var conditions = GcsPreconditions.From(call);
        var fields = new GcsFields { ContentType = call.Context.Request.ContentType ?? "application/octet-stream", ContentEncoding = call.Query("contentEncoding") };
        var content = await ReadAsync(options, call.Context.Request.Body, call.Context.Request.ContentLength, call.Aborted);
        Verify(content, null, call.Header("Content-MD5"), call.Header("x-goog-hash"));
        await call.ObjectAsync(bucket.Put(name, content, fields, conditions));
    }

    private async Task MultipartAsync(GcsCall call, GcsBucket bucket)
    {
        var conditions = GcsPreconditions.From(call);
        if (!MediaTypeHeaderValue.TryParse(call.Context.Request.ContentType, out var type) || type.MediaType != "multipart/related" || type.Boundary.Length == 0)
            throw GcsError.Invalid("Multipart upload requires Content-Type multipart/related with a boundary");
        var reader = new MultipartReader(HeaderUtilities.RemoveQuotes(type.Boundary).ToString(), call.Context.Request.Body);
        try
        {
            var metadata = await reader.ReadNextSectionAsync(call.Aborted) ?? throw GcsError.Invalid("Malformed multipart body.");
            var text = new MemoryStream();
            await metadata.Body.CopyToAsync(text, call.Aborted);
            var resource = UploadResource.Parse(GcsCall.Parse(text.ToArray()), call);
            var media = await reader.ReadNextSectionAsync(call.Aborted) ?? throw GcsError.Invalid("Malformed multipart body.");
            if (options.RequireMediaType && string.IsNullOrEmpty(media.ContentType)) throw GcsError.Required(
                "The media part of a multipart upload must have a Content-Type header.", "Content-Type", "header");
            var content = await ReadAsync(options, media.Body, call.Context.Request.ContentLength, call.Aborted);
            if (await reader.ReadNextSectionAsync(call.Aborted) is not null) throw GcsError.Invalid("Malformed multipart body.");
            Verify(content, resource.Crc32C, resource.Md5, call.Header("x-goog-hash"));
            var fields = resource.Fields with { ContentType = resource.Fields.ContentType ?? media.ContentType };
            await call.ObjectAsync(bucket.Put(resource.Name, content, fields, conditions));
        }
        catch (IOException) when (!call.Aborted.IsCancellationRequested)
        {
            // The body ended before its closing boundary.
            throw GcsError.Invalid("Malformed multipart body.");
        }
    }

    private async Task ResumableAsync(GcsCall call, GcsBucket bucket)
    {
        var conditions = GcsPreconditions.From(call);
        var resource = UploadResource.Parse(await call.BodyAsync(), call);
        long? length = call.Header("X-Upload-Content-Length") is { } text
            ? long.TryParse(text, out long value) && value >= 0 ? value : throw GcsError.Invalid("Invalid value for: X-Upload-Content-Length")
            : null;
        resource = resource with { Fields = resource.Fields with { ContentType = resource.Fields.ContentType ?? call.Header("X-Upload-Content-Type") ?? "application/octet-stream" } };
        await OpenAsync(call, bucket, resource, conditions, length, 200);
    }

    /// <summary>A session of the XML API, whose URI serves as one of the JSON API does.</summary>
    public Task StartAsync(GcsCall call, GcsBucket bucket, string name, GcsPreconditions conditions) =>
        OpenAsync(call, bucket, new UploadResource(name, GcsXml.Fields(call), null, null), conditions, null, 201);

    private async Task OpenAsync(GcsCall call, GcsBucket bucket, UploadResource resource, GcsPreconditions conditions, long? length, int status)
    {
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        _sessions[id] = new GcsUploadSession(bucket, resource, conditions, length, options);
        call.Context.Response.Headers["X-GUploader-UploadID"] = id;
        call.Context.Response.Headers.Location = $"{call.Endpoint}/upload/storage/v1/b/{bucket.Name}/o?uploadType=resumable&upload_id={id}";
        await call.EmptyAsync(status);
    }
}

/// <summary>What the JSON of an upload says: the name, the metadata and the checksums to verify.</summary>
internal sealed record UploadResource(string Name, GcsFields Fields, string? Crc32C, string? Md5)
{
    public static UploadResource Parse(JsonElement resource, GcsCall call)
    {
        string? Text(string name) => resource.ValueKind == JsonValueKind.Object && resource.TryGetProperty(name, out var value) ? value.GetString() : null;
        var fields = new GcsFields { ContentEncoding = call.Query("contentEncoding") };
        if (resource.ValueKind == JsonValueKind.Object) fields = fields.Apply(resource);
        return new UploadResource(GcsServer.CheckObjectName(call.Query("name") ?? Text("name")), fields, Text("crc32c"), Text("md5Hash"));
    }
}
