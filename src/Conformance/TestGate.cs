namespace Cairn.Conformance;

/// <summary>Lets tests of the kit run in parallel in one process, except tests that measure the process, which run alone.</summary>
/// <remarks>xunit's non-parallel collections work only if they are defined in the test assembly itself.</remarks>
internal static class TestGate
{
    private const int Places = 64;

    /// <summary>The maximum time that a test waits for the others before it runs alone, so that a hanging test does not block it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly SemaphoreSlim Turn = new(1);
    private static readonly SemaphoreSlim Room = new(Places);

    /// <summary>Waits for one slot, or for all slots.</summary>
    /// <returns>An object that returns the slots. It can be disposed twice.</returns>
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
