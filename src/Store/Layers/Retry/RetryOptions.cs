namespace Cairn.Layers;

/// <summary>The options of <see cref="RetryDriver"/>.</summary>
public sealed record RetryOptions
{
    /// <summary>Gets the maximum number of attempts of one call, including the first; at least 1. Default: 5.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>Gets the maximum delay before the second attempt; it doubles with each further attempt. Default: 200 ms.</summary>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Gets the maximum delay, unless the store requests a longer one. Default: 20 s.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Gets the time after the first attempt in which further attempts can start. Default: 2 minutes.</summary>
    public TimeSpan TotalTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Gets the number of retries that each call adds to the budget of the store: with 0.1, an unavailable store receives at most a tenth more requests
    /// instead of five times as many. Default: 0.1.
    /// </summary>
    public double BudgetRatio { get; init; } = 0.1;

    /// <summary>Gets the maximum number of saved retries, which is also the initial number. Default: 20.</summary>
    public int BudgetReserve { get; init; } = 20;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxAttempts, 1, nameof(MaxAttempts));
        ArgumentOutOfRangeException.ThrowIfLessThan(BaseDelay, TimeSpan.Zero, nameof(BaseDelay));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDelay, TimeSpan.Zero, nameof(MaxDelay));
        ArgumentOutOfRangeException.ThrowIfLessThan(TotalTime, TimeSpan.Zero, nameof(TotalTime));
        ArgumentOutOfRangeException.ThrowIfNegative(BudgetRatio, nameof(BudgetRatio));
        ArgumentOutOfRangeException.ThrowIfNegative(BudgetReserve, nameof(BudgetReserve));
    }
}
