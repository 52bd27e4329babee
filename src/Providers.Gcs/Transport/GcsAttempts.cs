using Cairn.Providers;

namespace Cairn.Providers.Gcs;

/// <summary>Decides whether one call is tried again, and how long to wait before, never sooner than the service asks. The only retries of this provider.</summary>
internal struct GcsAttempts(RetryBudget budget, ServiceContact contact)
{
    /// <summary>A service that asks for more is better told to the caller.</summary>
    private static readonly TimeSpan LongestAsked = TimeSpan.FromSeconds(60);

    private RetryBudget _budget = budget;

    /// <summary>How many attempts have failed and were followed by another.</summary>
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
