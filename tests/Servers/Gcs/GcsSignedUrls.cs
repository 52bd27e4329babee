using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Cairn.TestServers.Gcs;

/// <summary>V4 signed URLs: requests of the XML API, authorised by the query.</summary>
internal static class GcsSignedUrls
{
    private static readonly string[] _parameters = ["X-Goog-Algorithm", "X-Goog-Credential", "X-Goog-Date", "X-Goog-Expires", "X-Goog-SignedHeaders", "X-Goog-Signature"];

    public static bool IsSigned(GcsCall call) => call.QueryPairs.Any(p => p.Key.Equals("X-Goog-Signature", StringComparison.OrdinalIgnoreCase));

    public static async Task HandleAsync(GcsServer server, GcsCall call)
    {
        await GcsXml.AnswerAsync(call, async () =>
        {
            Verify(call);
            await GcsXml.ServeAsync(server, call);
        });
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
        byte[] signature;
        try { signature = Convert.FromHexString(query["X-Goog-Signature"]); }
        catch (FormatException) { throw Mismatch(); }
        // The service has no other ports than the scheme's. Google's clients for Go and .NET sign the host of another address without its port, that for Python with it.
        var host = call.Context.Request.Host;
        if (!new[] { host.Value!, host.Host }.Any(Signs)) throw Mismatch();

        bool Signs(string name)
        {
            string text = $"{query["X-Goog-Algorithm"]}\n{query["X-Goog-Date"]}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Canonical(call, signed, name))))}";
            return query["X-Goog-Algorithm"] switch
            {
                "GOOG4-RSA-SHA256" => call.Options.SigningKeys.TryGetValue(account, out string? pem) && Rsa(pem, text, signature),
                "GOOG4-HMAC-SHA256" => call.Options.HmacSecrets.TryGetValue(account, out string? secret) && CryptographicOperations.FixedTimeEquals(Hmac(secret, credential[^4..], text), signature),
                _ => false,
            };
        }
    }

    private static GcsError Mismatch() => new(403, "SignatureDoesNotMatch",
        "Access denied. The request signature we calculated does not match the signature you provided. Check your Google secret key and signing method.");

    private static string Canonical(GcsCall call, string[] signed, string host)
    {
        var pairs = call.RawQuery.Split('&').Where(p => !p.StartsWith("X-Goog-Signature=", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal);
        var text = new StringBuilder().Append(call.Method).Append('\n').Append(call.RawPath).Append('\n').AppendJoin('&', pairs).Append('\n');
        foreach (string name in signed)
        {
            string value = name == "host" ? host : call.Header(name) ?? throw Mismatch();
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
