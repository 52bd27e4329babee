namespace Cairn.Flavors;

/// <summary>Disposes what is disposed asynchronously, for a caller who cannot await.</summary>
internal static class SynchronousDisposal
{
    /// <summary>Waits without a synchronization context: a provider that forgot ConfigureAwait would otherwise wait for the thread that waits for it.</summary>
    public static void Of(IAsyncDisposable owner)
    {
        if (SynchronizationContext.Current is null)
            owner.DisposeAsync().AsTask().GetAwaiter().GetResult();
        else
            Task.Run(() => owner.DisposeAsync().AsTask()).GetAwaiter().GetResult();
    }
}
