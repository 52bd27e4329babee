namespace Cairn.TestServers.Gcs;

/// <summary>A refusal that the fake was told to give a number of times: throttling and outages as the service words them.</summary>
internal sealed class PlannedFault(int status, int times, string? retryAfter, Func<string, string, bool> when) : Planned(times, when)
{
    public GcsError ToError() => status switch
    {
        429 => new GcsError(429, "rateLimitExceeded", "The object exceeded the rate limit for object mutation operations (create, update, and delete). Please reduce your request rate.") { RetryAfter = retryAfter },
        408 => new GcsError(408, "uploadBrokenConnection", "The request timed out. Please try again using truncated exponential backoff."),
        503 => new GcsError(503, "backendError", "We encountered an internal error. Please try again.") { RetryAfter = retryAfter },
        500 => new GcsError(500, "internalError", "We encountered an internal error. Please try again.") { RetryAfter = retryAfter },
        403 => new GcsError(403, "forbidden", "Access denied."),
        _ => new GcsError(status, "backendError", $"Planned failure {status}.") { RetryAfter = retryAfter },
    };
}
