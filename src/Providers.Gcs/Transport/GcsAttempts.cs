using Cairn.Providers;

namespace Cairn.Providers.Gcs;

/// <summary>Decides whether one call is tried again, and how long to wait before: exponential backoff with full jitter, never sooner than the service asks. The only retries of this provider.</summary>
internal struct GcsAttempts(int retries, TimeSpan firstDelay)
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(20);

    /// <summary>A service that asks for more is better told to the caller.</summary>
    private static readonly TimeSpan LongestAsked = TimeSpan.FromSeconds(60);

    /// <summary>How many attempts have failed and were followed by another.</summary>
    public int Failed { get; private set; }

    public bool MayRetry(Exception error, CancellationToken cancellationToken, out TimeSpan delay)
    {
        delay = default;
        if (Failed >= retries || cancellationToken.IsCancellationRequested)
            return false;
        var fault = GcsErrors.Classify(error);
        if (!fault.IsTransient || fault.RetryAfter > LongestAsked)
            return false;
        delay = TimeSpan.FromTicks(Math.Min(LongestDelay.Ticks, firstDelay.Ticks << Math.Min(Failed, 16))) * Random.Shared.NextDouble();
        if (fault.RetryAfter > delay)
            delay = fault.RetryAfter.Value;
        Failed++;
        return true;
    }
}
