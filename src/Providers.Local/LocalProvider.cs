using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local;

/// <summary>Opens stores on local disks.</summary>
[StoreFlavor("local", StoreUri.FileScheme, Description = "Files on a local or mounted disk, with atomic and durable writes.", Options = typeof(LocalOptions))]
public sealed class LocalProvider : IStoreProvider
{
    /// <inheritdoc/>
    public ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult<StoreDriver>(LocalDriver.Open(context.Root, StoreOptions.Bind<LocalOptions>(context.Options), context.TimeProvider, LocalPlatform.Current));
    }
}
