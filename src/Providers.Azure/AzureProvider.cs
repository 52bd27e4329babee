using Cairn.Providers;

namespace Cairn.Providers.Azure;

/// <summary>Opens stores in containers of Azure Blob Storage.</summary>
[StoreFlavor("azure", "az", "abfs", "abfss", Description = "Azure Blob Storage, including Data Lake accounts through their blob endpoint.", Options = typeof(AzureOptions))]
public sealed class AzureProvider : IStoreProvider
{
    /// <inheritdoc/>
    public ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var options = StoreOptions.Bind<AzureOptions>(context.Options);
        return new(new AzureDriver(context.Root, options, AzureClients.Make(context.Root, options, Environment.GetEnvironmentVariable, retrying: context.Retrying), context.TimeProvider));
    }
}
