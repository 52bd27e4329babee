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
        // No option is required, and binding reads the attributes of all of them.
        var options = context.Options.Count == 0 ? new() : StoreOptions.Bind<LocalOptions>(context.Options);
        return ValueTask.FromResult<StoreDriver>(LocalDriver.Open(context.Root, options, context.TimeProvider, LocalPlatform.Current));
    }
}
