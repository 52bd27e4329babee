namespace Cairn.Providers.Local;

/// <summary>
/// Runs work that waits for a disk on dedicated threads, so many concurrent flushes neither wait for the thread pool to grow nor starve it.
/// </summary>
/// <remarks>One pool per process, with at most <see cref="MostThreads"/> threads, which end after an idle period.</remarks>
internal static class BlockingWork
{
    private const int MostThreads = 64;
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(10);
    private static readonly object Gate = new();
    private static readonly Queue<Action> Pending = new();
    private static int _threads, _idle;

    /// <summary>Runs the work once on another thread.</summary>
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
            // A new thread needs resources, which may be exhausted. Existing threads then take the work when they are free; if there are none, this thread
            // runs it.
            if (TakeBack() is { } own)
                own();
        }
    }

    /// <summary>Takes back the work after a thread failed to start, if no other thread will run it.</summary>
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
