using Cairn.Providers;

namespace Cairn.Providers.S3;

/// <summary>Opens stores on Amazon S3 and compatible services.</summary>
[StoreFlavor("s3", "s3", Description = "Amazon S3 and compatible services.", Options = typeof(S3Options))]
public sealed class S3Provider : IStoreProvider
{
    /// <inheritdoc/>
    public ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var options = StoreOptions.Bind<S3Options>(context.Options);
        return new(new S3Driver(context.Root, options, S3Clients.Make(options, context.TimeProvider, context.Retrying)));
    }
}
