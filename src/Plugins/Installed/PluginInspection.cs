using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;

namespace Cairn.Plugins;

/// <summary>Inspects the files of a plugin before it is accepted, without loading code: checks that all dependencies exist.</summary>
internal static class PluginInspection
{
    internal const string Shared = "Cairn.Abstractions";

    /// <summary>Checks that the manifest is compatible with this program, and that the assembly and its dependencies exist.</summary>
    public static void Check(string folder, PluginManifest manifest, IReadOnlyDictionary<string, string> files)
    {
        if (!manifest.Abstractions.Contains(AbstractionsRange.Current))
            throw new StoreException(PluginErrors.WrongAbstractions(manifest.Name, manifest.Version, manifest.Abstractions));
        if (!files.ContainsKey(manifest.Assembly))
            throw PluginErrors.MissingDependency(manifest.Name, manifest.Version, $"its own assembly {manifest.Assembly}");
        CheckReferences(folder, manifest, files);
        CheckDependencies(folder, manifest, files);
    }

    private static void CheckReferences(string folder, PluginManifest manifest, IReadOnlyDictionary<string, string> files)
    {
        try
        {
            using var pe = new PEReader(File.OpenRead(Path.Join(folder, manifest.Assembly)));
            if (!pe.HasMetadata)
                throw new BadImageFormatException("it contains no .NET code");
            var metadata = pe.GetMetadataReader();
            foreach (var handle in metadata.AssemblyReferences)
            {
                var reference = metadata.GetAssemblyReference(handle);
                var name = metadata.GetString(reference.Name);
                // The manifest may be wrong, and the loader accepts any version, so the reference itself is checked.
                if (name == Shared && new AbstractionsRange(AbstractionsRange.ThreeParts(reference.Version), null) is var built && !built.Contains(AbstractionsRange.Current))
                    throw new StoreException(PluginErrors.WrongAbstractions(manifest.Name, manifest.Version, built));
                if (name != Shared && !files.ContainsKey(name + ".dll") && !FrameworkAssemblies.Contains(name))
                    throw PluginErrors.MissingDependency(manifest.Name, manifest.Version, $"{name}.dll ({name} {reference.Version}, which {manifest.Assembly} refers to)");
            }
        }
        catch (BadImageFormatException e)
        {
            throw PluginErrors.BadPackage($"plugin '{manifest.Name}' {manifest.Version}", $"{manifest.Assembly} is not a .NET assembly: {e.Message.TrimEnd('.')}", e);
        }
    }

    private static void CheckDependencies(string folder, PluginManifest manifest, IReadOnlyDictionary<string, string> files)
    {
        var name = Path.ChangeExtension(manifest.Assembly, ".deps.json");
        if (!files.ContainsKey(name))
            return;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Join(folder, name)));
            foreach (var target in json.RootElement.GetProperty("targets").EnumerateObject())
            {
                foreach (var library in target.Value.EnumerateObject())
                {
                    if (library.Name.StartsWith(Shared + "/", StringComparison.OrdinalIgnoreCase))
                        continue;
                    foreach (var kind in library.Value.EnumerateObject().Where(k => k.Name is "runtime" or "native" or "resources" or "runtimeTargets"))
                    {
                        foreach (var asset in kind.Value.EnumerateObject().Where(a => !a.Name.EndsWith("/_._", StringComparison.Ordinal) && !IsThere(kind.Name, a)))
                        {
                            throw PluginErrors.MissingDependency(
                                manifest.Name, manifest.Version, $"{asset.Name[(asset.Name.LastIndexOf('/') + 1)..]} (of {library.Name.Replace('/', ' ')}, which {name} lists)");
                        }
                    }
                }
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw PluginErrors.BadPackage($"plugin '{manifest.Name}' {manifest.Version}", $"{name} cannot be read: {e.Message.TrimEnd('.')}", e);
        }

        bool IsThere(string kind, JsonProperty asset)
        {
            var file = asset.Name[(asset.Name.LastIndexOf('/') + 1)..];
            return (asset.Value.TryGetProperty("rid", out var rid) && !IsForThisSystem(rid.GetString()!))
                || files.ContainsKey(asset.Name)
                || (kind is "runtime" or "native" && files.ContainsKey(file))
                || (kind == "resources" && asset.Value.TryGetProperty("locale", out var locale) && files.ContainsKey($"{locale.GetString()}/{file}"));
        }
    }

    /// <summary>Returns true if an asset for a runtime identifier applies to this operating system. A plugin may omit assets for other systems.</summary>
    private static bool IsForThisSystem(string rid)
    {
        var system = new string([.. rid.TakeWhile(char.IsAsciiLetter)]);
        return system switch
        {
            "win" => OperatingSystem.IsWindows(),
            "osx" => OperatingSystem.IsMacOS(),
            "linux" => OperatingSystem.IsLinux(),
            "unix" => !OperatingSystem.IsWindows(),
            "android" or "ios" or "iossimulator" or "tvos" or "tvossimulator" or "maccatalyst" or "browser" or "wasi" => false,
            _ => true,
        };
    }
}
