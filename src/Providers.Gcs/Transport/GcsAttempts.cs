using Cairn.Providers;

namespace Cairn.Providers.Gcs;

/// <summary>Decides whether a call is retried and after what delay, never sooner than the service requests. The only retries of this provider.</summary>
internal struct GcsAttempts(RetryBudget budget, ServiceContact contact)
{
    /// <summary>If the service requests a longer delay, the error is returned to the caller.</summary>
    private static readonly TimeSpan LongestAsked = TimeSpan.FromSeconds(60);

    private RetryBudget _budget = budget;

    /// <summary>Gets the number of failures that were followed by another attempt.</summary>
    public readonly int Failed => _budget.Failed;

    public bool MayRetry(Exception error, CancellationToken cancellationToken, out TimeSpan delay)
    {
        delay = default;
        if (cancellationToken.IsCancellationRequested)
            return false;
        if (error is Google.GoogleApiException { HttpStatusCode: not 0 })
            contact.Answered();
        var fault = GcsErrors.Classify(error);
        var isHopeless = contact.IsHopeless(error);
        if (!fault.IsTransient || fault.RetryAfter > LongestAsked || !_budget.MayRetry(isHopeless, out delay))
            return false;
        if (fault.RetryAfter > delay)
            delay = fault.RetryAfter.Value;
        contact.Tell(_budget, isHopeless, delay, () => fault.Reason);
        return true;
    }
}
