using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3.Internal;
using Cairn.Providers;

namespace Cairn.Providers.S3;

/// <summary>The SDK's retries, within a budget of time rather than of attempts, with what services other than Amazon's need: a 429 counts as throttling, a body that arrived damaged is sent again, and a wait that the service asks for is kept.</summary>
internal sealed class S3Retries(IClientConfig config, Func<RetryBudget> budget, Func<ServiceContact> contact, Func<TimeProvider> clock) : AmazonS3StandardRetryPolicy(config)
{
    /// <summary>A service that asks for more is better told to the caller.</summary>
    private static readonly TimeSpan LongestAsked = TimeSpan.FromSeconds(60);

    public static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);

    private readonly ConditionalWeakTable<IRequestContext, Asked> _asked = [];

    /// <summary>Whether the budget of a request is spent; called once for each failure that may be followed by another attempt.</summary>
    public override bool RetryLimitReached(IExecutionContext executionContext)
    {
        var known = _asked.GetOrCreateValue(executionContext.RequestContext);
        var left = known.Budget ?? budget();
        var mayRetry = left.MayRetry(known.IsHopeless, out var delay);
        (known.Budget, known.Delay) = (left, delay);
        return !mayRetry;
    }

    /// <summary>The SDK's own budget of retries, which all requests to a service share, would be spent early in an outage.</summary>
    public override bool OnRetry(IExecutionContext executionContext, bool bypassAcquireCapacity, bool isThrottlingError) => true;

    public override bool IsThrottlingError(Exception exception) =>
        exception is AmazonServiceException { StatusCode: HttpStatusCode.TooManyRequests } || base.IsThrottlingError(exception);

    /// <summary>What the service refused because it was damaged on the way is sent again: nothing of it was stored.</summary>
    public override bool IsTransientError(IExecutionContext executionContext, Exception exception) =>
        exception is AmazonServiceException service && S3Errors.IsDamagedOnTheWay(service) || base.IsTransientError(executionContext, exception);

    public override async Task<bool> RetryForExceptionAsync(IExecutionContext executionContext, Exception exception)
    {
        var request = executionContext.RequestContext;
        // Found out here, about an answer that came: another would be the same.
        if (exception is StoreException)
            return false;
        var failed = _asked.GetOrCreateValue(request);
        (failed.IsHopeless, failed.Last) = (contact().IsHopeless(exception), exception);
        if (exception is not AmazonServiceException service)
            return await base.RetryForExceptionAsync(executionContext, exception).ConfigureAwait(false);
        var asked = S3Errors.RetryAfterOf(service);
        if (asked > LongestAsked)
            return false;
        if (S3Errors.IsExpired(service) && request.Identity is RefreshingAWSCredentials session)
        {
            // The session was valid when it was taken, and is no more; once only, or a service that never agrees would be asked for ever.
            var known = _asked.GetOrCreateValue(request);
            if (known.IsRenewed)
                return false;
            known.IsRenewed = true;
            session.ClearCredentials();
            return true;
        }
        if (asked is { } wait)
            _asked.GetOrCreateValue(request).Wait = wait;
        return await base.RetryForExceptionAsync(executionContext, exception).ConfigureAwait(false);
    }

    public override async Task WaitBeforeRetryAsync(IExecutionContext executionContext)
    {
        var request = executionContext.RequestContext;
        var asked = _asked.GetOrCreateValue(request);
        var wait = asked.Wait > asked.Delay ? asked.Wait : asked.Delay;
        asked.Wait = default;
        if (asked is { Budget: { } budget, Last: { } failure })
            contact().Tell(budget, asked.IsHopeless, wait, () => S3Errors.Classify(failure).Reason);
        await Task.Delay(wait, clock(), request.CancellationToken).ConfigureAwait(false);
    }

    private sealed class Asked
    {
        /// <summary>What the service asks for.</summary>
        public TimeSpan Wait { get; set; }

        /// <summary>What the budget says.</summary>
        public TimeSpan Delay { get; set; }

        public RetryBudget? Budget { get; set; }

        public bool IsHopeless { get; set; }

        /// <summary>The last failure.</summary>
        public Exception? Last { get; set; }

        public bool IsRenewed { get; set; }
    }
}
