namespace Cairn.TestServers.Gcs;

/// <summary>What happens to the next requests that a test chose.</summary>
internal abstract class Planned(int times, Func<string, string, bool> when)
{
    private int _left = times;

    /// <summary>Whether it happens to this request; counts it.</summary>
    public bool Takes(string method, string path) => Volatile.Read(ref _left) > 0 && when(method, path) && Interlocked.Decrement(ref _left) >= 0;
}
