using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Loader;
using Cairn.Flavors;
using Cairn.Materializers;
using Cairn.Providers;
using McMaster.NETCore.Plugins;

namespace Cairn.Plugins.Tests;

/// <summary>A loader that knows nothing of Cairn judges the folders of plugins: what is laid out loads there too. And what Cairn's own context promises beyond it.</summary>
public sealed class PluginLoaderTests : IDisposable
{
    private readonly PluginSandbox _box = new();

    /// <summary>What some flavors cannot be opened without. None of them makes a call when it is opened.</summary>
    private static readonly Dictionary<string, string> Needed = new() { ["name"] = "Ada", ["anonymous"] = "true", ["region"] = "eu-central-1", ["account"] = "some" };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Folders() =>
        [.. Directory.GetDirectories(Path.Join(Path.GetDirectoryName(PluginSandbox.Command), "plugins")).Select(f => Path.GetFileName(f)!)
            .Order(StringComparer.Ordinal), "One", "Two", "Native", "Clash"];

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task A_plugins_folder_loads_in_another_loader(string name)
    {
        var bundled = Path.Join(Path.GetDirectoryName(PluginSandbox.Command), "plugins", name);
        var folder = Directory.Exists(bundled) ? bundled : PluginSandbox.Built(name);
        var manifest = PluginManifest.Parse(await File.ReadAllBytesAsync(Path.Join(folder, PluginManifest.FileName), Cancel), folder);
        using var loader = PluginLoader.CreateFromAssemblyFile(Path.Join(folder, manifest.Assembly), isUnloadable: true, [typeof(IStoreProvider)]);
        var assembly = loader.LoadDefaultAssembly();

        (manifest.Flavors.Count + manifest.Materializers.Count).ShouldBeGreaterThan(0);
        foreach (var (descriptor, provider) in manifest.Flavors)
        {
            var type = assembly.GetType(provider, throwOnError: true)!;
            FlavorDescriptor.Of(type).Schemes.ShouldBe(descriptor.Schemes);
            var options = Needed.Where(n => descriptor.Options.Any(o => o.Name == n.Key)).ToDictionary();
            var root = StoreUri.Parse($"{descriptor.Schemes[0]}://some-container");
            await using var driver = await ((IStoreProvider)Activator.CreateInstance(type)!).OpenAsync(new() { Root = root, Options = options }, Cancel);
            driver.Root.Scheme.ShouldBe(root.Scheme);
        }
        foreach (var (id, _, materializer) in manifest.Materializers)
            ((Materializer)Activator.CreateInstance(assembly.GetType(materializer, throwOnError: true)!)!).Id.ShouldBe(id);
        foreach (var library in Directory.GetFiles(folder, "*.dll"))
            loader.LoadAssemblyFromPath(library).GetTypes().ShouldNotBeNull();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_older_copy_of_a_part_of_the_framework_does_not_win(bool developed)
    {
        var copy = _box.Copy("One", "acme.older");
        WriteAssembly(copy, "System.Text.Json", new(4, 0, 0, 0));
        WriteAssembly(copy, "Acme.Extra", new(1, 0, 0, 0));
        // Without it the resolver takes every library of the folder.
        File.Delete(Path.Join(copy, "Acme.One.deps.json"));
        if (!developed)
            await _box.User.AddAsync(copy, cancellationToken: Cancel);
        using var host = developed ? new PluginHost([DevelopedPlugin.At(copy)]) : new PluginHost(_box.User);
        var registry = new FlavorRegistry();
        host.AddTo(registry).ShouldBeEmpty();
        await using var store = await PluginSandbox.OpenAsync(registry, "one", "one://x");
        (await store.ReadTextAsync(StorePath.Parse("answer.txt"), Cancel)).ShouldStartWith("Hello");

        // Contexts of all tests are in one list; only this one finds the extra library.
        var (context, extra) = AssemblyLoadContext.All.Where(c => c.Name == (developed ? "Acme.One" : "cairn-plugin:acme.older"))
            .Select(c => (Context: c, Extra: Find(c, "Acme.Extra"))).First(c => c.Extra is not null);
        extra!.GetName().Version!.Major.ShouldBe(1);
        context.LoadFromAssemblyName(new("System.Text.Json")).ShouldBe(typeof(System.Text.Json.JsonSerializer).Assembly);
    }

    public void Dispose() => _box.Dispose();

    private static Assembly? Find(AssemblyLoadContext context, string name)
    {
        try
        {
            return context.LoadFromAssemblyName(new(name));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static void WriteAssembly(string folder, string name, Version version)
    {
        var assembly = new PersistedAssemblyBuilder(new(name) { Version = version }, typeof(object).Assembly);
        assembly.DefineDynamicModule(name);
        assembly.Save(Path.Join(folder, name + ".dll"));
    }
}
