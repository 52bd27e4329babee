using Cairn.Providers;

namespace Cairn.Plugins.Http;

/// <summary>Opens read-only stores on web servers.</summary>
[StoreFlavor("http", "http", "https", Description = "Any web server, read-only.", Options = typeof(HttpOptions))]
public sealed class HttpProvider : IStoreProvider
{
    /// <inheritdoc/>
    public ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new(new HttpDriver(context.Root, StoreOptions.Bind<HttpOptions>(context.Options)));
    }
}
