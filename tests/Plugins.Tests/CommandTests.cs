using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Cairn.Workspaces;

namespace Cairn.Plugins.Tests;

/// <summary>The <c>cairn plugin</c> commands as a person meets them, in processes of their own.</summary>
public sealed class CommandTests : IDisposable
{
    private static readonly string Folder = Path.GetDirectoryName(PluginSandbox.Command)!;

    /// <summary>What only the bundled plugins bring: a library that the command has too tells nothing when it is loaded.</summary>
    private static readonly HashSet<string> Bundled = [.. Directory
        .EnumerateFiles(Path.Join(Folder, "plugins"), "*.dll", SearchOption.AllDirectories).Select(f => Path.GetFileNameWithoutExtension(f)).Except(Names(Folder))];

    private readonly PluginSandbox _box = new();

    [Fact]
    public async Task A_plugin_is_added_used_changed_refused_trusted_and_removed()
    {
        (await CairnAsync("plugin", "add", PluginSandbox.Built("One")))
            .ShouldBe((2, "", "cairn: No workspace was found. Create one with 'cairn init', or use --user for the plugins of all your workspaces.\n"));
        await DoneAsync("init");

        (await DoneAsync("plugin", "add", PluginSandbox.Program("One"))).ShouldBe("Added plugin 'acme.one' 1.2.3 (workspace, 4 files pinned): one (one://, uno://)\n");
        (await DoneAsync("plugin", "list")).ShouldMatch(@"^acme\.one +1\.2\.3  workspace  one \(one://, uno://\)\n(cairn\.\S+ +\S+  bundled .*\n)+$");
        (await DoneAsync("plugin", "verify")).ShouldMatch(@"^acme\.one +all files match their pins\n(cairn\.\S+ +all files match their pins\n)+$");
        await DoneAsync("store", "register", "hi", "--root", "one://x", "--option", "name=Ada");
        (await DoneAsync("cat", "hi:answer.txt")).ShouldBe("Hello Ada, from version 1");

        File.Copy(Path.Join(PluginSandbox.Built("Two"), "Acme.Two.dll"), Path.Join(_box.Workspace.Folder, "acme.one", "Acme.Extra.dll"));
        (await FailsAsync("cat", "hi:answer.txt")).ShouldContain("added Acme.Extra.dll (IntegrityFailure). It was not loaded. If you made this change, accept it with 'cairn plugin trust acme.one'");
        (await CairnAsync("plugin", "verify", "acme.one")).ShouldBe((1, "acme.one  added Acme.Extra.dll\n", ""));
        (await DoneAsync("plugin", "trust", "acme.one")).ShouldContain("5 files pinned); before: added Acme.Extra.dll.");
        (await DoneAsync("cat", "hi:answer.txt")).ShouldBe("Hello Ada, from version 1");

        (await DoneAsync("plugin", "remove", "acme.one")).ShouldBe("Removed plugin 'acme.one'.\n");
        (await FailsAsync("cat", "hi:answer.txt")).ShouldContain("there is no flavor 'one'");
        var missing = await FailsAsync("plugin", "show", "acme.one");
        missing.ShouldContain("the plugin 'acme.one' was not found; installed plugins: cairn.");
        missing.ShouldContain("(NotFound). List them with 'cairn plugin list'.");
    }

    [Fact]
    public async Task A_clash_names_both_and_prefer_decides()
    {
        await DoneAsync("init");
        await DoneAsync("plugin", "add", "--user", PluginSandbox.Built("Clash"));
        var (_, _, note) = await CairnAsync("plugin", "add", PluginSandbox.Built("One"));
        note.ShouldContain("the scheme 'one://' is declared by plugin 'acme.clash' 1.2.3 (the user's) and plugin 'acme.one' 1.2.3 (the workspace's)");

        (await FailsAsync("cat", "one://x/answer.txt")).ShouldContain("Choose one with 'cairn plugin prefer acme.clash' or 'cairn plugin prefer acme.one'");
        await DoneAsync("plugin", "prefer", "acme.clash");
        (await DoneAsync("cat", "one://x/answer.txt")).ShouldBe("clash");
    }

    [Fact]
    public async Task A_plugin_that_takes_the_place_of_a_bundled_one_is_noted()
    {
        await DoneAsync("init");
        var copy = _box.CopyOf(PluginSandbox.Csv, change: m => m["version"] = "9.9.9");

        var (_, _, note) = await CairnAsync("plugin", "add", copy);
        note.ShouldMatch(@"^note: plugin 'cairn\.plugins\.csv' 9\.9\.9 \(workspace\) hides \S+ \(bundled\)\.\n$");
        (await CairnAsync("plugin", "list")).Error.ShouldBe(note);
    }

    [Fact]
    public async Task A_workspace_from_elsewhere_runs_no_code_before_it_is_trusted()
    {
        await DoneAsync("init");
        await DoneAsync("plugin", "add", PluginSandbox.Built("Clash"));
        Directory.Delete(Path.Join(_box.Root, "home"), recursive: true);

        (await FailsAsync("cat", "clash://x/answer.txt")).ShouldContain("you have not accepted it on this machine");
        (await DoneAsync("plugin", "list")).ShouldContain("refused: plugin 'acme.clash'");
        await DoneAsync("plugin", "trust", "acme.clash");
        (await DoneAsync("cat", "clash://x/answer.txt")).ShouldBe("clash");
    }

    [Fact]
    public async Task Listings_are_json_on_demand()
    {
        await DoneAsync("plugin", "add", "--user", PluginSandbox.Built("One"));

        var listed = JsonDocument.Parse((await DoneAsync("plugin", "list", "--json")).Split('\n')[0]).RootElement;
        listed.GetProperty("scope").GetString().ShouldBe("user");
        listed.GetProperty("flavors")[0].GetProperty("schemes").GetArrayLength().ShouldBe(2);
        JsonDocument.Parse(await DoneAsync("plugin", "show", "acme.one", "--json")).RootElement.GetProperty("files").EnumerateObject().Count().ShouldBe(4);
        JsonDocument.Parse((await DoneAsync("plugin", "verify", "--json")).Split('\n')[0]).RootElement.GetProperty("matches").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task A_built_in_flavor_cannot_be_taken()
    {
        var copy = _box.Copy("Clash", change: m => m["flavors"]![0]!["schemes"] = new JsonArray("file"));
        (await FailsAsync("plugin", "add", "--user", copy)).ShouldContain("declares the scheme 'file://', which belongs to the built-in flavor 'local'");
    }

    [Fact]
    public async Task Flavors_of_fifty_plugins_are_listed()
    {
        for (var i = 0; i < 50; i++)
        {
            await _box.User.AddAsync(
                _box.Copy("One", $"acme.p{i:00}", m =>
                {
                    m["flavors"]![0]!["name"] = $"p{i:00}";
                    m["flavors"]![0]!["schemes"] = new JsonArray($"p{i:00}");
                }),
                cancellationToken: TestContext.Current.CancellationToken);
        }
        var output = await DoneAsync("flavor", "list");
        for (var i = 0; i < 50; i++)
            output.ShouldContain($"p{i:00}  p{i:00}://  Greets with version 1.");
        var (plugins, _) = await LoadedAsync("flavor", "list");
        plugins.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_command_brings_plugins_and_loads_one_when_its_scheme_is_used()
    {
        (await DoneAsync("flavor", "list")).ShouldContain("http  http:// https://  ");
        var file = Path.Join(_box.Root, "ws", "a.txt");
        await CairnAsync("init");
        await File.WriteAllTextAsync(file, "a local file", TestContext.Current.CancellationToken);

        var (local, all) = await LoadedAsync("cp", "a.txt", "b.txt");
        local.ShouldBeEmpty();
        all.ShouldContain("Cairn.Providers.Local");
        all.ShouldNotContain("Cairn.Providers.Memory");
        var (web, _) = await LoadedAsync("stat", "http://127.0.0.1:9/nobody-listens");
        web.ShouldBe(["Cairn.Plugins.Http"]);
    }

    [Fact]
    public async Task A_materializer_of_a_plugin_is_loaded_for_a_file_of_its_format()
    {
        await DoneAsync("init");
        await File.WriteAllTextAsync(Path.Join(_box.Root, "ws", "a.csv"), "name,n\nx,1\n", TestContext.Current.CancellationToken);

        var (plain, _) = await LoadedAsync("save", "a.csv", "--as", "files", "--name", "file");
        plain.ShouldBeEmpty();
        var (table, _) = await LoadedAsync("save", "a.csv", "--name", "table");
        table.ShouldBe(["Cairn.Plugins.Csv", "CsvHelper"]);

        (await DoneAsync("load", "table")).ShouldBe("name,n\nx,1\n");
        var shown = await DoneAsync("show", "table");
        shown.ShouldContain("csv 1");
        shown.ShouldContain("name  n\nx     1\n");
        (await DoneAsync("materializer", "list")).ShouldMatch(@"(^|\n)csv +1 +text/csv +plugin ");
        (await DoneAsync("materializer", "explain", "DataTable")).ShouldContain("csv exactly (plugin)");
        (await CairnAsync("save", "a.csv", "--as", "nope")).Code.ShouldBe(2);
    }

    public void Dispose() => _box.Dispose();

    private static IEnumerable<string> Names(string folder) => Directory.EnumerateFiles(folder, "*.dll").Select(f => Path.GetFileNameWithoutExtension(f));

    /// <summary>What the runtime's own trace of a run of the command says was loaded: the plugins, and all.</summary>
    private async Task<(string[] Plugins, string[] All)> LoadedAsync(params string[] arguments)
    {
        var trace = Path.Join(_box.Root, Guid.NewGuid().ToString("N"));
        var (code, _, error) = await ProbeProcess.CairnAsync(Path.Join(_box.Root, "ws"), Path.Join(_box.Root, "home"), arguments, new()
        {
            ["DOTNET_EnableEventPipe"] = "1",
            ["DOTNET_EventPipeOutputPath"] = trace,
            ["DOTNET_EventPipeConfig"] = "Microsoft-Windows-DotNETRuntime:0x8:4",
        });
        code.ShouldBeLessThan(2, error);
        // An event of a loaded assembly holds its full name, in UTF-16 at any offset.
        var bytes = await File.ReadAllBytesAsync(trace, TestContext.Current.CancellationToken);
        string[] all = [.. new[] { 0, 1 }
            .SelectMany(skip => Regex.Matches(Encoding.Unicode.GetString(bytes, skip, (bytes.Length - skip) & ~1), @"([A-Za-z][\w.]*), Version=[0-9.]+, Culture=").Select(m => m.Groups[1].Value))
            .Distinct().Order(StringComparer.Ordinal)];
        TestContext.Current.TestOutputHelper?.WriteLine($"loaded: {string.Join(' ', all)}");
        return ([.. all.Where(n => Bundled.Contains(n) || n.StartsWith("Acme.", StringComparison.Ordinal))], all);
    }

    private Task<(int Code, string Output, string Error)> CairnAsync(params string[] arguments)
    {
        var here = Directory.CreateDirectory(Path.Join(_box.Root, "ws")).FullName;
        return ProbeProcess.CairnAsync(here, Path.Join(_box.Root, "home"), arguments);
    }

    private async Task<string> DoneAsync(params string[] arguments)
    {
        var (code, output, error) = await CairnAsync(arguments);
        code.ShouldBe(0, error);
        return output;
    }

    private async Task<string> FailsAsync(params string[] arguments)
    {
        var (code, _, error) = await CairnAsync(arguments);
        code.ShouldBe(1, error);
        return error;
    }
}
