using System.Collections.Frozen;
using System.Reflection;

namespace Cairn.Plugins;

/// <summary>The assemblies of the .NET frameworks that this process runs on, which every plugin shares.</summary>
internal static class FrameworkAssemblies
{
    private static readonly FrozenDictionary<string, string> Paths = Read();

    /// <summary>Whether a framework brings an assembly.</summary>
    /// <remarks>A program that carries its framework with it does not tell the two apart by folder; there the names of the base library decide.</remarks>
    public static bool Contains(string name) => Paths.Count > 0 ? Paths.ContainsKey(name) : IsBaseLibraryName(name);

    /// <summary>Whether a framework brings an assembly in at least the wanted version.</summary>
    public static bool Satisfies(AssemblyName wanted)
    {
        if (!Paths.TryGetValue(wanted.Name!, out var path))
            return Paths.Count == 0 && IsBaseLibraryName(wanted.Name!);
        return wanted.Version is null || AssemblyName.GetAssemblyName(path).Version is not { } here || here >= wanted.Version;
    }

    private static bool IsBaseLibraryName(string name) =>
        name is "System" or "mscorlib" or "netstandard" or "Microsoft.CSharp" || name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.Win32.", StringComparison.Ordinal);

    private static FrozenDictionary<string, string> Read()
    {
        var program = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        var known = (AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var found = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var path in known)
        {
            if (Path.IsPathFullyQualified(path) && Path.GetDirectoryName(path) != program && File.Exists(Path.Join(Path.GetDirectoryName(path), "System.Private.CoreLib.dll")))
                found.TryAdd(Path.GetFileNameWithoutExtension(path), path);
        }
        foreach (var path in known.Where(p => found.Count > 0 && p.Contains($"{Path.DirectorySeparatorChar}shared{Path.DirectorySeparatorChar}Microsoft.", StringComparison.Ordinal)))
            found.TryAdd(Path.GetFileNameWithoutExtension(path), path);
        return found.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
