using System.Diagnostics.CodeAnalysis;
using Cairn.Providers;

namespace Cairn.Plugins;

/// <summary>Represents the provider of a plugin in the program. It loads the plugin when a store is opened, and keeps no reference to it otherwise.</summary>
[RequiresUnreferencedCode("The code of a plugin is unknown when the program is trimmed.")]
internal sealed class PluginProvider(PluginHost host, InstalledPlugin plugin, PluginFlavor flavor) : IStoreProvider
{
    public async ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken)
    {
        var lease = await host.EnterAsync(plugin, cancellationToken).ConfigureAwait(false);
        try
        {
            return new PluginDriver(await lease.Get<IStoreProvider>(ClassIn(lease.Manifest)).OpenAsync(context, cancellationToken).ConfigureAwait(false), lease, plugin);
        }
        catch (Exception e) when (PluginFailures.Translate(plugin, e) is { } translated)
        {
            lease.Dispose();
            throw translated;
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    private string ClassIn(PluginManifest manifest) =>
        manifest.Flavors.FirstOrDefault(f => f.Descriptor.Name == flavor.Descriptor.Name)?.Provider
        ?? throw PluginErrors.BadAssembly(plugin, $"its current build no longer provides the flavor '{flavor.Descriptor.Name}'");
}

/// <summary>The driver of a plugin. It keeps the plugin loaded until disposal, and adds the name of the plugin to errors of the loader.</summary>
internal sealed class PluginDriver(StoreDriver inner, PluginLease lease, InstalledPlugin plugin) : DelegatingStoreDriver(inner)
{
    public override StoreFault Classify(Exception exception) => PluginFailures.Find(plugin, exception) ?? Inner.Classify(exception);

    public override object? GetService(Type serviceType) => Inner.GetService(serviceType) ?? base.GetService(serviceType);

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await base.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            lease.Dispose();
        }
    }
}
