using Cairn.Providers;

namespace Cairn.Plugins.WebDav;

/// <summary>Opens stores on WebDAV servers.</summary>
[StoreFlavor("webdav", "dav", "davs", Description = "A WebDAV server, over http (dav) or https (davs).", Options = typeof(WebDavOptions))]
public sealed class WebDavProvider : IStoreProvider
{
    /// <inheritdoc/>
    public ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new(new WebDavDriver(context.Root, StoreOptions.Bind<WebDavOptions>(context.Options), context.TimeProvider));
    }
}
