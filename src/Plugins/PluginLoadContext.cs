using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.Loader;
using System.Security.Cryptography;
using Cairn.Providers;

namespace Cairn.Plugins;

/// <summary>
/// The load context of one plugin: its assembly and its private dependencies, isolated from the program and from other plugins. Only Cairn.Abstractions and
/// the framework are shared.
/// </summary>
/// <remarks>
/// <para>
/// <para>Managed code of an added plugin is loaded from memory, from the same bytes whose digest was compared with the pin. The system loads native
/// libraries by path, so they are compared immediately before loading.</para>
/// </para>
/// <para>
/// <para>A bundled plugin is as trustworthy as the program that contains it. Its assemblies are compared and then mapped from their files, which lets the
/// runtime use their ahead-of-time compiled code. The runtime does so only in a context that is not collectible.</para>
/// </para>
/// </remarks>
internal sealed class PluginLoadContext : AssemblyLoadContext
{
    private readonly InstalledPlugin _plugin;
    private readonly IReadOnlyDictionary<string, string> _pins;
    private readonly AssemblyDependencyResolver _resolver;

    public PluginLoadContext(InstalledPlugin plugin)
        : base("cairn-plugin:" + plugin.Name, isCollectible: plugin.Scope != PluginScope.Bundled)
    {
        _plugin = plugin;
        _pins = plugin.Pin!.Files;
        try
        {
            _resolver = new(Path.Join(plugin.Folder, plugin.Manifest!.Assembly));
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw PluginErrors.BadAssembly(plugin, $"its dependencies cannot be resolved: {e.Message.TrimEnd('.')}", e);
        }
    }

    /// <summary>Loads the main assembly of the plugin.</summary>
    [RequiresUnreferencedCode("The code of a plugin is unknown when the program is trimmed.")]
    public Assembly LoadMain() => LoadVerified(Path.Join(_plugin.Folder, _plugin.Manifest!.Assembly));

    /// <summary>Unloads a plugin that could not be used. A context that is not collectible stays.</summary>
    public void Discard()
    {
        if (IsCollectible)
            Unload();
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Only contexts on which LoadMain was called load assemblies, and LoadMain has the warning.")]
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name == PluginInspection.Shared)
            return typeof(IStoreProvider).Assembly;
        if (FrameworkAssemblies.Satisfies(assemblyName))
            return null;
        if (_resolver.ResolveAssemblyToPath(assemblyName) is { } path)
            return LoadVerified(path);
        if (FrameworkAssemblies.Contains(assemblyName.Name!) || !string.IsNullOrEmpty(assemblyName.CultureName))
            return null;
        throw new MissingAssemblyException(_plugin, assemblyName);
    }

    protected override nint LoadUnmanagedDll(string unmanagedDllName)
    {
        if (_resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is not { } path)
            return 0;
        _ = ReadVerified(path);
        return LoadUnmanagedDllFromPath(path);
    }

    [RequiresUnreferencedCode("The code of a plugin is unknown when the program is trimmed.")]
    private Assembly LoadVerified(string path)
    {
        var bytes = ReadVerified(path);
        if (!IsCollectible)
            return LoadFromAssemblyPath(path);
        using var content = new MemoryStream(bytes, writable: false);
        return LoadFromStream(content);
    }

    private byte[] ReadVerified(string path)
    {
        var relative = Path.GetRelativePath(_plugin.Folder, path).Replace(Path.DirectorySeparatorChar, '/');
        if (!_pins.TryGetValue(relative, out var pin))
            throw new StoreException(PluginErrors.DoesNotMatch(_plugin, new([], [relative], [])));
        var bytes = File.ReadAllBytes(path);
        return Convert.ToHexStringLower(SHA256.HashData(bytes)) == pin ? bytes : throw new StoreException(PluginErrors.DoesNotMatch(_plugin, new([relative], [], [])));
    }
}

/// <summary>
/// The exception for an assembly that is neither shared nor in the folder of the plugin. The runtime passes it to the code that needs the assembly.
/// </summary>
internal sealed class MissingAssemblyException : FileNotFoundException
{
    public MissingAssemblyException(InstalledPlugin plugin, AssemblyName name)
        : this(PluginErrors.MissingDependencyFault(plugin.Name, plugin.Version, $"{name.Name}.dll ({name.Name}{(name.Version is null ? "" : " " + name.Version)})"), name)
    {
    }

    private MissingAssemblyException(StoreFault fault, AssemblyName name)
        : base(fault.Reason, name.FullName) =>
        Fault = fault;

    public StoreFault Fault { get; }
}
