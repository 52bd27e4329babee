using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Text;
using System.Text.Json.Nodes;
using Cairn.Flavors;

namespace Cairn.Plugins.Tests;

/// <summary>A plugin under development in a long-running program. A build is what a build does to a folder: the output's assembly first, the layout taken away
/// and laid out, the manifest last.</summary>
public sealed class DevelopmentTests : IDisposable
{
    private static readonly StorePath Answer = StorePath.Parse("answer.txt");
    private readonly PluginSandbox _box = new();
    private readonly string _output;
    private int _builds;

    public DevelopmentTests() => _output = Path.Join(_box.Root, "project", "bin", "Debug", "net10.0");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Layout => Path.Join(_output, "cairn-plugin");

    [Fact]
    public async Task A_build_is_used_without_being_added_and_each_load_is_told()
    {
        Build("V1");
        using var host = Host(out var registry);
        var told = new List<string>();
        host.BuildLoaded += (_, build) => told.Add($"{build.Plugin.Name} {build.Plugin.Scope} {build.Plugin.Folder}");

        (await PluginSandbox.AskAsync(registry, "one://x")).ShouldBe("Hello Ada, from version 1");
        (await PluginSandbox.AskAsync(registry, "one://x")).ShouldBe("Hello Ada, from version 1");

        told.ShouldBe([$"acme.one Development {Layout}"]);
        _box.User.List().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_new_store_runs_the_new_build_and_an_open_one_finishes_on_the_old()
    {
        Build("V1");
        using var host = Host(out var registry);
        await using var old = await PluginSandbox.OpenAsync(registry, "one", "one://x");
        // Nothing was read: the library that the answer comes from is loaded after the folder holds another one.
        Build("V2");

        (await PluginSandbox.AskAsync(registry, "one://x")).ShouldBe("Hello Ada, from version 2");
        (await old.ReadTextAsync(Answer, Cancel)).ShouldBe("Hello Ada, from version 1");

        Build("V1");
        (await PluginSandbox.AskAsync(registry, "one://x")).ShouldBe("Hello Ada, from version 1");
    }

    [Fact]
    public async Task The_last_store_of_an_old_build_unloads_it()
    {
        Build("V1");
        using var host = Host(out var registry);
        var contexts = await OpenTwoAndBuildAsync(registry);

        Copies().ShouldHaveSingleItem();
        await CollectedAsync(contexts[0]);
        contexts[1].IsAlive.ShouldBeTrue();
        (await host.UnloadAsync("acme.one", Cancel)).Outcome.ShouldBe(PluginUnloadOutcome.Unloaded);
        contexts[1].IsAlive.ShouldBeFalse();
    }

    [Fact]
    public async Task A_subscriber_is_told_of_each_build_and_what_nobody_uses_is_let_go()
    {
        Build("V1");
        using var host = Host(out var registry);
        var told = new SemaphoreSlim(0);
        host.Rebuilt += (_, build) =>
        {
            build.Plugin.Name.ShouldBe("acme.one");
            told.Release();
        };
        (await PluginSandbox.AskAsync(registry, "one://x")).ShouldBe("Hello Ada, from version 1");

        foreach (var version in new[] { "V2", "V1" })
        {
            Build(version);
            (await told.WaitAsync(TimeSpan.FromSeconds(30), Cancel)).ShouldBeTrue();
            host.Loaded.ShouldBeEmpty();
            (await PluginSandbox.AskAsync(registry, "one://x")).ShouldEndWith(version == "V2" ? "version 2" : "version 1");
        }
    }

    [Fact]
    public async Task A_build_that_is_running_is_waited_for()
    {
        Build("V1");
        var steps = new Queue<Action>(
        [
            () => CopyLayout("V2", manifest: false),
            () =>
            {
                // As a copy looks that is cut off in the middle, beside the manifest of the build before.
                File.WriteAllBytes(Path.Join(Layout, "Acme.One.dll"), File.ReadAllBytes(Path.Join(Layout, "Acme.One.dll"))[..1000]);
                WriteManifest();
            },
            () => CopyLayout("V2", manifest: true),
        ]);
        using var host = Host(out var registry, new SteppingTime(() => steps.Dequeue()()));
        Directory.Delete(Layout, recursive: true);

        (await PluginSandbox.AskAsync(registry, "one://x")).ShouldBe("Hello Ada, from version 2");
        steps.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_build_that_lacks_a_library_is_refused_as_it_would_be_when_added()
    {
        Build("V1");
        using var host = Host(out var registry);
        File.Delete(Path.Join(Layout, "Acme.Greeting.dll"));

        await PluginSandbox.RefusedAsync(StoreErrorCode.InvalidConfiguration, () => PluginSandbox.AskAsync(registry, "one://x"), "requires Acme.Greeting.dll", "which is not in its folder");
        Build("V2");
        (await PluginSandbox.AskAsync(registry, "one://x")).ShouldEndWith("version 2");
    }

    [Fact]
    public async Task It_comes_before_one_of_its_name_that_was_added_and_wins_a_flavor_from_another()
    {
        await _box.User.AddAsync(_box.Copy("One", change: m => m["version"] = "9.9.9"), cancellationToken: Cancel);
        await _box.User.AddAsync(PluginSandbox.Built("Clash"), cancellationToken: Cancel);
        Build("V2");
        using var host = Host(out var registry, _box.User);

        host.Plugins.Single(p => p.Name == "acme.one").Scope.ShouldBe(PluginScope.Development);
        (await PluginSandbox.AskAsync(registry, "one://x")).ShouldEndWith("version 2");
    }

    [Fact]
    public async Task Nothing_is_left_of_the_copies_that_were_made()
    {
        Build("V1");
        using (var host = Host(out var registry))
        {
            (await PluginSandbox.AskAsync(registry, "one://x")).ShouldEndWith("version 1");
            Copies().ShouldHaveSingleItem();
        }
        Copies().ShouldBeEmpty();
    }

    [Fact]
    public void A_project_or_an_output_folder_leads_to_its_build()
    {
        var project = Path.Join(_box.Root, "project");
        Directory.CreateDirectory(project);
        Refused(project, "contains neither cairn-plugin.json nor a cairn-plugin folder nor a project");
        Refused(Path.Join(_box.Root, "absent"), "does not exist");
        File.WriteAllText(Path.Join(project, "Acme.One.csproj"), "<Project/>");
        Refused(project, "has no build of a plugin", "Build it with 'dotnet build'");
        Refused(Path.Join(project, "Acme.One.csproj"), "is a file");
        Build("V1");

        foreach (var folder in new[] { project, _output, Layout, _output + "/" })
            DevelopedPlugin.At(folder).Folder.ShouldBe(Layout);

        Directory.CreateDirectory(Path.Join(project, "bin", "Release", "net10.0", "cairn-plugin"));
        Refused(project, "has 2 builds of a plugin", Layout);
        Directory.CreateSymbolicLink(Path.Join(_box.Root, "link"), _output);
        DevelopedPlugin.At(Path.Join(_box.Root, "link")).Folder.ShouldBe(Layout);
    }

    [Theory]
    [InlineData("project", UnixFileMode.OtherWrite, "every user of this machine can write to")]
    [InlineData("project/bin/Debug/net10.0/cairn-plugin", UnixFileMode.OtherWrite, "every user of this machine can write to")]
    public async Task What_others_may_write_to_is_refused(string path, UnixFileMode mode, string mention)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has access lists instead of modes");
            return;
        }
        Build("V1");
        var target = Path.Join(_box.Root, path);
        File.SetUnixFileMode(target, File.GetUnixFileMode(target) | mode);
        DevelopedPlugin.At(_output).Look().Refusal!.Reason.ShouldContain(mention);

        File.SetUnixFileMode(target, File.GetUnixFileMode(target) & ~mode);
        using var host = Host(out var registry);
        File.SetUnixFileMode(Path.Join(Layout, "Acme.Greeting.dll"), (UnixFileMode)0x1B6);
        await PluginSandbox.RefusedAsync(StoreErrorCode.PermissionDenied, () => PluginSandbox.AskAsync(registry, "one://x"), mention);
    }

    public void Dispose() => _box.Dispose();

    /// <summary>The copies of this test's builds; other tests make some at the same time.</summary>
    private string[] Copies() => [.. Directory.GetDirectories(Path.GetTempPath(), "cairn-dev-*").Where(IsOwn)];

    private bool IsOwn(string copy)
    {
        try
        {
            return File.ReadAllText(Path.Join(copy, "content", PluginManifest.FileName)).Contains(_box.Root, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void Refused(string folder, params string[] mentions)
    {
        var error = Should.Throw<StoreException>(() => DevelopedPlugin.At(folder));
        TestContext.Current.TestOutputHelper?.WriteLine(error.Message);
        foreach (var mention in mentions)
            error.Message.ShouldContain(mention);
    }

    /// <summary>The contexts of the old build, whose store was closed, and of the new one.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<WeakReference[]> OpenTwoAndBuildAsync(FlavorRegistry registry)
    {
        await using (var old = await PluginSandbox.OpenAsync(registry, "one", "one://x"))
        {
            (await old.ReadTextAsync(Answer, Cancel)).ShouldEndWith("version 1");
            var first = Contexts();
            Build("V2");
            (await PluginSandbox.AskAsync(registry, "one://x")).ShouldEndWith("version 2");
            (await old.ReadTextAsync(Answer, Cancel)).ShouldEndWith("version 1");
            return [.. first, .. Contexts().Where(c => !first.Any(f => ReferenceEquals(f.Target, c.Target)))];
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference[] Contexts() => [.. AssemblyLoadContext.All.Where(c => c.Name == "Acme.One").Select(c => new WeakReference(c))];

    private static async Task CollectedAsync(WeakReference context)
    {
        for (var i = 0; i < 50 && context.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(20, Cancel);
        }
        context.IsAlive.ShouldBeFalse();
    }

    private PluginHost Host(out FlavorRegistry registry, params PluginFolder[] folders) => Host(out registry, TimeProvider.System, folders);

    private PluginHost Host(out FlavorRegistry registry, TimeProvider time, params PluginFolder[] folders)
    {
        registry = new FlavorRegistry().Add<Cairn.Providers.Memory.MemoryProvider>();
        var host = new PluginHost([DevelopedPlugin.At(_output, time)], folders);
        host.AddTo(registry).ShouldBeEmpty();
        return host;
    }

    /// <summary>Builds the plugin with version 1 or 2 of its library.</summary>
    private void Build(string version)
    {
        Directory.CreateDirectory(_output);
        File.Copy(Path.Join(PluginSandbox.Built("One"), "Acme.One.dll"), Path.Join(_output, "Acme.One.dll"), overwrite: true);
        File.SetLastWriteTimeUtc(Path.Join(_output, "Acme.One.dll"), DateTime.UtcNow);
        if (Directory.Exists(Layout))
            Directory.Delete(Layout, recursive: true);
        CopyLayout(version, manifest: true);
    }

    private void CopyLayout(string version, bool manifest)
    {
        Directory.CreateDirectory(Layout);
        File.Copy(Path.Join(PluginSandbox.Built("One"), "Acme.One.dll"), Path.Join(Layout, "Acme.One.dll"), overwrite: true);
        File.Copy(Path.Join(PluginSandbox.Built("One"), "Acme.One.deps.json"), Path.Join(Layout, "Acme.One.deps.json"), overwrite: true);
        var library = File.ReadAllBytes(Path.Join(PluginSandbox.Built("One"), "Acme.Greeting.dll"));
        var text = library.AsSpan().IndexOf(Encoding.Unicode.GetBytes("from version 1"));
        library[text + Encoding.Unicode.GetByteCount("from version ")] = (byte)version[1];
        File.WriteAllBytes(Path.Join(Layout, "Acme.Greeting.dll"), library);
        if (manifest)
            WriteManifest();
    }

    private void WriteManifest()
    {
        var json = JsonNode.Parse(File.ReadAllText(Path.Join(PluginSandbox.Built("One"), PluginManifest.FileName)))!;
        json["description"] = $"build {++_builds} in {_box.Root}";
        File.WriteAllText(Path.Join(Layout, PluginManifest.FileName), json.ToJsonString());
    }

    /// <summary>Time in which something happens whenever it is waited for.</summary>
    private sealed class SteppingTime(Action step) : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            step();
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
