namespace Cairn.Providers.Local;

/// <summary>Runs short reads of a file system: on the thread pool, or at once in a program that has only its main thread to keep waiting.</summary>
/// <remarks>
/// A program sets the switch <see cref="OnCaller"/> if it waits for each call of its main thread anyway, such as a command. Then a call on a thread outside the pool completes synchronously, which spares
/// such a program the start of the pool and the compilation of the code that suspends its methods. Calls on pool threads are handed over in any case, so concurrent work stays concurrent.
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
