using System.Reflection;
using System.Reflection.Emit;
using Cairn.Durable;
using Cairn.Plugins;

namespace Cairn.Providers.Local.Tests.Crash;

/// <summary>A plugin after a crash: the version that was added is there whole, pinned and accepted, and while another takes its place, one of the two is.</summary>
public sealed class PluginCrashTests : IDisposable
{
    private const string Name = "acme.plain";

    /// <summary>A folder whose pins are not there yet, or not any more: it is never loaded.</summary>
    private const string Unpinned = "unpinned";

    private readonly DirectoryInfo _sources = Directory.CreateTempSubdirectory("cairn-plugin-sources-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _sources.Delete(recursive: true);

    [Fact]
    public async Task A_plugin_of_the_user_survives_a_crash_at_any_moment()
    {
        using var run = new RecordedFolder();
        await AddReplaceRemoveAsync(run, OfUser(run.Folder, run.Disk));
        await run.ExploreAsync(folder => ReadAsync(OfUser(folder, DurableDisk.Local)), between: Unpinned);
    }

    [Fact]
    public async Task A_plugin_of_a_workspace_survives_a_crash_at_any_moment()
    {
        using var run = new RecordedFolder();
        Directory.CreateDirectory(Path.Join(run.Folder, "home"));
        await AddReplaceRemoveAsync(run, OfWorkspace(run.Folder, run.Disk));
        await run.ExploreAsync(folder => ReadAsync(OfWorkspace(folder, DurableDisk.Local)), between: Unpinned);
    }

    [Fact]
    public async Task What_is_pinned_survives_although_a_shell_has_made_the_folder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such sessions.");
        using var run = new RecordedFolder();
        var build = Version("1");
        new ShellPlugins(Path.Join(run.Folder, "home", "dev"), "1-2-here", run.Disk).Add(DevelopedPlugin.In(build));
        await OfUser(run.Folder, run.Disk).AddAsync(build, cancellationToken: Cancel);
        run.Done("1");
        await run.ExploreAsync(folder => ReadAsync(OfUser(folder, DurableDisk.Local)), between: Unpinned);
    }

    private static PluginFolder OfUser(string folder, DurableDisk disk) => PluginFolder.OfUser(Path.Join(folder, "home"), TimeProvider.System, disk);

    private static PluginFolder OfWorkspace(string folder, DurableDisk disk) =>
        PluginFolder.OfWorkspace(Path.Join(folder, "work", ".cairn"), new(Path.Join(folder, "home"), TimeProvider.System, disk), TimeProvider.System, disk);

    private async Task AddReplaceRemoveAsync(RecordedFolder run, PluginFolder plugins)
    {
        foreach (var version in (string[])["1", "2", "3"])
        {
            await plugins.AddAsync(Version(version), new() { Replace = version != "1" }, Cancel);
            run.Done(version);
        }
        await plugins.RemoveAsync(Name, Cancel);
        run.Done(null);
    }

    private static async Task<string?> ReadAsync(PluginFolder plugins) => plugins.List() switch
    {
        [] => null,
        [{ Pin: null }] => Unpinned,
        [{ Refusal: { } refusal }] => refusal.Reason,
        [var plugin] when await plugins.VerifyAsync(Name, Cancel) is { Matches: false } check => $"{plugin.Version}, damaged: {check}",
        [var plugin] => plugin.Version,
        var many => $"{many.Count} plugins",
    };

    /// <summary>A folder with a plugin: its manifest, its assembly, and a file in a folder.</summary>
    private string Version(string version)
    {
        var folder = _sources.CreateSubdirectory(version);
        var assembly = new PersistedAssemblyBuilder(new AssemblyName("Acme.Plain"), typeof(object).Assembly);
        assembly.DefineDynamicModule("Acme.Plain").DefineType($"V{version}").CreateType();
        assembly.Save(Path.Join(folder.FullName, "Acme.Plain.dll"));
        File.WriteAllText(Path.Join(folder.CreateSubdirectory("data").FullName, "version.txt"), version);
        File.WriteAllText(
            Path.Join(folder.FullName, PluginManifest.FileName),
            $$"""
            {
              "format": 1, "name": "{{Name}}", "version": "{{version}}", "description": "plain", "assembly": "Acme.Plain.dll", "abstractions": "[0.1.0,0.2.0)",
              "flavors": [{ "name": "plain", "schemes": ["plain"], "description": "plain", "provider": "V{{version}}", "options": [] }], "materializers": []
            }
            """);
        return folder.FullName;
    }
}
