using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Cairn.TestServers.Gcs;

/// <summary>V4 signed URLs: GET, HEAD, PUT and DELETE of <c>/bucket/object</c>, authorised by the query. Errors are the XML API's, in short.</summary>
internal static class GcsSignedUrls
{
    private static readonly string[] _parameters = ["X-Goog-Algorithm", "X-Goog-Credential", "X-Goog-Date", "X-Goog-Expires", "X-Goog-SignedHeaders", "X-Goog-Signature"];

    public static bool IsSigned(GcsCall call) => call.QueryPairs.Any(p => p.Key.Equals("X-Goog-Signature", StringComparison.OrdinalIgnoreCase));

    public static async Task HandleAsync(GcsServer server, GcsCall call)
    {
        try
        {
            Verify(call);
            await ServeAsync(server, call);
        }
        catch (GcsError error)
        {
            string code = error.Status switch
            {
                404 => error.Message.StartsWith("No such object", StringComparison.Ordinal) ? "NoSuchKey" : "NoSuchBucket",
                412 => "PreconditionFailed",
                416 => "InvalidRange",
                403 => "SignatureDoesNotMatch",
                _ => error.Reason,
            };
            call.Context.Response.StatusCode = error.Status;
            if (error.Status == 304) return;
            call.Context.Response.ContentType = "application/xml; charset=UTF-8";
            await call.Context.Response.WriteAsync($"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>{System.Security.SecurityElement.Escape(error.Message)}</Message></Error>", call.Aborted);
        }
    }

    private static async Task ServeAsync(GcsServer server, GcsCall call)
    {
        int slash = call.RawPath.IndexOf('/', 1);
        if (slash < 0) throw GcsError.Invalid("A signed URL names a bucket and an object.");
        var bucket = server.Bucket(call, Uri.UnescapeDataString(call.RawPath[1..slash]));
        string name = GcsServer.CheckObjectName(Uri.UnescapeDataString(call.RawPath[(slash + 1)..]));
        long? Condition(string header) => call.Header(header) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;
        var conditions = new GcsPreconditions(Condition("x-goog-if-generation-match"), null, Condition("x-goog-if-metageneration-match"), null);
        switch (call.Method)
        {
            case "GET" or "HEAD":
                var found = bucket.Get(name, call.Number("generation"));
                conditions.Check(found);
                await GcsDownload.SendAsync(call, found, quotedETag: true);
                return;
            case "PUT":
                var content = await GcsUploads.ReadAsync(call.Options, call.Context.Request.Body, call.Context.Request.ContentLength, call.Aborted);
                GcsUploads.Verify(content, null, call.Header("Content-MD5"), call.Header("x-goog-hash"));
                var fields = new GcsFields { ContentType = call.Context.Request.ContentType, ContentEncoding = call.Header("Content-Encoding"), CacheControl = call.Header("Cache-Control") };
                foreach (var (key, value) in call.Context.Request.Headers)
                    if (key.StartsWith("x-goog-meta-", StringComparison.OrdinalIgnoreCase)) fields = fields with { Metadata = fields.Metadata.SetItem(key[12..].ToLowerInvariant(), value.ToString()) };
                var made = bucket.Put(name, content, fields, conditions);
                call.Context.Response.Headers["x-goog-generation"] = made.Generation.ToString(CultureInfo.InvariantCulture);
                call.Context.Response.Headers["x-goog-hash"] = made.HashHeader;
                call.Context.Response.Headers.ETag = $"\"{(content.Md5 is { } md5 ? Convert.ToHexStringLower(md5) : made.ETag)}\"";
                await call.EmptyAsync(200);
                return;
            case "DELETE":
                bucket.Delete(name, call.Number("generation"), conditions);
                await call.EmptyAsync(204);
                return;
            default: throw new GcsError(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
        }
    }

    private static void Verify(GcsCall call)
    {
        var query = call.QueryPairs.ToDictionary(p => p.Key, p => p.Value, StringComparer.OrdinalIgnoreCase);
        foreach (string name in _parameters)
            if (!query.ContainsKey(name)) throw new GcsError(400, "AuthenticationRequired", $"Missing query parameter {name}.");
        if (!DateTimeOffset.TryParseExact(query["X-Goog-Date"], "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            || !int.TryParse(query["X-Goog-Expires"], NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) || seconds > 604800)
            throw new GcsError(400, "InvalidArgument", "X-Goog-Date or X-Goog-Expires is not valid; a signed URL lives at most 604800 seconds.");
        if (call.Options.Clock.GetUtcNow() > date.AddSeconds(seconds)) throw new GcsError(400, "ExpiredToken", "The provided token has expired.");

        string[] credential = query["X-Goog-Credential"].Split('/');
        if (credential.Length < 5) throw new GcsError(400, "InvalidArgument", "X-Goog-Credential is not valid.");
        string account = string.Join('/', credential[..^4]), scope = string.Join('/', credential[^4..]);
        string[] signed = query["X-Goog-SignedHeaders"].Split(';');
        string canonical = Canonical(call, signed);
        string text = $"{query["X-Goog-Algorithm"]}\n{query["X-Goog-Date"]}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        byte[] signature;
        try { signature = Convert.FromHexString(query["X-Goog-Signature"]); }
        catch (FormatException) { throw Mismatch(); }
        bool good = query["X-Goog-Algorithm"] switch
        {
            "GOOG4-RSA-SHA256" => call.Options.SigningKeys.TryGetValue(account, out string? pem) && Rsa(pem, text, signature),
            "GOOG4-HMAC-SHA256" => call.Options.HmacSecrets.TryGetValue(account, out string? secret) && CryptographicOperations.FixedTimeEquals(Hmac(secret, credential[^4..], text), signature),
            _ => false,
        };
        if (!good) throw Mismatch();
    }

    private static GcsError Mismatch() => new(403, "SignatureDoesNotMatch",
        "Access denied. The request signature we calculated does not match the signature you provided. Check your Google secret key and signing method.");

    private static string Canonical(GcsCall call, string[] signed)
    {
        var pairs = call.RawQuery.Split('&').Where(p => !p.StartsWith("X-Goog-Signature=", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal);
        var text = new StringBuilder().Append(call.Method).Append('\n').Append(call.RawPath).Append('\n').AppendJoin('&', pairs).Append('\n');
        foreach (string name in signed)
        {
            string value = name == "host" ? call.Context.Request.Host.Value ?? "" : call.Header(name) ?? throw Mismatch();
            text.Append(name).Append(':').Append(string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Append('\n');
        }
        return text.Append('\n').AppendJoin(';', signed).Append('\n').Append(call.Header("x-goog-content-sha256") ?? "UNSIGNED-PAYLOAD").ToString();
    }

    private static bool Rsa(string pem, string text, byte[] signature)
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(pem);
        return rsa.VerifyData(Encoding.UTF8.GetBytes(text), signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private static byte[] Hmac(string secret, string[] scope, string text)
    {
        byte[] key = Encoding.UTF8.GetBytes("GOOG4" + secret);
        foreach (string part in scope) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        return HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
    }
}
