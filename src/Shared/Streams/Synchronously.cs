namespace Cairn.Streams;

/// <summary>
/// The only place that waits for asynchronous work, for members that .NET defines as synchronous, such as <see cref="Stream.Read(byte[], int, int)"/> and
/// <see cref="IDisposable.Dispose"/>.
/// </summary>
/// <remarks>
/// The analyzers ban <c>GetAwaiter().GetResult()</c> elsewhere. The caller has chosen to block. The work never needs the waiting thread, because libraries
/// do not capture a context.
/// </remarks>
internal static class Synchronously
{
#pragma warning disable RS0030 // The one place that may wait.
    public static void Wait(Task work) => work.GetAwaiter().GetResult();

    public static T Wait<T>(Task<T> work) => work.GetAwaiter().GetResult();

    public static void Wait(ValueTask work)
    {
        if (work.IsCompleted)
            work.GetAwaiter().GetResult();
        else
            work.AsTask().GetAwaiter().GetResult();
    }

    public static T Wait<T>(ValueTask<T> work) => work.IsCompleted ? work.GetAwaiter().GetResult() : work.AsTask().GetAwaiter().GetResult();
#pragma warning restore RS0030

    /// <summary>
    /// Starts the work and waits for it, for callers with a synchronization context: code that omits <c>ConfigureAwait</c> would otherwise wait for the
    /// thread that waits for it.
    /// </summary>
    public static T WaitOutsideContext<T>(Func<ValueTask<T>> work) => SynchronizationContext.Current is null ? Wait(work()) : Wait(Task.Run(() => work().AsTask()));

    /// <summary>Disposes an object and waits, outside any synchronization context.</summary>
    public static void Dispose(IAsyncDisposable owner)
    {
        if (SynchronizationContext.Current is null)
            Wait(owner.DisposeAsync());
        else
            Wait(Task.Run(() => owner.DisposeAsync().AsTask()));
    }
}
