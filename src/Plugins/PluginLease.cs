using System.Diagnostics.CodeAnalysis;

namespace Cairn.Plugins;

/// <summary>Keeps a plugin loaded until disposal.</summary>
internal sealed class PluginLease(LoadedPlugin loaded, Lock gate) : IDisposable
{
    private LoadedPlugin? _loaded = loaded;

    [RequiresUnreferencedCode("The code of a plugin is unknown when the program is trimmed.")]
    public T Get<T>(string className)
        where T : class
    {
        lock (gate)
            return _loaded!.Get<T>(className);
    }

    /// <summary>Gets the manifest that belongs to the loaded code. The manifest of a plugin under development changes with its builds.</summary>
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
