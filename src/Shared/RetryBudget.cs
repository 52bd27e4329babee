namespace Cairn.Providers;

/// <summary>
/// How long a request that fails is sent again: until a time is over since its first failure, so that a service which restarts is waited for; and no more often than a count, where one is given. The waits double from a
/// first one to <see cref="LongestDelay"/>, each give or take a quarter, so that a service which is back is found soon.
/// </summary>
/// <remarks>A source file that the providers of object stores share. Not safe to use from several threads.</remarks>
internal struct RetryBudget(TimeSpan time, int? most, TimeSpan firstDelay, TimeProvider clock)
{
    public static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    /// <summary>How often a request is sent again at least, however long each attempt took; where it is hopeless, at most.</summary>
    private const int Least = 3;

    /// <summary>How long a hopeless request is sent again.</summary>
    private static readonly TimeSpan Hopeless = TimeSpan.FromSeconds(5);

    private long? _firstFailure;

    /// <summary>How many failures were followed by another attempt.</summary>
    public int Failed { get; private set; }

    /// <summary>The wait after so many failures that were followed by another attempt.</summary>
    public static TimeSpan Delay(TimeSpan first, int failed) =>
        TimeSpan.FromTicks(Math.Min(LongestDelay.Ticks, first.Ticks << Math.Min(failed, 16))) * (0.75 + (Random.Shared.NextDouble() / 2));

    /// <summary>Counts a failure.</summary>
    /// <param name="isHopeless">Whether waiting is not likely to help, as with a host name that does not exist.</param>
    /// <param name="delay">How long to wait before the next attempt.</param>
    /// <returns>False when there is to be no other attempt.</returns>
    public bool MayRetry(bool isHopeless, out TimeSpan delay)
    {
        _firstFailure ??= clock.GetTimestamp();
        delay = Delay(firstDelay, Failed);
        if (Failed >= most || (Failed >= Least ? isHopeless || Left(isHopeless: false) <= TimeSpan.Zero : isHopeless && Left(isHopeless) <= TimeSpan.Zero))
            return false;
        Failed++;
        return true;
    }

    /// <summary>How long it is sent again from now on.</summary>
    public readonly TimeSpan Left(bool isHopeless)
    {
        var all = isHopeless && Hopeless < time ? Hopeless : time;
        return _firstFailure is { } first ? all - clock.GetElapsedTime(first) : all;
    }
}
