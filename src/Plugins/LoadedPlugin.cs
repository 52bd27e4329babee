using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace Cairn.Plugins;

/// <summary>A plugin's code in this process, and how many hold it: stores that are open over it, and materializers that were handed out.</summary>
internal sealed class LoadedPlugin
{
    private readonly Dictionary<string, object> _made = new(StringComparer.Ordinal);
    private readonly InstalledPlugin _plugin;
    private Action? _unload;
    private Assembly? _assembly;
    private bool _isReplaced;

    private LoadedPlugin(InstalledPlugin plugin, Func<Assembly> load, Action unload)
    {
        _plugin = plugin;
        _unload = unload;
        try
        {
            _assembly = load();
        }
        catch (Exception e) when (e is BadImageFormatException or FileLoadException or FileNotFoundException)
        {
            unload();
            throw PluginErrors.BadAssembly(plugin, $"{plugin.Manifest!.Assembly} cannot be loaded: {e.Message.TrimEnd('.')}", e);
        }
    }

    /// <summary>The manifest that the code came with.</summary>
    public PluginManifest Manifest => _plugin.Manifest!;

    /// <summary>Which build it is of a plugin under development; null for others.</summary>
    public string? Build { get; private init; }

    public int Holders { get; private set; }

    /// <summary>Whether its code can leave memory: that of a bundled plugin stays.</summary>
    public bool IsUnloadable => _plugin.Scope != PluginScope.Bundled;

    /// <summary>Loads a plugin whose files were compared with its pins.</summary>
    [RequiresUnreferencedCode("A plugin's code is not known when the program is trimmed.")]
    public static LoadedPlugin Of(InstalledPlugin plugin)
    {
        var context = new PluginLoadContext(plugin);
        return new(plugin, context.LoadMain, context.Discard);
    }

    /// <summary>Loads a build of a plugin under development, and owns it.</summary>
    [RequiresUnreferencedCode("A plugin's code is not known when the program is trimmed.")]
    public static LoadedPlugin Of(PluginBuild build) => new(build.Plugin, build.Load, build.Dispose) { Build = build.Stamp };

    /// <summary>Counts a store that is open, or is being opened, or a materializer.</summary>
    public void Enter() => Holders++;

    /// <summary>The last holder of a build that a newer one has replaced unloads it.</summary>
    public void Leave()
    {
        if (--Holders == 0 && _isReplaced)
            Release();
    }

    /// <summary>Says that a newer build takes its place: it is unloaded when nothing holds it any more.</summary>
    public void Replace()
    {
        _isReplaced = true;
        if (Holders == 0)
            Release();
    }

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
        var alive = new WeakReference(AssemblyLoadContext.GetLoadContext(_assembly!), trackResurrection: true);
        _made.Clear();
        _assembly = null;
        _unload!();
        _unload = null;
        return alive;
    }
}
