using System.Diagnostics;
using System.Reflection;
using System.Text;
using Packaging.Tests;

[assembly: AssemblyFixture(typeof(PackedFolder))]

namespace Packaging.Tests;

/// <summary>All packages of the repository, as a release would have them, and a package cache of their own: nothing of an earlier build is found by accident.</summary>
public sealed class PackedFolder : IAsyncLifetime
{
    private readonly string _home = Directory.CreateTempSubdirectory("cairn-packages-").FullName;

    public static string Root { get; } = Metadata("Root");

    public string Packages => Path.Join(_home, "packed");

    public async ValueTask InitializeAsync()
    {
        var configuration = Metadata("Configuration");
        // The tool as it is on a runtime that it is not compiled for; the tests of the command on the clouds install the other.
        await DotnetAsync(Root, "pack", "Cairn.slnx", "-c", configuration, "--no-build", "-p:BuildProjectReferences=false", "-p:ToolPackageRuntimeIdentifiers=", "-o", Packages, "--nologo", "-v", "q");
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_home, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>A new folder, outside of the repository.</summary>
    public string NewFolder(string name) => Directory.CreateDirectory(Path.Join(_home, name)).FullName;

    /// <summary>Runs dotnet and gives what it printed; anything but success is a failed test that shows the output.</summary>
    public Task<string> DotnetAsync(string folder, params string[] arguments) => RunAsync("dotnet", folder, arguments);

    public async Task<string> RunAsync(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["NUGET_PACKAGES"] = Path.Join(_home, "cache");
        start.Environment["HOME"] = NewFolder("home");
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var text = new StringBuilder();
        var output = PumpAsync(process.StandardOutput);
        var error = PumpAsync(process.StandardError);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await Task.WhenAll(output, error);
        process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}\n{text}");
        return text.ToString();

        async Task PumpAsync(StreamReader reader)
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                lock (text)
                    text.Append(line).Append('\n');
            }
        }
    }

    private static string Metadata(string key) =>
        typeof(PackedFolder).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
