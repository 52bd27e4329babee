using System.Diagnostics;
using System.Reflection;
using Cairn.Clouds.Tests;

[assembly: AssemblyFixture(typeof(Builds))]

namespace Cairn.Clouds.Tests;

/// <summary>The command in the two forms in which people run it: the self-contained build that <c>./cairn</c> makes from the sources, and the tool that
/// <c>dotnet tool install</c> makes of the package.</summary>
public sealed class Builds : IDisposable
{
    public const string Standalone = "standalone", Tool = "tool";

    private readonly string _home = Directory.CreateTempSubdirectory("cairn-builds-").FullName;
    private readonly Lazy<Task<string>> _standalone, _tool;

    public Builds() => (_standalone, _tool) = (new(BuildAsync), new(InstallAsync));

    /// <summary>The path of the program.</summary>
    public Task<string> PathAsync(string build) => build == Standalone ? _standalone.Value : _tool.Value;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    internal static string Metadata(string key) => typeof(Builds).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;

    private async Task<string> BuildAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "./cairn is a bash script.");
        var script = Path.Join(Metadata("Root"), "cairn");
        await DoneAsync(script, "--version");
        return script;
    }

    private async Task<string> InstallAsync()
    {
        var (packages, bin) = (Path.Join(_home, "packages"), Path.Join(_home, "bin"));
        await DoneAsync("dotnet", "pack", Path.Join(Metadata("Root"), "src", "Cli", "Cli.csproj"), "-c", Metadata("Configuration"), "--no-restore", "-o", packages, "--nologo", "-v", "q");
        await DoneAsync("dotnet", "tool", "install", "Cairn.Cli", "--tool-path", bin, "--add-source", packages, "--version", "*");
        return Path.Join(bin, OperatingSystem.IsWindows() ? "cairn.exe" : "cairn");
    }

    private async Task DoneAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = _home, RedirectStandardOutput = true, RedirectStandardError = true };
        // A tool of this version that was installed before is not found by accident.
        if (arguments[0] == "tool")
            start.Environment["NUGET_PACKAGES"] = Path.Join(_home, "cache");
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}\n{await output}{await error}");
    }
}
