using Cairn.Providers;
using Microsoft.Extensions.Logging;

namespace Cairn.Layers;

/// <summary>Decides whether a call is tried again, and waits.</summary>
internal sealed class RetryPolicy
{
    private readonly StoreDriver _driver;
    private readonly RetryOptions _options;
    private readonly RetryBudget _budget;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public RetryPolicy(StoreDriver driver, RetryOptions options, LayerContext context)
    {
        options.Validate();
        (_driver, _options, _time) = (driver, options, context.TimeProvider);
        _budget = new(options.BudgetRatio, options.BudgetReserve);
        _logger = context.LoggerFactory.CreateLogger<RetryDriver>();
    }

    /// <summary>Calls until it succeeds, fails for good, or may not be tried again: then the last failure is thrown as it is.</summary>
    public async ValueTask<T> RunAsync<TArgument, T>(
        string operation, TArgument argument, Func<TArgument, CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken, bool onlyRefused = false)
    {
        var attempts = Begin(operation);
        while (true)
        {
            TimeSpan delay;
            try
            {
                return await call(argument, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (attempts.MayRetry(e, onlyRefused, cancellationToken, out delay))
            {
            }
            await DelayAsync(delay, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The attempts of one call, where <see cref="RunAsync"/> does not fit. The call earns its share of the budget.</summary>
    public Attempts Begin(string operation)
    {
        _budget.Earn();
        return new(this, operation);
    }

    public Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken) => Task.Delay(delay, _time, cancellationToken);

    /// <summary>The attempts of one call.</summary>
    internal struct Attempts(RetryPolicy policy, string operation)
    {
        private readonly long _started = policy._time.GetTimestamp();

        /// <summary>How many attempts have failed and were followed by another.</summary>
        public int Failed { get; private set; }

        /// <summary>Whether to try again after this failure; takes from the budget when so. Called once for each failure.</summary>
        /// <param name="error">The failure.</param>
        /// <param name="onlyRefused">True when the call may be repeated only if it surely did nothing: the store refused it with Throttled.</param>
        /// <param name="cancellationToken">The caller's token: once cancelled, nothing is tried again.</param>
        /// <param name="delay">How long to wait before.</param>
        public bool MayRetry(Exception error, bool onlyRefused, CancellationToken cancellationToken, out TimeSpan delay)
        {
            delay = default;
            if (cancellationToken.IsCancellationRequested)
                return false;
            return MayRetry(policy._driver.Classify(error), onlyRefused, out delay);
        }

        public bool MayRetry(StoreFault fault, bool onlyRefused, out TimeSpan delay)
        {
            delay = default;
            if (!fault.IsTransient || (onlyRefused && fault.Code != StoreErrorCode.Throttled))
                return false;
            delay = Backoff.Delay(policy._options, Failed + 1, fault.RetryAfter, Random.Shared.NextDouble());
            var why = Failed + 1 >= policy._options.MaxAttempts ? "all attempts are used up"
                : delay > policy._options.TotalTime - policy._time.GetElapsedTime(_started) ? "no time is left for the wait"
                : !policy._budget.TrySpend() ? "the store's budget of retries is used up"
                : null;
            var root = policy._driver.Root;
            if (why is not null)
            {
                policy._logger.GivingUp(operation, root.Scheme, root.Container, fault.Code, why);
                return false;
            }
            Failed++;
            if (StoreInstruments.RetryCount.Enabled)
            {
                var tags = StoreInstruments.TagsOf(root);
                tags.Add(StoreInstruments.OperationTag, operation);
                tags.Add(StoreInstruments.ErrorTag, fault.Code.ToString());
                StoreInstruments.RetryCount.Add(1, tags);
            }
            policy._logger.Retrying(operation, root.Scheme, root.Container, fault.Code, Failed + 1, policy._options.MaxAttempts, delay.TotalSeconds);
            return true;
        }
    }
}
