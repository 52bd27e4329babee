using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace Cairn.TestServers.Gcs;

/// <summary>Tokens that a service account signs itself (AIP-4111): a JWT that names the account, and either scopes or the service as its audience.</summary>
internal static class GcsJwt
{
    private const string Audience = "https://storage.googleapis.com/";
    private const string Scope = "https://www.googleapis.com/auth/";
    private static readonly string[] _full = [Scope + "cloud-platform", Scope + "devstorage.full_control", Scope + "devstorage.read_write"];
    private static readonly string[] _reading = [Scope + "cloud-platform.read-only", Scope + "devstorage.read_only"];
    private static readonly TimeSpan _longest = TimeSpan.FromHours(1);
    private static readonly TimeSpan _skew = TimeSpan.FromMinutes(5);

    public static bool IsOne(string token) => token.Count(c => c == '.') == 2 && token.StartsWith("ey", StringComparison.Ordinal);

    /// <summary>What the token allows, which may also be for the address at which it arrived; null where it is not valid now.</summary>
    public static GcsAccess? Verify(string token, GcsFakeOptions options, string endpoint)
    {
        string[] parts = token.Split('.');
        try
        {
            using var header = JsonDocument.Parse(WebEncoders.Base64UrlDecode(parts[0]));
            using var claims = JsonDocument.Parse(WebEncoders.Base64UrlDecode(parts[1]));
            string? account = Text(claims, "iss"), scope = Text(claims, "scope"), audience = Text(claims, "aud");
            if (Text(header, "alg") != "RS256" || account is null || account != Text(claims, "sub")) return null;
            if (!options.SigningKeys.TryGetValue(account, out string? pem)) return null;
            var issued = Time(claims, "iat");
            var until = Time(claims, "exp");
            var now = options.Clock.GetUtcNow();
            if (issued > now + _skew || until <= now || until - issued > _longest) return null;
            using var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            if (!rsa.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), WebEncoders.Base64UrlDecode(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)) return null;
            if ((scope is null) == (audience is null)) return null;
            if (audience is not null) return audience == Audience || audience == endpoint + "/" ? GcsAccess.Full : null;
            string[] scopes = scope!.Split(' ');
            return scopes.Intersect(_full, StringComparer.Ordinal).Any() ? GcsAccess.Full : scopes.Intersect(_reading, StringComparer.Ordinal).Any() ? GcsAccess.ReadOnly : null;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static string? Text(JsonDocument document, string name) => document.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static DateTimeOffset Time(JsonDocument document, string name) => DateTimeOffset.FromUnixTimeSeconds(document.RootElement.GetProperty(name).GetInt64());
}
