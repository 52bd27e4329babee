namespace Cairn.Providers;

/// <summary>
/// Limits the retries of a request: for a time after its first failure, so that a restart of the service is survived, and optionally to a number of
/// attempts. The delays double up to <see cref="LongestDelay"/>, each varied by up to a quarter, so that a recovered service is noticed soon.
/// </summary>
/// <remarks>A source file shared by the providers of object stores. Not thread-safe.</remarks>
internal struct RetryBudget(TimeSpan time, int? most, TimeSpan firstDelay, TimeProvider clock)
{
    public static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    /// <summary>The minimum number of retries, regardless of the duration of each attempt; for a hopeless request, the maximum.</summary>
    private const int Least = 3;

    /// <summary>The time for which a hopeless request is retried.</summary>
    private static readonly TimeSpan Hopeless = TimeSpan.FromSeconds(5);

    private long? _firstFailure;

    /// <summary>Gets the number of failures that were followed by another attempt.</summary>
    public int Failed { get; private set; }

    /// <summary>Returns the delay after a number of failures that were followed by another attempt.</summary>
    public static TimeSpan Delay(TimeSpan first, int failed) =>
        TimeSpan.FromTicks(Math.Min(LongestDelay.Ticks, first.Ticks << Math.Min(failed, 16))) * (0.75 + (Random.Shared.NextDouble() / 2));

    /// <summary>Counts a failure.</summary>
    /// <param name="isHopeless">true if waiting is unlikely to help, for example if the host name does not exist.</param>
    /// <param name="delay">The delay before the next attempt.</param>
    /// <returns>false if there is no further attempt.</returns>
    public bool MayRetry(bool isHopeless, out TimeSpan delay)
    {
        _firstFailure ??= clock.GetTimestamp();
        delay = Delay(firstDelay, Failed);
        if (Failed >= most || (Failed >= Least ? isHopeless || Left(isHopeless: false) <= TimeSpan.Zero : isHopeless && Left(isHopeless) <= TimeSpan.Zero))
            return false;
        Failed++;
        return true;
    }

    /// <summary>Returns the remaining time for retries.</summary>
    public readonly TimeSpan Left(bool isHopeless)
    {
        var all = isHopeless && Hopeless < time ? Hopeless : time;
        return _firstFailure is { } first ? all - clock.GetElapsedTime(first) : all;
    }
}
