namespace Cairn.Layers;

/// <summary>When and how often <see cref="RetryDriver"/> tries again.</summary>
public sealed record RetryOptions
{
    /// <summary>The most attempts of one call, the first one included; at least 1. 5 by default.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>The longest wait before the second attempt; it doubles with each further one. 200 ms by default.</summary>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait of all, unless the store itself asks for a longer one. 20 s by default.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>No attempt begins later than this after the first one began. 2 minutes by default.</summary>
    public TimeSpan TotalTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How many retries each call earns for all calls of the store together: with 0.1 a store that is down gets at most a tenth more requests, not five times as many. 0.1 by default.
    /// </summary>
    public double BudgetRatio { get; init; } = 0.1;

    /// <summary>How many retries may be saved up, and are there at the start. 20 by default.</summary>
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
