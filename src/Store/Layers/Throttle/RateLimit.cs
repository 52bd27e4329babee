namespace Cairn.Layers;

/// <summary>A rate with a burst of one second's worth: whoever comes takes what it needs and waits until that was due, in the order of coming.</summary>
/// <remarks>One number is all its state (the generic cell rate algorithm), so it is fair and holds no queue. Safe to use from many threads.</remarks>
internal sealed class RateLimit(double perSecond, TimeProvider time)
{
    private readonly long _epoch = time.GetTimestamp();
    private readonly Lock _gate = new();
    private double _due = -1;

    /// <summary>Takes <paramref name="amount"/> and says how long to wait before using it.</summary>
    public TimeSpan Take(double amount)
    {
        lock (_gate)
        {
            var now = time.GetElapsedTime(_epoch).TotalSeconds;
            // What was not used for more than a second is lost: the burst stays one second's worth.
            _due = Math.Max(_due, now - 1) + (amount / perSecond);
            // Whole milliseconds, rounded up: a timer would cut the rest off and come too early.
            return TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(((_due - now) * 1000) - 1e-6)));
        }
    }

    /// <summary>Gives back what was taken and not used.</summary>
    public void GiveBack(double amount)
    {
        lock (_gate)
            _due -= amount / perSecond;
    }
}
