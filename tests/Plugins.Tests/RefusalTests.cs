using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.Json.Nodes;
using Cairn.Flavors;
using Cairn.Providers;
using Cairn.Workspaces;

namespace Cairn.Plugins.Tests;

public sealed class RefusalTests : IDisposable
{
    private readonly PluginSandbox _box = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_plugins_that_claim_one_scheme_are_both_named_until_one_is_preferred()
    {
        await _box.User.AddAsync(PluginSandbox.Built("One"), cancellationToken: Cancel);
        await _box.Workspace.AddAsync(PluginSandbox.Built("Clash"), cancellationToken: Cancel);
        _box.Host(out var registry);

        await PluginSandbox.RefusedAsync(
            StoreErrorCode.InvalidConfiguration, () => PluginSandbox.AskAsync(registry, "one://x"), "'one://'", "'acme.clash'", "'acme.one'", "cairn plugin prefer acme.one");
        (await PluginSandbox.AskAsync(registry, "clash://x")).ShouldBe("clash");
        (await PluginSandbox.AskAsync(registry, "uno://x")).ShouldStartWith("Hello");

        await _box.User.PreferAsync("acme.one", Cancel);
        _box.Host(out registry);
        (await PluginSandbox.AskAsync(registry, "one://x")).ShouldStartWith("Hello");
        await _box.Workspace.PreferAsync("acme.clash", Cancel);
        _box.Host(out registry);
        (await PluginSandbox.AskAsync(registry, "one://x")).ShouldBe("clash");
    }

    [Fact]
    public async Task Two_plugins_that_bring_one_flavor_are_both_named_until_one_is_preferred()
    {
        await _box.User.AddAsync(PluginSandbox.Built("One"), cancellationToken: Cancel);
        await _box.User.AddAsync(_box.Copy("One", "acme.fork"), cancellationToken: Cancel);
        _box.Host(out var registry);

        await PluginSandbox.RefusedAsync(
            StoreErrorCode.InvalidConfiguration, () => PluginSandbox.AskAsync(registry, "one://x"), "the flavor 'one'", "'acme.fork'", "'acme.one'", "cairn plugin prefer acme.fork");

        await _box.User.PreferAsync("acme.fork", Cancel);
        var host = _box.Host(out registry);
        (await PluginSandbox.AskAsync(registry, "one://x")).ShouldStartWith("Hello");
        host.Loaded.ShouldBe(["acme.fork"]);
    }

    /// <summary>A manifest is shown before anybody has trusted it: nothing in it may clear the screen and write something else.</summary>
    [Theory]
    [InlineData("description", "\u001b[2Jsafe", "U+001B")]
    [InlineData("description", "two\nlines", "U+000A")]
    [InlineData("description", "a\u202Eb", "U+202E")]
    [InlineData("version", "1.0\u0007", "U+0007")]
    [InlineData("flavors/0/description", "\u009b2J", "U+009B")]
    [InlineData("flavors/0/provider", "A\0", "U+0000")]
    [InlineData("flavors/0/options", "[{\"name\":\"a\",\"type\":\"text\",\"description\":\"\\u001b[A\"}]", "U+001B")]
    [InlineData("materializers", "[{\"id\":\"m\",\"class\":\"C\",\"mediaTypes\":[\"a/b\\u001b[0m\"]}]", "U+001B")]
    [InlineData("more", "{\"un\\u001bknown\":1}", "U+001B")]
    public async Task A_manifest_with_control_characters_is_refused(string member, string value, string mention)
    {
        void Change(JsonNode manifest)
        {
            var steps = member.Split('/');
            JsonNode at = manifest;
            foreach (var step in steps[..^1])
                at = int.TryParse(step, out var index) ? at[index]! : at[step]!;
            at[steps[^1]] = value is ['[' or '{', ..] ? JsonNode.Parse(value) : value;
        }

        await PluginSandbox.RefusedAsync(
            StoreErrorCode.InvalidConfiguration, () =>
                _box.User.AddAsync(_box.Copy("One", change: Change), cancellationToken: Cancel), "is not a valid plugin manifest", "control character " + mention);
        _box.User.List().ShouldBeEmpty();

        // One that is changed after it was trusted is not shown either.
        await _box.User.AddAsync(PluginSandbox.Built("One"), cancellationToken: Cancel);
        var file = Path.Join(_box.User.Folder, "acme.one", PluginManifest.FileName);
        var changed = JsonNode.Parse(await File.ReadAllTextAsync(file, Cancel))!;
        Change(changed);
        await File.WriteAllTextAsync(file, changed.ToJsonString(), Cancel);
        var plugin = _box.User.List().Single();
        plugin.Manifest.ShouldBeNull();
        plugin.Refusal!.Reason.ShouldContain("control character " + mention);
    }

    [Theory]
    [InlineData("memory", "other", "the flavor 'memory'")]
    [InlineData("other", "mem", "the scheme 'mem://'")]
    public async Task A_built_in_flavor_is_never_replaced(string flavor, string scheme, string mention)
    {
        var copy = _box.Copy("Clash", change: m =>
        {
            m["flavors"]![0]!["name"] = flavor;
            m["flavors"]![0]!["schemes"] = new JsonArray(scheme);
        });
        _box.Host(out var builtIn);
        await PluginSandbox.RefusedAsync(
            StoreErrorCode.InvalidConfiguration, () => _box.User.AddAsync(copy, new() { BuiltIn = builtIn }, Cancel), mention, "built-in flavor 'memory'");

        await _box.User.AddAsync(copy, cancellationToken: Cancel);
        var registry = new FlavorRegistry().Add<Cairn.Providers.Memory.MemoryProvider>();
        var problems = new PluginHost(_box.User).AddTo(registry);
        problems.ShouldHaveSingleItem().Reason.ShouldContain(mention);
        registry.FlavorOfScheme("mem").ShouldBe("memory");
        registry.List().Select(f => f.Name).ShouldBe(["memory", "needy"]);
    }

    [Theory]
    [InlineData("[99.0.0,100.0.0)", "Use a newer version of Cairn")]
    [InlineData("[0.0.1,0.0.2)", "Use a newer version of the plugin")]
    public async Task A_wrong_version_of_the_abstractions_is_refused(string range, string mention)
    {
        await PluginSandbox.RefusedAsync(
            StoreErrorCode.InvalidConfiguration, () => _box.User.AddAsync(_box.Copy("One", change: m => m["abstractions"] = range), cancellationToken: Cancel), range, mention);

        var plugin = await _box.User.AddAsync(PluginSandbox.Built("One"), cancellationToken: Cancel);
        var path = Path.Join(plugin.Folder, PluginManifest.FileName);
        File.WriteAllText(path, File.ReadAllText(path).Replace("[0.1.0,0.2.0)", range, StringComparison.Ordinal));
        var host = _box.Host(out var registry);
        await PluginSandbox.RefusedAsync(StoreErrorCode.InvalidConfiguration, () => PluginSandbox.AskAsync(registry, "one://x"), range, mention);
        host.Loaded.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_assembly_built_against_newer_abstractions_is_refused_whatever_its_manifest_says()
    {
        var copy = _box.Copy("One");
        var metadata = new MetadataBuilder();
        metadata.AddModule(0, metadata.GetOrAddString("Acme.One.dll"), metadata.GetOrAddGuid(Guid.NewGuid()), default, default);
        metadata.AddAssembly(metadata.GetOrAddString("Acme.One"), new(1, 0, 0, 0), default, default, default, AssemblyHashAlgorithm.None);
        metadata.AddAssemblyReference(metadata.GetOrAddString("Cairn.Abstractions"), new(7, 1, 0, 0), default, default, default, default);
        metadata.AddTypeDefinition(default, default, metadata.GetOrAddString("<Module>"), default, MetadataTokens.FieldDefinitionHandle(1), MetadataTokens.MethodDefinitionHandle(1));
        var image = new BlobBuilder();
        new ManagedPEBuilder(new(imageCharacteristics: Characteristics.Dll), new(metadata), new()).Serialize(image);
        await File.WriteAllBytesAsync(Path.Join(copy, "Acme.One.dll"), image.ToArray(), Cancel);
        await File.WriteAllTextAsync(Path.Join(copy, "Cairn.Abstractions.dll"), "a copy that lies beside it", Cancel);

        await PluginSandbox.RefusedAsync(
            StoreErrorCode.InvalidConfiguration, () =>
                _box.User.AddAsync(copy, cancellationToken: Cancel), "requires Cairn.Abstractions [7.1.0,), but this program has", "Use a newer version of Cairn");
    }

    [Fact]
    public async Task A_missing_dependency_is_refused_when_it_is_added()
    {
        var copy = _box.Copy("One");
        File.Delete(Path.Join(copy, "Acme.Greeting.dll"));
        await PluginSandbox.RefusedAsync(StoreErrorCode.InvalidConfiguration, () => _box.User.AddAsync(copy, cancellationToken: Cancel), "Acme.Greeting.dll", "not in its folder");

        var native = _box.Copy("Native");
        foreach (var file in Directory.EnumerateFiles(Path.Join(native, "runtimes"), "*e_sqlite3.*", SearchOption.AllDirectories))
            File.Delete(file);
        await PluginSandbox.RefusedAsync(StoreErrorCode.InvalidConfiguration, () => _box.User.AddAsync(native, cancellationToken: Cancel), "e_sqlite3", "Acme.Native.deps.json lists");
        _box.User.List().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_library_that_only_the_program_has_is_not_lent_to_a_plugin()
    {
        await _box.User.AddAsync(PluginSandbox.Built("Clash"), cancellationToken: Cancel);
        _box.Host(out var registry);

        await PluginSandbox.RefusedAsync(
            StoreErrorCode.InvalidConfiguration, () => PluginSandbox.AskAsync(registry, "needy://x"), "plugin 'acme.clash' 1.2.3 requires Shouldly.dll", "cannot use those of the program");
    }

    [Fact]
    public async Task A_provider_class_that_is_not_there_is_named()
    {
        await _box.User.AddAsync(_box.Copy("One", change: m => m["flavors"]![0]!["provider"] = "Acme.Absent"), cancellationToken: Cancel);
        _box.Host(out var registry);

        await PluginSandbox.RefusedAsync(StoreErrorCode.InvalidConfiguration, () => PluginSandbox.AskAsync(registry, "one://x"), "no class Acme.Absent");
    }

    [Theory]
    [InlineData("name", "\"No Name\"", "is not a plugin name")]
    [InlineData("name", "\"con\"", "is not a plugin name")]
    [InlineData("version", "\"\"", "it has no valid version")]
    [InlineData("assembly", "\"../Acme.One.dll\"", "'assembly' is not the name of a .dll")]
    [InlineData("assembly", "\"/etc/passwd\"", "'assembly' is not the name of a .dll")]
    [InlineData("abstractions", "\"1.0 or so\"", "'abstractions' is not a version range")]
    [InlineData("format", "2", "format 2")]
    [InlineData("flavors", "[]", "neither a flavor nor a materializer")]
    [InlineData("materializers", "[{\"id\":\"acme.csv\"}]", "materializer 'acme.csv' has no class")]
    [InlineData("flavors", "[{\"name\":\"A B\",\"schemes\":[\"a\"],\"provider\":\"A\"}]", "is not a flavor name")]
    [InlineData("flavors", "[{\"name\":\"a\",\"schemes\":[\"A:\"],\"provider\":\"A\"}]", "has no schemes")]
    [InlineData("flavors", "[{\"name\":\"a\",\"schemes\":[\"a\"]}]", "has no provider class")]
    [InlineData("flavors", "[{\"name\":\"a\",\"schemes\":[\"a\",\"a\"],\"provider\":\"A\"}]", "declare the same scheme")]
    [InlineData("flavors", "7", "not a valid plugin manifest")]
    public async Task A_bad_manifest_is_refused(string member, string json, string mention)
    {
        var copy = _box.Copy("One", change: m => m[member] = JsonNode.Parse(json));
        await PluginSandbox.RefusedAsync(StoreErrorCode.InvalidConfiguration, () => _box.User.AddAsync(copy, cancellationToken: Cancel), mention);
        _box.User.List().ShouldBeEmpty();
        Directory.EnumerateFileSystemEntries(_box.User.Folder).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_manifest_with_a_materializer_is_read()
    {
        var copy = _box.Copy("One", change: m => m["materializers"] = JsonNode.Parse("[{\"id\":\"acme.csv\",\"mediaTypes\":[\"text/csv\"],\"class\":\"Acme.Csv\"}]"));
        var plugin = await _box.User.AddAsync(copy, cancellationToken: Cancel);
        plugin.Manifest!.Materializers.ShouldHaveSingleItem().MediaTypes.ShouldBe(["text/csv"]);
    }

    [Fact]
    public async Task Fifty_plugins_are_listed_and_none_is_loaded()
    {
        for (var i = 0; i < 50; i++)
        {
            await _box.User.AddAsync(
                _box.Copy("One", $"acme.p{i:00}", m =>
                {
                    m["flavors"]![0]!["name"] = $"p{i:00}";
                    m["flavors"]![0]!["schemes"] = new JsonArray($"p{i:00}");
                }),
                cancellationToken: Cancel);
        }

        var output = await ProbeProcess.RunAsync(_box.Root, Path.Join(_box.Root, "home"), "flavors");

        output.ShouldContain("p00,p01,");
        output.ShouldContain("p49");
        output.ShouldNotContain("Acme.");
    }

    [Fact]
    public async Task A_program_that_opens_one_flavor_loads_no_other_plugin()
    {
        var output = await ProbeProcess.RunAsync(_box.Root, null, "two://x");
        output.ShouldContain("Good day you, from version 2");
        output.ShouldContain("Acme.Two");
        output.ShouldNotContain("Acme.One");
        output.ShouldNotContain("SQLitePCLRaw");

        await File.WriteAllTextAsync(Path.Join(_box.Root, "a.txt"), "a local file", Cancel);
        var local = await ProbeProcess.RunAsync(_box.Root, null, _box.Root, "mem://x");
        local.ShouldContain("a local file");
        local.ShouldNotContain("Acme.");
    }

    [Fact]
    public async Task A_bundled_plugin_that_was_changed_is_refused()
    {
        var bundled = Bundled();
        bundled.List().Select(p => p.Name).ShouldBe(["acme.native", "acme.one", "acme.two"]);
        File.AppendAllText(Path.Join(bundled.Folder, "acme.one", "Acme.One.dll"), "x");
        var registry = new FlavorRegistry();
        new PluginHost(bundled).AddTo(registry).ShouldBeEmpty();

        await PluginSandbox.RefusedAsync(StoreErrorCode.IntegrityFailure, () => PluginSandbox.AskAsync(registry, "one://x"), "changed Acme.One.dll", "reinstall the program");
        await PluginSandbox.RefusedAsync(StoreErrorCode.Unsupported, () => bundled.RemoveAsync("acme.one", Cancel), "are part of the program");
    }

    [Fact]
    public async Task A_bundled_plugin_of_which_a_dependency_was_changed_is_refused()
    {
        var bundled = Bundled();
        File.AppendAllText(Path.Join(bundled.Folder, "acme.one", "Acme.Greeting.dll"), "x");
        var registry = new FlavorRegistry();
        new PluginHost(bundled).AddTo(registry).ShouldBeEmpty();

        await PluginSandbox.RefusedAsync(StoreErrorCode.IntegrityFailure, () => PluginSandbox.AskAsync(registry, "one://x"), "changed Acme.Greeting.dll", "reinstall the program");
    }

    [Theory]
    [InlineData("Acme.Greeting.dll", null, "missing Acme.Greeting.dll")]
    [InlineData(null, "Extra.dll", "added Extra.dll")]
    public async Task A_bundled_plugin_with_a_file_too_few_or_too_many_is_refused_before_its_code_runs(string? removed, string? added, string told)
    {
        var bundled = Bundled();
        if (removed is not null)
            File.Delete(Path.Join(bundled.Folder, "acme.one", removed));
        if (added is not null)
            await File.WriteAllTextAsync(Path.Join(bundled.Folder, "acme.one", added), "x", Cancel);
        var registry = new FlavorRegistry();
        var host = new PluginHost(bundled);
        host.AddTo(registry).ShouldBeEmpty();

        await PluginSandbox.RefusedAsync(StoreErrorCode.IntegrityFailure, () => PluginSandbox.AskAsync(registry, "one://x"), told);
        host.Loaded.ShouldBeEmpty();
    }

    public void Dispose() => _box.Dispose();

    /// <summary>The plugins of a copy of a program.</summary>
    private PluginFolder Bundled() => PluginFolder.Bundled(_box.CopyOfProgram("Probe"));
}
