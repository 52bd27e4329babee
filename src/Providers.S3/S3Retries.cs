using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3.Internal;
using Cairn.Providers;

namespace Cairn.Providers.S3;

/// <summary>
/// The SDK's retries, limited by time instead of the number of attempts, with additions for services other than Amazon's: a 429 counts as throttling, a body
/// that was damaged in transit is sent again, and a delay requested by the service is honored.
/// </summary>
internal sealed class S3Retries(IClientConfig config, Func<RetryBudget> budget, Func<ServiceContact> contact, Func<TimeProvider> clock) : AmazonS3StandardRetryPolicy(config)
{
    /// <summary>If the service requests a longer delay, the error is returned to the caller.</summary>
    private static readonly TimeSpan LongestAsked = TimeSpan.FromSeconds(60);

    public static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);

    private readonly ConditionalWeakTable<IRequestContext, Asked> _asked = [];

    /// <summary>Returns whether the time limit of a request is exceeded. Called once for each failure that can be retried.</summary>
    public override bool RetryLimitReached(IExecutionContext executionContext)
    {
        var known = _asked.GetOrCreateValue(executionContext.RequestContext);
        var left = known.Budget ?? budget();
        var mayRetry = left.MayRetry(known.IsHopeless, out var delay);
        (known.Budget, known.Delay) = (left, delay);
        return !mayRetry;
    }

    /// <summary>The SDK's retry quota, which all requests to a service share, would be used up early in an outage.</summary>
    public override bool OnRetry(IExecutionContext executionContext, bool bypassAcquireCapacity, bool isThrottlingError) => true;

    public override bool IsThrottlingError(Exception exception) =>
        exception is AmazonServiceException { StatusCode: HttpStatusCode.TooManyRequests } || base.IsThrottlingError(exception);

    /// <summary>A request that was damaged in transit is sent again: nothing of it was stored.</summary>
    public override bool IsTransientError(IExecutionContext executionContext, Exception exception) =>
        exception is AmazonServiceException service && S3Errors.IsDamagedOnTheWay(service) || base.IsTransientError(executionContext, exception);

    public override async Task<bool> RetryForExceptionAsync(IExecutionContext executionContext, Exception exception)
    {
        var request = executionContext.RequestContext;
        // Detected locally about a complete response: a retry would give the same result.
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
            // The session was valid when it was used and has expired since. Retried only once, because a service that always refuses would otherwise be
            // retried forever.
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
        /// <summary>Gets or sets the delay that the service requests.</summary>
        public TimeSpan Wait { get; set; }

        /// <summary>Gets or sets the delay of the retry budget.</summary>
        public TimeSpan Delay { get; set; }

        public RetryBudget? Budget { get; set; }

        public bool IsHopeless { get; set; }

        /// <summary>Gets or sets the last failure.</summary>
        public Exception? Last { get; set; }

        public bool IsRenewed { get; set; }
    }
}
