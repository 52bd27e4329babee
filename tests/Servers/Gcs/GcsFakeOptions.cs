namespace Cairn.TestServers.Gcs;

/// <summary>How a <see cref="GcsFake"/> behaves. The defaults are the service's own rules without authentication.</summary>
public sealed class GcsFakeOptions
{
    /// <summary>The clock of times, sessions and tokens; the system's by default.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Whether a bearer token must come with each request; false by default. Tokens come from <see cref="GcsFake.IssueToken"/> or the fake's own <c>/token</c>.</summary>
    public bool RequireToken { get; init; }

    /// <summary>How long a token of the <c>/token</c> endpoint lives; an hour by default.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Whether to compute MD5, as the service does; turning it off saves CPU in benchmarks, and objects then have no md5Hash.</summary>
    public bool ComputeMd5 { get; init; } = true;

    /// <summary>A folder for the bytes of large objects, which are otherwise held in memory; files vanish with their objects.</summary>
    public string? SpillFolder { get; init; }

    /// <summary>The length above which an object's bytes go to <see cref="SpillFolder"/>; 1 MiB by default.</summary>
    public long SpillAbove { get; init; } = 1 << 20;

    /// <summary>How many bytes a rewrite moves per call between locations or storage classes when the caller names no limit; 1 GiB by default.</summary>
    public long RewriteBytesPerCall { get; init; } = 1L << 30;

    /// <summary>Makes every rewrite go in steps, also within one location, so that a test need not make buckets in two places.</summary>
    public bool RewriteAlwaysInSteps { get; init; }

    /// <summary>The largest page of a listing; 1,000 as in the service. Smaller ones make paging visible.</summary>
    public int LargestPage { get; init; } = 1000;

    /// <summary>What <c>/batch</c> answers in place of serving it: 404, 405 or 501, as other emulators and gateways do. It is served by default.</summary>
    public int? BatchRefusal { get; init; }

    /// <summary>Whether the <c>code</c> of an error is written as text, as some emulators and gateways do; false by default.</summary>
    public bool ErrorCodeAsText { get; init; }

    /// <summary>Whether the resource of an empty object has no <c>size</c>, as from servers that write no zeros; false by default.</summary>
    public bool OmitSizeZero { get; init; }

    /// <summary>Whether the media part of a multipart upload must have a Content-Type, as the reference demands; true by default. rclone sends none, so the service seems to forgive that.</summary>
    public bool RequireMediaType { get; init; } = true;

    /// <summary>Public keys by service account address, for signed URLs of GOOG4-RSA-SHA256 and for tokens that an account signs itself (PEM).</summary>
    public IDictionary<string, string> SigningKeys { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Secrets by access id, for signed URLs of GOOG4-HMAC-SHA256.</summary>
    public IDictionary<string, string> HmacSecrets { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
