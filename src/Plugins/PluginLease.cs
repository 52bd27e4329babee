using System.Diagnostics.CodeAnalysis;

namespace Cairn.Plugins;

/// <summary>Keeps a plugin loaded until it is disposed.</summary>
internal sealed class PluginLease(LoadedPlugin loaded, Lock gate) : IDisposable
{
    private LoadedPlugin? _loaded = loaded;

    [RequiresUnreferencedCode("A plugin's code is not known when the program is trimmed.")]
    public T Get<T>(string className)
        where T : class
    {
        lock (gate)
            return _loaded!.Get<T>(className);
    }

    /// <summary>The manifest that the loaded code came with: that of a plugin under development changes with its builds.</summary>
    public PluginManifest Manifest => _loaded!.Manifest;

    public void Dispose()
    {
        lock (gate)
        {
            _loaded?.Leave();
            _loaded = null;
        }
    }
}
