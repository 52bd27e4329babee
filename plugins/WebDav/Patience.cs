namespace Cairn.Plugins.WebDav;

/// <summary>Waits a little longer each time, and in all no longer than it may.</summary>
internal sealed class Patience(TimeSpan limit, TimeProvider clock)
{
    private readonly long _started = clock.GetTimestamp();
    private int _waits;

    /// <summary>Waits once more.</summary>
    /// <exception cref="StoreException">Unavailable, when the time is over.</exception>
    public async ValueTask WaitAsync(string what, CancellationToken cancellationToken)
    {
        if (clock.GetElapsedTime(_started) > limit)
            throw new StoreException(StoreErrorCode.Unavailable, $"{what} for {limit.TotalSeconds} s");
        await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(5, 20 << Math.Min(_waits++, 2))), clock, cancellationToken).ConfigureAwait(false);
    }
}
