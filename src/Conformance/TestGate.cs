namespace Cairn.Conformance;

/// <summary>Lets tests of the kit run side by side in one process, except those that measure the process: these run alone.</summary>
/// <remarks>xunit's own way, a collection that is not parallel, is heeded only where it is defined in the test assembly itself.</remarks>
internal static class TestGate
{
    private const int Places = 64;

    /// <summary>How long a test that wants to be alone waits for the others: one that hangs does not hang it too.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly SemaphoreSlim Turn = new(1);
    private static readonly SemaphoreSlim Room = new(Places);

    /// <summary>Waits for a place, or for all of them.</summary>
    /// <returns>What gives the place back; disposing it twice is harmless.</returns>
    public static async Task<IDisposable> EnterAsync(bool alone, CancellationToken cancellationToken)
    {
        var taken = 0;
        await Turn.WaitAsync(cancellationToken);
        try
        {
            while (taken < (alone ? Places : 1))
            {
                if (!await Room.WaitAsync(alone ? Patience : Timeout.InfiniteTimeSpan, cancellationToken))
                    break;
                taken++;
            }
        }
        catch
        {
            if (taken > 0)
                Room.Release(taken);
            throw;
        }
        finally
        {
            Turn.Release();
        }
        return new Place(taken);
    }

    private sealed class Place(int taken) : IDisposable
    {
        private int _taken = taken;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _taken, 0) is var count and > 0)
                Room.Release(count);
        }
    }
}
