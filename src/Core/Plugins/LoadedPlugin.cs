using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Cairn.Plugins;

/// <summary>A plugin's code in this process, and how many hold it: stores that are open over it, and materializers that were handed out.</summary>
internal sealed class LoadedPlugin
{
    private readonly Dictionary<string, object> _made = new(StringComparer.Ordinal);
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

    public int Holders { get; private set; }

    /// <summary>Counts a store that is open, or is being opened, or a materializer.</summary>
    public void Enter() => Holders++;

    public void Leave() => Holders--;

    /// <summary>The one object of a class.</summary>
    [RequiresUnreferencedCode("A plugin's code is not known when the program is trimmed.")]
    public T Get<T>(string className)
        where T : class
    {
        if (_made.TryGetValue(className, out var known))
            return (T)known;
        try
        {
            var type = _assembly!.GetType(className) ?? throw PluginErrors.BadAssembly(_plugin, $"its assembly has no class {className}");
            if (!typeof(T).IsAssignableFrom(type))
                throw PluginErrors.BadAssembly(_plugin, $"{className} is no {typeof(T).Name} of the Cairn.Abstractions of this program");
            var made = (T)Activator.CreateInstance(type)!;
            _made.Add(className, made);
            return made;
        }
        catch (TargetInvocationException e) when (e.InnerException is { } inner)
        {
            throw PluginFailures.Translate(_plugin, inner) ?? PluginErrors.BadAssembly(_plugin, $"{className} cannot be made: {inner.Message.TrimEnd('.')}", inner);
        }
        catch (Exception e) when (e is MissingMethodException or MemberAccessException)
        {
            throw PluginErrors.BadAssembly(_plugin, $"{className} has no public constructor without parameters", e);
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
        _made.Clear();
        _assembly = null;
        _context!.Unload();
        _context = null;
        return alive;
    }
}
