using System.Diagnostics;
using Cairn.TestServers.Fixtures;

namespace Cairn.Plugins.Tests;

/// <summary>The way of a newcomer: packages in a folder, <c>dotnet new cairn-plugin</c>, build, the conformance tests, <c>cairn plugin add</c>, a store on it.</summary>
public sealed class TemplateTests : IDisposable
{
    private static readonly string Root = Path.GetDirectoryName(PluginSandbox.Metadata("Sources").TrimEnd('/', '\\'))!;
    private readonly string _work = Directory.CreateTempSubdirectory("cairn-template-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plugin_from_the_template_builds_passes_the_suites_and_is_used()
    {
        await PackAsync("src/Abstractions", "src/Store", "src/Artifacts", "src/Providers.Memory", "src/Conformance", "templates");
        await File.WriteAllTextAsync(
            Path.Join(_work, "NuGet.Config"),
            // Besides the feeds that this machine has. Its folder of packages serves what is there already; what is made here stays out of it.
            $"""
            <configuration>
              <packageSources><add key="packed" value="{Path.Join(_work, "packed")}" /></packageSources>
              <config><add key="globalPackagesFolder" value="{Path.Join(_work, "packages")}" /></config>
              <fallbackPackageFolders><add key="machine" value="{PluginSandbox.Metadata("Packages")}" /></fallbackPackageFolders>
            </configuration>
            """,
            Cancel);
        var hive = Path.Join(_work, "hive");
        await DotnetAsync(_work, "new", "install", Directory.GetFiles(Path.Join(_work, "packed"), "Cairn.Templates.*.nupkg").Single(), "--debug:custom-hive", hive);
        await DotnetAsync(_work, "new", "cairn-plugin", "-n", "Acme.Ftp", "--debug:custom-hive", hive);
        var made = Path.Join(_work, "Acme.Ftp");
        var files = Directory.EnumerateFiles(made, "*", SearchOption.AllDirectories).ToList();
        files.ShouldContain(Path.Join(made, "src", "Acme.Ftp", "FtpDriver.cs"));
        files.ShouldAllBe(f => !f.Contains("Sample") && !File.ReadAllText(f).Contains("sample", StringComparison.OrdinalIgnoreCase));

        await DotnetAsync(made, "build", "-c", "Release", "-v", "quiet", "--disable-build-servers", "-nodeReuse:false");
        var suites = Environment.GetEnvironmentVariable("CAIRN_FULL") is "1" ? [] : new[] { "Completeness", "RoundTrip", "ConditionalWrite", "AbandonedWrite", "Directory", "Capability" };
        var tests = Path.Join(made, "tests", "Acme.Ftp.Tests", "bin", "Release", "net10.0", "Acme.Ftp.Tests");
        var report = await RunAsync(tests, made, ["-noColor", "-noLogo", .. suites.SelectMany(s => new[] { "-class", $"Acme.Ftp.Tests.Suites.{s}" })]);
        report.ShouldContain("Errors: 0, Failed: 0,");
        await TryContainerAsync(tests, made);

        await DotnetAsync(made, "pack", "src/Acme.Ftp", "-c", "Release", "--no-build", "-o", "out", "-v", "quiet");
        await CairnAsync(made, "init");
        (await CairnAsync(made, "plugin", "add", "out/Acme.Ftp.1.0.0.nupkg")).ShouldBe("Added plugin 'acme.ftp' 1.0.0 (workspace, 3 files pinned): ftp (ftp://)\n");
        await CairnAsync(made, "store", "register", "box", "--root", "ftp://box", "--option", $"folder={Path.Join(_work, "boxes")}");
        await CairnAsync(made, "cp", "README.md", "box:docs/README.md");
        (await CairnAsync(made, "ls", "-r", "box:")).ShouldBe("docs/README.md\n");
        (await CairnAsync(made, "cat", "box:docs/README.md")).ShouldBe(await File.ReadAllTextAsync(Path.Join(made, "README.md"), Cancel));
    }

    public void Dispose() => Directory.Delete(_work, recursive: true);

    /// <summary>The sample against a container passes where an engine and an image can be had, and is skipped with the reason where no engine answers.</summary>
    private static async Task TryContainerAsync(string tests, string folder)
    {
        string[] container = ["-noColor", "-noLogo", "-class", "Acme.Ftp.Tests.ContainerTests"];
        var skipped = await RunAsync(tests, folder, container, ("DOCKER_HOST", "unix://" + Path.Join(folder, "no-engine")));
        skipped.ShouldContain("Total: 1, Errors: 0, Failed: 0, Skipped: 1");
        skipped.ShouldContain("No Docker engine responds.");
        string image;
        try
        {
            // Any image with a shell and sha256sum serves; this is one that the tests have anyway.
            using var engine = await ContainerImages.EngineAsync(Cancel);
            image = await ContainerImages.FindAsync(engine, "CAIRN_TEST_POSTGRES_IMAGE", PostgresServer.PublicImage, "postgres-image", Cancel);
        }
        catch (ServerUnavailableException e)
        {
            TestContext.Current.AddWarning($"The sample of a test against a container did not run against one: {e.Message}");
            return;
        }
        var passed = await RunAsync(tests, folder, container, ("PLUGIN_TEST_IMAGE", image), ("TESTCONTAINERS_RYUK_DISABLED", "true"));
        passed.ShouldContain("Total: 1, Errors: 0, Failed: 0, Skipped: 0");
    }

    private async Task PackAsync(params string[] projects)
    {
        foreach (var project in projects)
            await DotnetAsync(Root, "pack", project, "-c", PluginSandbox.Metadata("Configuration"), "--no-build", "-o", Path.Join(_work, "packed"), "-v", "quiet", "-nodeReuse:false");
    }

    private static Task<string> DotnetAsync(string folder, params string[] arguments) => RunAsync("dotnet", folder, arguments);

    private Task<string> CairnAsync(string folder, params string[] arguments) => RunAsync("dotnet", folder, [PluginSandbox.Command, .. arguments]);

    private static async Task<string> RunAsync(string program, string folder, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["CAIRN_HOME"] = Path.Join(Path.GetDirectoryName(folder), "home");
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment.Remove("CAIRN_WORKSPACE");
        // What the build that runs these tests has set is not for the builds that they start.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var error = process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}\n{await output}{await error}");
        TestContext.Current.TestOutputHelper?.WriteLine($"$ {Path.GetFileName(program)} {string.Join(' ', arguments)}\n{await output}");
        return await output;
    }
}
