using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using Cairn.Providers;

namespace Cairn.Plugins;

/// <summary>A plugin's code in this process, and how many stores are open over it.</summary>
internal sealed class LoadedPlugin
{
    private readonly Dictionary<string, IStoreProvider> _providers = new(StringComparer.Ordinal);
    private readonly InstalledPlugin _plugin;
    private PluginLoadContext? _context;
    private Assembly? _assembly;

    [RequiresUnreferencedCode("A plugin's code is not known when the program is trimmed.")]
    public LoadedPlugin(InstalledPlugin plugin)
    {
        _plugin = plugin;
        _context = new(plugin);
        try
        {
            _assembly = _context.LoadMain();
        }
        catch (Exception e) when (e is BadImageFormatException or FileLoadException or FileNotFoundException)
        {
            _context.Unload();
            throw PluginErrors.BadAssembly(plugin, $"{plugin.Manifest!.Assembly} cannot be loaded: {e.Message.TrimEnd('.')}", e);
        }
    }

    public int OpenStores { get; private set; }

    /// <summary>Counts a store that is open, or is being opened.</summary>
    public void Enter() => OpenStores++;

    public void Leave() => OpenStores--;

    [RequiresUnreferencedCode("A plugin's code is not known when the program is trimmed.")]
    public IStoreProvider GetProvider(PluginFlavor flavor)
    {
        if (_providers.TryGetValue(flavor.Descriptor.Name, out var known))
            return known;
        try
        {
            var type = _assembly!.GetType(flavor.Provider) ?? throw PluginErrors.BadAssembly(_plugin, $"its assembly has no class {flavor.Provider}");
            if (!typeof(IStoreProvider).IsAssignableFrom(type))
                throw PluginErrors.BadAssembly(_plugin, $"{flavor.Provider} is no {nameof(IStoreProvider)} of the Cairn.Abstractions of this program");
            var provider = (IStoreProvider)Activator.CreateInstance(type)!;
            _providers.Add(flavor.Descriptor.Name, provider);
            return provider;
        }
        catch (TargetInvocationException e) when (e.InnerException is { } inner)
        {
            throw PluginFailures.Translate(_plugin, inner) ?? PluginErrors.BadAssembly(_plugin, $"{flavor.Provider} cannot be made: {inner.Message.TrimEnd('.')}", inner);
        }
        catch (Exception e) when (e is MissingMethodException or MemberAccessException)
        {
            throw PluginErrors.BadAssembly(_plugin, $"{flavor.Provider} has no public constructor without parameters", e);
        }
        catch (Exception e) when (PluginFailures.Translate(_plugin, e) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>Lets go of the code and starts its unloading.</summary>
    /// <returns>What tells whether the code is still there.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public WeakReference Release()
    {
        var alive = new WeakReference(_context, trackResurrection: true);
        _providers.Clear();
        _assembly = null;
        _context!.Unload();
        _context = null;
        return alive;
    }
}
