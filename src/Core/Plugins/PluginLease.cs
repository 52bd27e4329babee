using System.Diagnostics.CodeAnalysis;
using Cairn.Providers;

namespace Cairn.Plugins;

/// <summary>Keeps a plugin loaded until it is disposed.</summary>
internal sealed class PluginLease(LoadedPlugin loaded, Lock gate) : IDisposable
{
    private LoadedPlugin? _loaded = loaded;

    [RequiresUnreferencedCode("A plugin's code is not known when the program is trimmed.")]
    public IStoreProvider GetProvider(PluginFlavor flavor)
    {
        lock (gate)
            return _loaded!.GetProvider(flavor);
    }

    public void Dispose()
    {
        lock (gate)
        {
            _loaded?.Leave();
            _loaded = null;
        }
    }
}
