using System.Diagnostics;

namespace Cairn.TestServers.Proxy;

/// <summary>A line of a given bandwidth that all connections share. Thread-safe.</summary>
internal sealed class Throttle(long bytesPerSecond)
{
    private readonly Lock _gate = new();
    private long _free = Stopwatch.GetTimestamp();

    public async ValueTask PassAsync(int bytes, CancellationToken cancellationToken)
    {
        if (bytesPerSecond <= 0) return;
        long until;
        lock (_gate)
        {
            _free = Math.Max(_free, Stopwatch.GetTimestamp()) + (long)((double)bytes / bytesPerSecond * Stopwatch.Frequency);
            until = _free;
        }
        var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), until);
        if (wait > TimeSpan.FromMilliseconds(2)) await Task.Delay(wait, cancellationToken);
    }
}
