namespace Cairn.Providers.Local;

/// <summary>Runs short reads of a file system: on the thread pool, or on the calling thread if the program asks for it.</summary>
/// <remarks>
/// A program such as a command sets the switch <see cref="OnCaller"/> if its main thread waits for each call anyway. Then a call on a thread outside the pool completes synchronously,
/// and the runtime need not start the pool and compile the code that suspends methods. Calls on pool threads are handed over in any case, so concurrent work stays concurrent.
/// </remarks>
internal static class ReadWork
{
    public const string OnCaller = "Cairn.Providers.Local.ReadOnCaller";

    /// <summary>Runs the work once.</summary>
    public static Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        if (Thread.CurrentThread.IsThreadPoolThread || !AppContext.TryGetSwitch(OnCaller, out var onCaller) || !onCaller)
            return Task.Run(work, cancellationToken);
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellationToken);
        try
        {
            return Task.FromResult(work());
        }
        catch (OperationCanceledException e) when (e.CancellationToken == cancellationToken)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }
        catch (Exception e)
        {
            return Task.FromException<T>(e);
        }
    }
}
