using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Cairn.Flavors;
using Cairn.Workspaces;

namespace Cairn.Plugins.Tests;

public sealed class LoadingTests : IDisposable
{
    private readonly PluginSandbox _box = new();

    [Fact]
    public async Task Two_plugins_with_different_versions_of_one_library_work_side_by_side()
    {
        await _box.User.AddAsync(PluginSandbox.Built("One"), cancellationToken: TestContext.Current.CancellationToken);
        await _box.Workspace.AddAsync(PluginSandbox.Built("Two"), cancellationToken: TestContext.Current.CancellationToken);
        var host = _box.Host(out var registry);

        (await PluginSandbox.AskAsync(registry, "one://x")).ShouldBe("Hello Ada, from version 1");
        (await PluginSandbox.AskAsync(registry, "two://x")).ShouldBe("Good day you, from version 2");

        host.Loaded.ShouldBe(["acme.one", "acme.two"]);
        GreetingVersions().ShouldBe([1, 2]);
        foreach (var name in host.Loaded)
            (await host.UnloadAsync(name, TestContext.Current.CancellationToken)).Outcome.ShouldBe(PluginUnloadOutcome.Unloaded);
    }

    [Fact]
    public async Task Native_and_satellite_libraries_resolve()
    {
        await _box.User.AddAsync(PluginSandbox.Built("Native"), cancellationToken: TestContext.Current.CancellationToken);
        _box.Host(out var registry);

        (await PluginSandbox.AskAsync(registry, "native://x")).ShouldBe("3.53.4 Bonjour Hello");
    }

    [Fact]
    public async Task Nothing_is_loaded_until_a_store_is_opened()
    {
        await _box.User.AddAsync(PluginSandbox.Built("One"), cancellationToken: TestContext.Current.CancellationToken);
        var host = _box.Host(out var registry);

        var described = registry.Describe("one");
        described.Schemes.ShouldBe(["one", "uno"]);
        described.Options.Select(o => $"{o.Name}:{o.Type}:{o.Required}:{o.Secret}:{o.Default}").ShouldBe(
            ["buffer:size:False:False:8388608", "name:string:True:False:", "patience:duration:False:False:90s", "token:string:False:True:", "tone:friendly|very-formal:False:False:very-formal"]);
        registry.FlavorOfScheme("uno").ShouldBe("one");
        _ = await registry.GetProviderAsync("one", TestContext.Current.CancellationToken);
        host.Loaded.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_bundled_plugin_is_mapped_from_its_files_and_stays()
    {
        var bundled = PluginFolder.Bundled(_box.CopyOfProgram("Probe"));
        var host = new PluginHost(bundled);
        var registry = new FlavorRegistry();
        host.AddTo(registry).ShouldBeEmpty();

        (await PluginSandbox.AskAsync(registry, "one://x")).ShouldBe("Hello Ada, from version 1");
        var unload = await host.UnloadAsync("acme.one", TestContext.Current.CancellationToken);

        // Code that was compiled ahead of time is used in such a context only.
        var context = AssemblyLoadContext.All.Single(c => c.Name == "cairn-plugin:acme.one" && c.Assemblies.Any(a => a.Location.StartsWith(bundled.Folder, StringComparison.Ordinal)));
        context.IsCollectible.ShouldBeFalse();
        context.Assemblies.Select(a => Path.GetFileName(a.Location)).Order(StringComparer.Ordinal).ShouldBe(["Acme.Greeting.dll", "Acme.One.dll"]);
        (unload.Outcome, unload.ToString()).ShouldBe((PluginUnloadOutcome.Permanent, "plugin 'acme.one' is part of the program, and its code stays in memory until the program ends"));
        (await PluginSandbox.AskAsync(registry, "one://x")).ShouldBe("Hello Ada, from version 1");
    }

    [Fact]
    public async Task An_unused_plugin_unloads_and_loads_again()
    {
        await _box.User.AddAsync(_box.Copy("One", "acme.alone"), cancellationToken: TestContext.Current.CancellationToken);
        var host = _box.Host(out var registry);
        (await PluginSandbox.AskAsync(registry, "one://x")).ShouldBe("Hello Ada, from version 1");
        var alive = ContextOf("acme.alone");

        var unload = await host.UnloadAsync("acme.alone", TestContext.Current.CancellationToken);

        unload.Outcome.ShouldBe(PluginUnloadOutcome.Unloaded, unload.ToString());
        alive.IsAlive.ShouldBeFalse();
        host.Loaded.ShouldBeEmpty();
        (await PluginSandbox.AskAsync(registry, "one://x")).ShouldBe("Hello Ada, from version 1");
        (await host.UnloadAsync("acme.alone", TestContext.Current.CancellationToken)).Outcome.ShouldBe(PluginUnloadOutcome.Unloaded);
        (await host.UnloadAsync("acme.alone", TestContext.Current.CancellationToken)).Outcome.ShouldBe(PluginUnloadOutcome.NotLoaded);
    }

    [Fact]
    public async Task A_plugin_in_use_stays_and_says_how_many_stores_are_open()
    {
        await _box.User.AddAsync(PluginSandbox.Built("One"), cancellationToken: TestContext.Current.CancellationToken);
        var host = _box.Host(out var registry);
        await using (var store = await PluginSandbox.OpenAsync(registry, "one", "one://x"))
        {
            var held = await host.UnloadAsync("acme.one", TestContext.Current.CancellationToken);
            TestContext.Current.TestOutputHelper?.WriteLine(held.ToString());
            held.ShouldBe(new("acme.one", PluginUnloadOutcome.InUse, 1));
            (await store.ReadTextAsync(StorePath.Parse("answer.txt"), cancellationToken: TestContext.Current.CancellationToken)).ShouldStartWith("Hello");
        }
        (await host.UnloadAsync("acme.one", TestContext.Current.CancellationToken)).Outcome.ShouldBe(PluginUnloadOutcome.Unloaded);
    }

    [Fact]
    public async Task A_plugin_that_holds_on_to_itself_is_reported()
    {
        await _box.User.AddAsync(PluginSandbox.Built("Two"), cancellationToken: TestContext.Current.CancellationToken);
        var host = _box.Host(out var registry);
        try
        {
            (await PluginSandbox.AskAsync(registry, "clingy://x")).ShouldBe("held");

            var unload = await host.UnloadAsync("acme.two", TestContext.Current.CancellationToken);

            TestContext.Current.TestOutputHelper?.WriteLine(unload.ToString());
            unload.Outcome.ShouldBe(PluginUnloadOutcome.StillHeld);
        }
        finally
        {
            AppContext.SetData("acme-clingy", null);
        }
    }

    [Fact]
    public async Task A_plugin_that_lost_its_store_at_opening_is_not_counted_as_in_use()
    {
        await _box.User.AddAsync(PluginSandbox.Built("One"), cancellationToken: TestContext.Current.CancellationToken);
        var host = _box.Host(out var registry);
        var provider = await registry.GetProviderAsync("one", TestContext.Current.CancellationToken);

        await PluginSandbox.RefusedAsync(
            StoreErrorCode.InvalidConfiguration,
            async () => await provider.OpenAsync(new() { Root = StoreUri.Parse("one://x") }, TestContext.Current.CancellationToken),
            "option 'name' is required");

        (await host.UnloadAsync("acme.one", TestContext.Current.CancellationToken)).Outcome.ShouldBe(PluginUnloadOutcome.Unloaded);
    }

    [Fact]
    public async Task A_library_of_that_name_in_the_working_directory_is_never_taken()
    {
        var decoy = _box.Root;
        File.Copy(Path.Join(PluginSandbox.Built("Two"), "Acme.Greeting.dll"), Path.Join(decoy, "Acme.Greeting.dll"));
        File.Copy(Path.Join(PluginSandbox.Built("Two"), "Acme.Two.dll"), Path.Join(decoy, "Acme.One.dll"));
        await _box.User.AddAsync(PluginSandbox.Built("One"), cancellationToken: TestContext.Current.CancellationToken);

        var output = await ProbeProcess.RunAsync(decoy, Path.Join(_box.Root, "home"), "one://x");

        output.ShouldContain("one://x: Hello Ada, from version 1");
    }

    public void Dispose() => _box.Dispose();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int[] GreetingVersions() =>
    [
        .. AssemblyLoadContext.All.Where(c => c.Name?.StartsWith("cairn-plugin:", StringComparison.Ordinal) == true)
            .SelectMany(c => c.Assemblies).Select(a => a.GetName()).Where(a => a.Name == "Acme.Greeting").Select(a => a.Version!.Major).Distinct().Order(),
    ];

    // Of a name that no other test uses: contexts of all tests are in one list.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference ContextOf(string plugin) => new(AssemblyLoadContext.All.Single(c => c.Name == "cairn-plugin:" + plugin));
}
