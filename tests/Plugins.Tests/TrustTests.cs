using System.Text.Json.Nodes;
using Cairn.Workspaces;

namespace Cairn.Plugins.Tests;

public sealed class TrustTests : IDisposable
{
    private readonly PluginSandbox _box = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_changed_file_is_refused_until_it_is_trusted()
    {
        var plugin = await _box.User.AddAsync(PluginSandbox.Built("One"), cancellationToken: Cancel);
        File.Copy(Path.Join(PluginSandbox.Built("Two"), "Acme.Two.dll"), Path.Join(plugin.Folder, "Acme.Greeting.dll"), overwrite: true);

        await AskRefusedAsync("one://x", StoreErrorCode.IntegrityFailure, "changed Acme.Greeting.dll", "'cairn plugin trust acme.one --user'");
        var check = await _box.User.VerifyAsync("acme.one", Cancel);
        check.Changed.ShouldBe(["Acme.Greeting.dll"]);
        check.Matches.ShouldBeFalse();

        File.Copy(Path.Join(PluginSandbox.Built("One"), "Acme.Greeting.dll"), Path.Join(plugin.Folder, "Acme.Greeting.dll"), overwrite: true);
        (await _box.User.VerifyAsync("acme.one", Cancel)).Matches.ShouldBeTrue();
    }

    [Theory]
    [InlineData("Acme.Extra.dll")]
    [InlineData("fr/Acme.One.resources.dll")]
    public async Task An_extra_file_is_refused_and_trust_accepts_it(string extra)
    {
        var plugin = await _box.Workspace.AddAsync(PluginSandbox.Built("One"), cancellationToken: Cancel);
        var path = Path.Join(plugin.Folder, extra);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Copy(Path.Join(plugin.Folder, "Acme.Greeting.dll"), path);

        await AskRefusedAsync("one://x", StoreErrorCode.IntegrityFailure, "added " + extra, "'cairn plugin trust acme.one'");

        var (_, before) = await _box.Workspace.TrustAsync("acme.one", Cancel);
        before.Added.ShouldBe([extra]);
        _box.Host(out var registry);
        (await PluginSandbox.AskAsync(registry, "one://x")).ShouldStartWith("Hello");
    }

    [Fact]
    public async Task A_missing_file_is_refused()
    {
        var plugin = await _box.User.AddAsync(PluginSandbox.Built("Native"), cancellationToken: Cancel);
        File.Delete(Path.Join(plugin.Folder, "fr", "Acme.Native.resources.dll"));

        await AskRefusedAsync("native://x", StoreErrorCode.IntegrityFailure, "missing fr/Acme.Native.resources.dll");
    }

    [Fact]
    public async Task A_changed_manifest_is_refused()
    {
        var plugin = await _box.User.AddAsync(PluginSandbox.Built("One"), cancellationToken: Cancel);
        var path = Path.Join(plugin.Folder, PluginManifest.FileName);
        File.WriteAllText(path, File.ReadAllText(path).Replace("Acme.OneProvider", "Acme.Other", StringComparison.Ordinal));

        await AskRefusedAsync("one://x", StoreErrorCode.IntegrityFailure, "changed cairn-plugin.json");
    }

    [Fact]
    public async Task A_link_in_the_folder_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "making a link needs a privilege on Windows");
        var plugin = await _box.User.AddAsync(PluginSandbox.Built("One"), cancellationToken: Cancel);
        var path = Path.Join(plugin.Folder, "Acme.Greeting.dll");
        File.Delete(path);
        File.CreateSymbolicLink(path, Path.Join(PluginSandbox.Built("One"), "Acme.Greeting.dll"));

        await AskRefusedAsync("one://x", StoreErrorCode.IntegrityFailure, "added Acme.Greeting.dll; missing Acme.Greeting.dll");
    }

    [Fact]
    public async Task A_folder_that_nobody_added_is_refused()
    {
        Directory.CreateDirectory(_box.User.Folder);
        Directory.Move(_box.Copy("One"), Path.Join(_box.User.Folder, "acme.one"));

        await AskRefusedAsync("one://x", StoreErrorCode.PermissionDenied, "was never added", "'cairn plugin trust acme.one --user'");

        await _box.User.TrustAsync("acme.one", Cancel);
        _box.Host(out var registry);
        (await PluginSandbox.AskAsync(registry, "one://x")).ShouldStartWith("Hello");
    }

    [Fact]
    public async Task A_workspace_that_brings_plugins_and_fitting_pins_is_refused_until_this_user_accepts_them()
    {
        await _box.Workspace.AddAsync(PluginSandbox.Built("One"), cancellationToken: Cancel);
        File.Delete(_box.Trust.File);

        await AskRefusedAsync("one://x", StoreErrorCode.PermissionDenied, "you have not accepted it on this machine", "'cairn plugin trust acme.one'");

        await _box.Workspace.TrustAsync("acme.one", Cancel);
        _box.Host(out var registry);
        (await PluginSandbox.AskAsync(registry, "one://x")).ShouldStartWith("Hello");
    }

    [Fact]
    public async Task A_plugin_that_is_refused_does_not_shadow_one_that_is_not()
    {
        await _box.User.AddAsync(PluginSandbox.Built("One"), cancellationToken: Cancel);
        Directory.CreateDirectory(_box.Workspace.Folder);
        Directory.Move(_box.Copy("One"), Path.Join(_box.Workspace.Folder, "acme.one"));
        Directory.Move(_box.Copy("Clash"), Path.Join(_box.Workspace.Folder, "acme.clash"));

        var host = _box.Host(out var registry);

        host.Plugins.Single(p => p.Name == "acme.one").Scope.ShouldBe(PluginScope.User);
        (await PluginSandbox.AskAsync(registry, "one://x")).ShouldStartWith("Hello");
    }

    [Fact]
    public async Task Bytes_swapped_after_the_check_are_not_loaded()
    {
        var plugin = await _box.User.AddAsync(PluginSandbox.Built("One"), cancellationToken: Cancel);
        _box.Host(out var registry);
        await using var store = await PluginSandbox.OpenAsync(registry, "one", "one://x");
        // The folder was checked when the store was opened; the dependency is loaded by the first read.
        File.Copy(Path.Join(PluginSandbox.Built("Two"), "Acme.Greeting.dll"), Path.Join(plugin.Folder, "Acme.Greeting.dll"), overwrite: true);

        await PluginSandbox.RefusedAsync(
            StoreErrorCode.IntegrityFailure, () => store.ReadTextAsync(StorePath.Parse("answer.txt"), Cancel), "changed Acme.Greeting.dll");
    }

    [Fact]
    public async Task Removing_takes_the_pins_and_the_files()
    {
        var plugin = await _box.User.AddAsync(PluginSandbox.Built("One"), cancellationToken: Cancel);
        await _box.User.PreferAsync("acme.one", Cancel);

        await _box.User.RemoveAsync("acme.one", Cancel);

        Directory.Exists(plugin.Folder).ShouldBeFalse();
        _box.User.List().ShouldBeEmpty();
        _box.User.Preferred.ShouldBeEmpty();
        await PluginSandbox.RefusedAsync(StoreErrorCode.NotFound, () => _box.User.RemoveAsync("acme.one", Cancel), "the plugin 'acme.one' was not found");
    }

    [Fact]
    public async Task Damaged_pins_are_reported_and_kept()
    {
        await _box.User.AddAsync(PluginSandbox.Built("One"), cancellationToken: Cancel);
        File.WriteAllText(_box.User.PinFile, "{ \"format\": 1, \"plugins\": {");

        await PluginSandbox.RefusedAsync(StoreErrorCode.InvalidConfiguration, () => _box.User.RemoveAsync("acme.one", Cancel), "is damaged");

        JsonObject newer = new() { ["format"] = 9, ["plugins"] = new JsonObject() };
        File.WriteAllText(_box.User.PinFile, newer.ToJsonString());
        await PluginSandbox.RefusedAsync(StoreErrorCode.InvalidConfiguration, () => Task.FromResult(_box.User.List()), "format 9");
    }

    public void Dispose() => _box.Dispose();

    private async Task AskRefusedAsync(string address, StoreErrorCode code, params string[] mentions)
    {
        var host = _box.Host(out var registry);
        await PluginSandbox.RefusedAsync(code, () => PluginSandbox.AskAsync(registry, address), mentions);
        host.Loaded.ShouldBeEmpty();
    }
}
