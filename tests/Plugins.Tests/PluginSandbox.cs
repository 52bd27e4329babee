using System.IO.Compression;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using Cairn.Flavors;
using Cairn.Providers;
using Cairn.Workspaces;

namespace Cairn.Plugins.Tests;

/// <summary>Folders of a user and of a workspace in a place of their own, and copies of the built plugins to change.</summary>
public sealed class PluginSandbox : IDisposable
{
    private static readonly string Assets = Metadata("Assets");

    public PluginSandbox()
    {
        Trust = new(Path.Join(Root, "home"));
        User = PluginFolder.OfUser(Path.Join(Root, "home"));
        Workspace = PluginFolder.OfWorkspace(Path.Join(Root, "ws", ".cairn"), Trust);
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("cairn-plugins-").FullName;

    public PluginTrust Trust { get; }

    public PluginFolder User { get; }

    public PluginFolder Workspace { get; }

    public static string Built(string project) => Path.Join(Assets, project, Metadata("Output"), "cairn-plugin");

    public static string Program(string project) => Path.Join(Assets, project, Metadata("Output"));

    /// <summary>The plugin with the <c>csv</c> materializer, as the command brings it.</summary>
    public static string Csv => Path.Join(Path.GetDirectoryName(Command), "plugins", "cairn.plugins.csv");

    /// <summary>The <c>cairn</c> command.</summary>
    public static string Command => Path.Join(Metadata("Sources"), "Cli", Metadata("Output"), "Cairn.Cli.dll");

    /// <summary>A copy of a built plugin under another name; its manifest may be changed.</summary>
    public string Copy(string project, string? name = null, Action<JsonObject>? change = null) => CopyOf(Built(project), name, change);

    /// <summary>A copy of a program with the plugins that it brings.</summary>
    public string CopyOfProgram(string project)
    {
        var target = Path.Join(Root, "programs", Guid.NewGuid().ToString("N"));
        CopyTree(Program(project), target);
        return target;
    }

    /// <summary>A copy of any plugin's folder.</summary>
    public string CopyOf(string folder, string? name = null, Action<JsonObject>? change = null)
    {
        var target = Path.Join(Root, "copies", name ?? "same", Guid.NewGuid().ToString("N"));
        CopyTree(folder, target);
        var path = Path.Join(target, PluginManifest.FileName);
        var manifest = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        if (name is not null)
            manifest["name"] = name;
        change?.Invoke(manifest);
        File.WriteAllText(path, manifest.ToJsonString());
        return target;
    }

    private static void CopyTree(string folder, string target)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var to = Path.Join(target, Path.GetRelativePath(folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
    }

    /// <summary>Packs a folder as <c>dotnet pack</c> does, and lets a test put more in.</summary>
    public string Pack(string folder, Action<ZipArchive>? more = null)
    {
        var path = Path.Join(Root, Guid.NewGuid().ToString("N") + ".nupkg");
        using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            archive.CreateEntryFromFile(file, "cairn-plugin/" + Path.GetRelativePath(folder, file).Replace('\\', '/'));
        using (var nuspec = new StreamWriter(archive.CreateEntry("acme.nuspec").Open()))
            nuspec.Write("<package/>");
        using (var types = new StreamWriter(archive.CreateEntry("[Content_Types].xml").Open()))
            types.Write("<Types/>");
        more?.Invoke(archive);
        return path;
    }

    public PluginHost Host(out FlavorRegistry registry)
    {
        registry = new FlavorRegistry().Add<Cairn.Providers.Memory.MemoryProvider>();
        var host = new PluginHost(Workspace, User);
        host.AddTo(registry);
        return host;
    }

    /// <summary>What the plugin that serves an address answers.</summary>
    public static async Task<string> AskAsync(FlavorRegistry registry, string address)
    {
        var uri = StoreUri.Parse(address);
        await using var store = await OpenAsync(registry, registry.RequireFlavorOfScheme(uri.Scheme), address);
        return await store.ReadTextAsync(StorePath.Parse("answer.txt"));
    }

    public static async Task<ArtifactStore> OpenAsync(FlavorRegistry registry, string flavor, string address)
    {
        var values = new Dictionary<string, string>();
        if (registry.Describe(flavor).Options.Any(o => o.Name == "name"))
            values["name"] = "Ada";
        return await ArtifactStore.OpenAsync(await registry.GetProviderAsync(flavor), StoreUri.Parse(address), values);
    }

    /// <summary>Asserts that something is refused with a code, shows the message, and returns it.</summary>
    public static async Task<string> RefusedAsync(StoreErrorCode code, Func<Task> act, params string[] mentions)
    {
        var error = await Should.ThrowAsync<StoreException>(act);
        TestContext.Current.TestOutputHelper?.WriteLine(error.Message);
        error.Code.ShouldBe(code, error.Message);
        foreach (var mention in mentions)
            error.Message.ShouldContain(mention);
        return error.Message;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    /// <summary>What the build told the tests.</summary>
    public static string Metadata(string key) =>
        typeof(PluginSandbox).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
