using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Cairn.Providers;

namespace Cairn.Providers.Azure;

/// <summary>The SDK's retries, within a budget of time rather than of attempts alone. What is sent again, the SDK decides.</summary>
internal sealed class AzureRetries(AzureOptions options, ServiceContact contact, TimeProvider clock) : RetryPolicy(int.MaxValue, new Delays(options.RetryDelay))
{
    /// <summary>A service that asks for more is better told to the caller.</summary>
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

    /// <summary>The budget's waits; a longer one that the service asks for is kept by the base.</summary>
    private sealed class Delays(TimeSpan first) : DelayStrategy(TimeSpan.FromDays(1), 0)
    {
        protected override TimeSpan GetNextDelayCore(Response? response, int retryNumber) => RetryBudget.Delay(first, Math.Max(0, retryNumber - 1));
    }
}
