using System.Reflection;
using System.Runtime.Loader;

namespace Cairn.PluginTool;

/// <summary>Loads a built plugin like a program does: with its own dependencies, and the Cairn.Abstractions that it was built against.</summary>
internal sealed class PluginReader : AssemblyLoadContext
{
    private readonly AssemblyDependencyResolver _resolver;

    public PluginReader(string assembly, string shared)
    {
        if (!File.Exists(assembly))
            throw new ToolException("CAIRN003", $"{assembly} does not exist");
        _resolver = new(assembly);
        Shared = LoadFromAssemblyPath(Path.GetFullPath(shared));
        Main = LoadFromAssemblyPath(assembly);
    }

    public Assembly Shared { get; }

    public Assembly Main { get; }

    public Version SharedVersion => Shared.GetName().Version!;

    protected override Assembly? Load(AssemblyName assemblyName) =>
        assemblyName.Name == "Cairn.Abstractions" ? Shared : _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;
}
