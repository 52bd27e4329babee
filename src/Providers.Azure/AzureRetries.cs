using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Cairn.Providers;

namespace Cairn.Providers.Azure;

/// <summary>The SDK's retries, limited by time in addition to the number of attempts. The SDK decides which requests are retried.</summary>
internal sealed class AzureRetries(AzureOptions options, ServiceContact contact, TimeProvider clock) : RetryPolicy(int.MaxValue, new Delays(options.RetryDelay))
{
    /// <summary>If the service requests a longer delay, the error is returned to the caller.</summary>
    private static readonly TimeSpan LongestAsked = TimeSpan.FromSeconds(60);

    protected override bool ShouldRetry(HttpMessage message, Exception? exception) => base.ShouldRetry(message, exception) && MayRetry(message, exception);

    protected override async ValueTask<bool> ShouldRetryAsync(HttpMessage message, Exception? exception) =>
        await base.ShouldRetryAsync(message, exception).ConfigureAwait(false) && MayRetry(message, exception);

    protected override void OnRequestSent(HttpMessage message)
    {
        if (message.HasResponse)
            contact.Answered();
    }

    protected override ValueTask OnRequestSentAsync(HttpMessage message)
    {
        OnRequestSent(message);
        return default;
    }

    private bool MayRetry(HttpMessage message, Exception? exception)
    {
        if (exception is null && AzureErrors.RetryAfter(message.Response.Headers) > LongestAsked)
            return false;
        var budget = message.TryGetProperty(typeof(RetryBudget), out var known) ? (RetryBudget)known! : new(options.OutageTime, options.Retries, options.RetryDelay, clock);
        var isHopeless = contact.IsHopeless(exception);
        var mayRetry = budget.MayRetry(isHopeless, out var delay);
        message.SetProperty(typeof(RetryBudget), budget);
        if (mayRetry)
            contact.Tell(budget, isHopeless, delay, () => AzureErrors.Classify(exception ?? AzureRequests.Failure(message.Response)).Reason);
        return mayRetry;
    }

    /// <summary>The delays of the retry budget; a longer delay requested by the service is honored by the base class.</summary>
    private sealed class Delays(TimeSpan first) : DelayStrategy(TimeSpan.FromDays(1), 0)
    {
        protected override TimeSpan GetNextDelayCore(Response? response, int retryNumber) => RetryBudget.Delay(first, Math.Max(0, retryNumber - 1));
    }
}
