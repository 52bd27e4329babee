using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace Cairn.Plugins;

/// <summary>The code of a plugin in this process, with the number of its holders: open stores and materializers in use.</summary>
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

    /// <summary>Gets the manifest that belongs to the loaded code.</summary>
    public PluginManifest Manifest => _plugin.Manifest!;

    /// <summary>Gets the build of a plugin under development; null for other plugins.</summary>
    public string? Build { get; private init; }

    public int Holders { get; private set; }

    /// <summary>Gets whether the code can be unloaded. The code of a bundled plugin cannot.</summary>
    public bool IsUnloadable => _plugin.Scope != PluginScope.Bundled;

    /// <summary>Loads a plugin whose files have been compared with its pins.</summary>
    [RequiresUnreferencedCode("The code of a plugin is unknown when the program is trimmed.")]
    public static LoadedPlugin Of(InstalledPlugin plugin)
    {
        var context = new PluginLoadContext(plugin);
        return new(plugin, context.LoadMain, context.Discard);
    }

    /// <summary>Loads a build of a plugin under development, and takes ownership of it.</summary>
    [RequiresUnreferencedCode("The code of a plugin is unknown when the program is trimmed.")]
    public static LoadedPlugin Of(PluginBuild build) => new(build.Plugin, build.Load, build.Dispose) { Build = build.Stamp };

    /// <summary>Adds a holder: a store that is open or being opened, or a materializer.</summary>
    public void Enter() => Holders++;

    /// <summary>Removes a holder. If a newer build has replaced this one, removing the last holder unloads the code.</summary>
    public void Leave()
    {
        if (--Holders == 0 && _isReplaced)
            Release();
    }

    /// <summary>Marks the build as replaced by a newer one: it is unloaded when it has no holders.</summary>
    public void Replace()
    {
        _isReplaced = true;
        if (Holders == 0)
            Release();
    }

    /// <summary>Returns the single instance of a class.</summary>
    [RequiresUnreferencedCode("The code of a plugin is unknown when the program is trimmed.")]
    public T Get<T>(string className)
        where T : class
    {
        if (_made.TryGetValue(className, out var known))
            return (T)known;
        try
        {
            var type = _assembly!.GetType(className) ?? throw PluginErrors.BadAssembly(_plugin, $"its assembly has no class {className}");
            if (!typeof(T).IsAssignableFrom(type))
                throw PluginErrors.BadAssembly(_plugin, $"{className} does not implement the {typeof(T).Name} of this program's Cairn.Abstractions");
            var made = (T)Activator.CreateInstance(type)!;
            _made.Add(className, made);
            return made;
        }
        catch (TargetInvocationException e) when (e.InnerException is { } inner)
        {
            throw PluginFailures.Translate(_plugin, inner) ?? PluginErrors.BadAssembly(_plugin, $"{className} cannot be created: {inner.Message.TrimEnd('.')}", inner);
        }
        catch (Exception e) when (e is MissingMethodException or MemberAccessException)
        {
            throw PluginErrors.BadAssembly(_plugin, $"{className} has no public parameterless constructor", e);
        }
        catch (Exception e) when (PluginFailures.Translate(_plugin, e) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>Releases the code and starts unloading it.</summary>
    /// <returns>A reference that shows whether the code is still in memory.</returns>
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
