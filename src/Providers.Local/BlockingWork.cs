namespace Cairn.Providers.Local;

/// <summary>Runs work that waits for a disk on threads of its own, so that many flushes at once neither wait for the thread pool to grow nor starve it.</summary>
/// <remarks>One pool for the process, of at most <see cref="MostThreads"/> threads that end when they have been idle for a while.</remarks>
internal static class BlockingWork
{
    private const int MostThreads = 64;
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(10);
    private static readonly object Gate = new();
    private static readonly Queue<Action> Pending = new();
    private static int _threads, _idle;

    /// <summary>Runs the work once, on another thread.</summary>
    public static Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellationToken);
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Enqueue(() =>
        {
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                done.SetResult(work());
            }
            catch (OperationCanceledException e) when (e.CancellationToken == cancellationToken)
            {
                done.SetCanceled(cancellationToken);
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    private static void Enqueue(Action work)
    {
        lock (Gate)
        {
            Pending.Enqueue(work);
            if (_idle >= Pending.Count || _threads == MostThreads)
            {
                Monitor.Pulse(Gate);
                return;
            }
            _threads++;
        }
        try
        {
            new Thread(Serve) { IsBackground = true, Name = "Cairn local I/O" }.UnsafeStart();
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            // A thread takes files of its own, and there may be none left: the others have the work when they are free; without any, it is this one's.
            if (TakeBack() is { } own)
                own();
        }
    }

    /// <summary>After a thread that did not start: what nobody else would do.</summary>
    private static Action? TakeBack()
    {
        lock (Gate)
        {
            if (--_threads == 0)
                return Pending.TryDequeue(out var work) ? work : null;
            Monitor.Pulse(Gate);
            return null;
        }
    }

    private static void Serve()
    {
        while (true)
        {
            Action? work;
            lock (Gate)
            {
                while (!Pending.TryDequeue(out work))
                {
                    _idle++;
                    var woken = Monitor.Wait(Gate, IdleTime);
                    _idle--;
                    if (!woken && Pending.Count == 0)
                    {
                        _threads--;
                        return;
                    }
                }
            }
            work();
        }
    }
}
