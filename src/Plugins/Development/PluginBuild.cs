using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Cairn.Providers;
using McMaster.NETCore.Plugins;

namespace Cairn.Plugins;

/// <summary>One build of a plugin under development: a private copy, and the code that was loaded from it.</summary>
internal sealed class PluginBuild(ScratchFolder copy, string stamp) : IDisposable
{
    private PluginLoader? _loader;

    /// <summary>Gets the identifier of the build.</summary>
    public string Stamp => stamp;

    /// <summary>Gets the description of the plugin in the build.</summary>
    public InstalledPlugin Plugin { get; private set; } = null!;

    /// <summary>Copies a build, and checks it like an added plugin.</summary>
    public async Task FillAsync(InstalledPlugin found, CancellationToken cancellationToken)
    {
        if (found.Refusal is { } refusal)
            throw new StoreException(refusal);
        foreach (var folder in Directory.EnumerateDirectories(found.Folder, "*", SearchOption.AllDirectories))
            RefuseForeign(folder);
        var content = Path.Join(copy.Path, "content");
        var files = await PluginFiles.CopyAsync(found.Folder, content, new(), cancellationToken).ConfigureAwait(false);
        foreach (var file in files.Keys)
            RefuseForeign(Path.Join(found.Folder, file));
        var manifest = PluginFolder.ReadManifest(content, found.Folder);
        PluginInspection.Check(content, manifest, files);
        // The layout omits the symbols; with them, stack traces contain line numbers.
        var symbols = Path.ChangeExtension(manifest.Assembly, ".pdb");
        if (Path.Join(Path.GetDirectoryName(found.Folder), symbols) is var beside && !files.ContainsKey(symbols) && File.Exists(beside))
            File.Copy(beside, Path.Join(content, symbols));
        Plugin = found with { Name = manifest.Name, Manifest = manifest };
    }

    /// <summary>Loads the assembly of the copy. Cairn.Abstractions and the framework are shared, as for an installed plugin.</summary>
    [RequiresUnreferencedCode("The code of a plugin is unknown when the program is trimmed.")]
    public Assembly Load()
    {
        var content = Path.Join(copy.Path, "content");
        _loader = PluginLoader.CreateFromAssemblyFile(Path.Join(content, Plugin.Manifest!.Assembly), config =>
        {
            config.IsUnloadable = true;
            config.LoadInMemory = true;
            config.IsLazyLoaded = true;
            config.SharedAssemblies.Add(typeof(IStoreProvider).Assembly.GetName());
            // The loader prefers files in the folder, so an older copy of a framework assembly would be used.
            foreach (var file in Directory.EnumerateFiles(content, "*.dll").Where(f => FrameworkAssemblies.Contains(Path.GetFileNameWithoutExtension(f))))
            {
                var name = AssemblyName.GetAssemblyName(file);
                if (FrameworkAssemblies.Satisfies(name))
                    config.SharedAssemblies.Add(name);
            }
        });
        return _loader.LoadDefaultAssembly();
    }

    /// <summary>Starts the unloading and deletes the copy.</summary>
    public void Dispose()
    {
        _loader?.Dispose();
        _loader = null;
        copy.Dispose();
    }

    private static void RefuseForeign(string path)
    {
        if (FileOwners.Problem(path) is { } problem)
            throw new StoreException(StoreErrorCode.PermissionDenied, $"the plugin under development is not used: {problem}");
    }
}
