using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Cairn.TestServers.Gcs;

/// <summary>What a bearer token may do.</summary>
public enum GcsAccess
{
    /// <summary>Only read.</summary>
    ReadOnly,

    /// <summary>Everything.</summary>
    Full,
}

/// <summary>Issues tokens (also as OAuth's token endpoint and as the metadata server) and demands them where the options say so.</summary>
internal sealed class GcsTokens(GcsFakeOptions options)
{
    private readonly ConcurrentDictionary<string, (GcsAccess Access, DateTimeOffset Until)> _issued = new(StringComparer.Ordinal);
    private int _count;

    public int Issued => _count;

    public string Issue(GcsAccess access, TimeSpan life)
    {
        string token = "ya29." + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));
        _issued[token] = (access, options.Clock.GetUtcNow() + life);
        Interlocked.Increment(ref _count);
        return token;
    }

    public void Revoke() => _issued.Clear();

    /// <summary>What the caller may do; throws where it has no valid token, or may not do this.</summary>
    public GcsAccess Demand(GcsCall call, bool writes)
    {
        if (!options.RequireToken) return GcsAccess.Full;
        string? header = call.Header("Authorization");
        if (header is null) throw new GcsError(401, "required", "Anonymous caller does not have storage.objects access to the Google Cloud Storage object.", "Authorization", "header");
        string token = header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..].Trim() : "";
        if (Access(call, token) is not { } access)
            throw new GcsError(401, "authError", "Invalid Credentials", "Authorization", "header");
        if (writes && access == GcsAccess.ReadOnly)
            throw new GcsError(403, "forbidden", "The caller does not have storage.objects.create access to the Google Cloud Storage object. Permission 'storage.objects.create' denied on resource (or it may not exist).");
        return access;
    }

    private GcsAccess? Access(GcsCall call, string token) =>
        GcsJwt.IsOne(token) ? GcsJwt.Verify(token, options, call.Endpoint) : _issued.TryGetValue(token, out var grant) && grant.Until > options.Clock.GetUtcNow() ? grant.Access : null;

    /// <summary><c>POST /token</c> for any grant, and the metadata server's token path.</summary>
    public Task HandleAsync(GcsCall call)
    {
        bool metadata = call.Segments[0] == "computeMetadata";
        if (metadata)
        {
            if (call.Header("Metadata-Flavor") != "Google") throw new GcsError(403, "forbidden", "Missing Metadata-Flavor:Google header.");
            call.Context.Response.Headers["Metadata-Flavor"] = "Google";
            if (call.Segments[^1] != "token") return call.EmptyAsync(200);
        }
        string token = Issue(GcsAccess.Full, options.TokenLifetime);
        return call.JsonAsync(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("access_token", token);
            json.WriteNumber("expires_in", (int)options.TokenLifetime.TotalSeconds);
            json.WriteString("token_type", "Bearer");
            json.WriteEndObject();
        });
    }
}
