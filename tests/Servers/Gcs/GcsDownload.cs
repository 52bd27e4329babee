using System.Globalization;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace Cairn.TestServers.Gcs;

/// <summary>Serves an object's bytes: whole, one range, or gunzipped where the service transcodes.</summary>
internal static class GcsDownload
{
    public static async Task SendAsync(GcsCall call, GcsObject found, bool xml = false)
    {
        var response = call.Context.Response;
        var fields = found.Fields;
        var headers = response.Headers;
        headers.ETag = xml ? $"\"{(found.Content.Md5 is { } md5 ? Convert.ToHexStringLower(md5) : found.ETag)}\"" : found.ETag;
        headers.LastModified = found.Updated.ToString("R", CultureInfo.InvariantCulture);
        headers["x-goog-generation"] = found.Generation.ToString(CultureInfo.InvariantCulture);
        headers["x-goog-metageneration"] = found.Metageneration.ToString(CultureInfo.InvariantCulture);
        headers["x-goog-stored-content-length"] = found.Content.Length.ToString(CultureInfo.InvariantCulture);
        headers["x-goog-stored-content-encoding"] = fields.ContentEncoding ?? "identity";
        headers["x-goog-storage-class"] = found.StorageClass;
        headers["x-goog-hash"] = found.HashHeader;
        if (found.ComponentCount is { } components) headers["x-goog-component-count"] = components.ToString(CultureInfo.InvariantCulture);
        if (xml)
        {
            foreach (var (key, value) in fields.Metadata)
                if (key.All(char.IsAscii) && value.All(c => c is >= ' ' and <= '~')) headers["x-goog-meta-" + key] = value;
        }
        if (fields.CacheControl is not null) headers.CacheControl = fields.CacheControl;
        if (fields.ContentDisposition is not null) headers.ContentDisposition = fields.ContentDisposition;
        if (fields.ContentLanguage is not null) headers.ContentLanguage = fields.ContentLanguage;
        response.ContentType = fields.ContentType ?? "application/octet-stream";

        if (Transcodes(call, fields))
        {
            headers["Warning"] = "214 UploadServer gunzipped";
            response.StatusCode = 200;
            if (call.Method == "HEAD") return;
            var pipe = new MemoryStream();
            await found.Content.CopyToAsync(pipe, 0, found.Content.Length, call.Aborted);
            pipe.Position = 0;
            await using var gunzip = new GZipStream(pipe, CompressionMode.Decompress);
            await gunzip.CopyToAsync(response.Body, call.Aborted);
            return;
        }

        if (fields.ContentEncoding is not null) headers.ContentEncoding = fields.ContentEncoding;
        headers.AcceptRanges = "bytes";
        long start = 0, count = found.Content.Length;
        response.StatusCode = 200;
        if (Range(call.Header("Range"), found.Content.Length) is { } range)
        {
            (start, count) = range;
            response.StatusCode = 206;
            headers.ContentRange = $"bytes {start}-{start + count - 1}/{found.Content.Length}";
            // The service has sums of whole objects alone, and gives none with a part.
            headers.Remove("x-goog-hash");
        }
        response.ContentLength = count;
        if (call.Method != "HEAD") await found.Content.CopyToAsync(response.Body, start, count, call.Aborted);
    }

    /// <summary>The one range asked for; null where the header is absent, malformed or names several (then the whole object goes out).</summary>
    private static (long Start, long Count)? Range(string? header, long length)
    {
        if (header is null || !header.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase) || header.Contains(',', StringComparison.Ordinal)) return null;
        string[] bounds = header[6..].Split('-');
        if (bounds.Length != 2) return null;
        bool hasFirst = long.TryParse(bounds[0], NumberStyles.None, CultureInfo.InvariantCulture, out long first);
        bool hasLast = long.TryParse(bounds[1], NumberStyles.None, CultureInfo.InvariantCulture, out long last);
        if (!hasFirst && bounds[0].Length > 0 || !hasLast && bounds[1].Length > 0 || !hasFirst && !hasLast) return null;
        if (!hasFirst)
        {
            if (last == 0 || length == 0) throw GcsError.NoRange(length);
            long suffix = Math.Min(last, length);
            return (length - suffix, suffix);
        }
        if (hasLast && last < first) return null;
        if (first >= length) throw GcsError.NoRange(length);
        return (first, (hasLast ? Math.Min(last, length - 1) : length - 1) - first + 1);
    }

    private static bool Transcodes(GcsCall call, GcsFields fields) =>
        string.Equals(fields.ContentEncoding, "gzip", StringComparison.OrdinalIgnoreCase)
        && !(fields.CacheControl ?? "").Contains("no-transform", StringComparison.OrdinalIgnoreCase)
        && !call.AcceptsGzip;
}
