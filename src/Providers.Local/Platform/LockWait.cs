namespace Cairn.Providers.Local.Platform;

/// <summary>
/// The delays between attempts to take a lock: short at first. After half a minute it gives up, so that a holder that hangs does not block others.
/// </summary>
internal struct LockWait(CancellationToken cancellationToken)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private readonly long _started = System.Diagnostics.Stopwatch.GetTimestamp();
    private int _tries;

    /// <summary>Waits once.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="StoreException">The lock has been held for too long: Unavailable.</exception>
    public void Once()
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (System.Diagnostics.Stopwatch.GetElapsedTime(_started) > Longest)
            throw LocalErrors.LockHeld(Longest);
        if (++_tries < 10)
            Thread.Yield();
        else
            Thread.Sleep(Random.Shared.Next(1, Math.Min(_tries - 8, 10)));
    }
}
