using System.Collections.Frozen;
using System.Reflection;
using System.Runtime.Loader;
using System.Text.Json;

namespace Cairn.Plugins;

/// <summary>The assemblies of the .NET frameworks of this process. All plugins share them.</summary>
/// <remarks>
/// A framework-dependent program has them in folders outside its own folder. A self-contained program has them in its own folder, next to its own
/// assemblies; its <c>.deps.json</c> lists them as files of the runtime packs. The name of an assembly is not sufficient: some packages, such as
/// System.ClientModel, have names like parts of the framework.
/// </remarks>
internal static class FrameworkAssemblies
{
    private static readonly FrozenSet<string> Names = Read();

    /// <summary>Returns true if a framework contains an assembly.</summary>
    public static bool Contains(string name) => Names.Contains(name);

    /// <summary>Returns true if a framework contains an assembly in at least the requested version.</summary>
    /// <remarks>
    /// Loads the framework's assembly to get its version, because it is almost always needed afterwards and reading the version from the file is slower.
    /// </remarks>
    public static bool Satisfies(AssemblyName wanted) =>
        Contains(wanted.Name!)
        && (wanted.Version is null || AssemblyLoadContext.Default.LoadFromAssemblyName(new(wanted.Name!)).GetName().Version is not { } here || here >= wanted.Version);

    private static FrozenSet<string> Read()
    {
        var known = (AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var program = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        var packed = File.Exists(Path.Join(program, CoreLibrary)) ? RuntimePackFiles() : [];
        var found = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var path in known.Where(Path.IsPathFullyQualified))
        {
            var folder = Path.GetDirectoryName(path)!;
            var isFramework = folder == program
                ? packed.Contains(Path.GetFileName(path))
                : File.Exists(Path.Join(folder, CoreLibrary)) || folder.Contains($"{Path.DirectorySeparatorChar}shared{Path.DirectorySeparatorChar}Microsoft.", StringComparison.Ordinal);
            if (isFramework)
                found.Add(Path.GetFileNameWithoutExtension(path));
        }
        return found.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }

    private const string CoreLibrary = "System.Private.CoreLib.dll";

    /// <summary>Returns the names of the files that a self-contained program has from its runtime packs.</summary>
    private static HashSet<string> RuntimePackFiles()
    {
        var files = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var path in (AppContext.GetData("APP_CONTEXT_DEPS_FILES") as string ?? "").Split([';', Path.PathSeparator], StringSplitOptions.RemoveEmptyEntries).Where(File.Exists))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var libraries = document.RootElement.GetProperty("libraries");
            foreach (var target in document.RootElement.GetProperty("targets").EnumerateObject())
            {
                foreach (var library in target.Value.EnumerateObject().Where(l => libraries.TryGetProperty(l.Name, out var known) && known.GetProperty("type").ValueEquals("runtimepack")))
                {
                    if (library.Value.TryGetProperty("runtime", out var runtime))
                        files.UnionWith(runtime.EnumerateObject().Select(f => f.Name[(f.Name.LastIndexOf('/') + 1)..]));
                }
            }
        }
        return files;
    }
}
