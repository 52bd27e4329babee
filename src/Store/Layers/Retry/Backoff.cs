namespace Cairn.Layers;

/// <summary>How long to wait between attempts: exponential with full jitter, so that callers that failed together do not come back together.</summary>
internal static class Backoff
{
    /// <summary>The wait before attempt <paramref name="attempt"/> + 1.</summary>
    /// <param name="options">Base and longest wait.</param>
    /// <param name="attempt">How many attempts have failed; at least 1.</param>
    /// <param name="retryAfter">What the store asks for: never less than that.</param>
    /// <param name="random">From 0 to below 1.</param>
    public static TimeSpan Delay(RetryOptions options, int attempt, TimeSpan? retryAfter, double random)
    {
        var ceiling = Math.Min(options.BaseDelay.Ticks * Math.Pow(2, attempt - 1), options.MaxDelay.Ticks);
        var jittered = TimeSpan.FromTicks((long)(ceiling * random));
        // The jitter comes on top of what the store asks for: it tells all its callers the same time.
        return retryAfter is { } asked && asked > TimeSpan.Zero ? asked + jittered : jittered;
    }
}
