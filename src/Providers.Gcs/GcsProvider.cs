using Cairn.Providers;

namespace Cairn.Providers.Gcs;

/// <summary>Opens stores on Google Cloud Storage and emulators of its JSON API.</summary>
[StoreFlavor("gcs", "gs", Description = "Google Cloud Storage.", Options = typeof(GcsOptions))]
public sealed class GcsProvider : IStoreProvider
{
    /// <inheritdoc/>
    public ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var options = StoreOptions.Bind<GcsOptions>(context.Options);
        return new(new GcsDriver(context.Root, options, GcsClient.Make(options, context.TimeProvider, context.Retrying), context.TimeProvider));
    }
}
