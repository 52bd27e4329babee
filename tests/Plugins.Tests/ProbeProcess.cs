using System.Diagnostics;

namespace Cairn.Plugins.Tests;

/// <summary>Runs the program of <c>assets/Probe</c>, which brings three plugins, or the <c>cairn</c> command, in a process of its own.</summary>
internal static class ProbeProcess
{
    /// <summary>What the probe prints; it must end well.</summary>
    public static async Task<string> RunAsync(string workingDirectory, string? home, params string[] arguments)
    {
        var (code, output, error) = await StartAsync(Path.Join(PluginSandbox.Program("Probe"), "Probe.dll"), workingDirectory, home, arguments);
        code.ShouldBe(0, output + error);
        return output;
    }

    /// <summary>What the command prints, and its exit code.</summary>
    public static Task<(int Code, string Output, string Error)> CairnAsync(string workingDirectory, string home, string[] arguments, Dictionary<string, string>? environment = null) =>
        StartAsync(PluginSandbox.Command, workingDirectory, home, arguments, environment);

    private static async Task<(int Code, string Output, string Error)> StartAsync(
        string program, string workingDirectory, string? home, string[] arguments, Dictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("CAIRN_WORKSPACE");
        start.Environment["CAIRN_HOME"] = home ?? Path.Join(workingDirectory, "nobody");
        foreach (var (name, value) in environment ?? [])
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        var result = (process.ExitCode, await output, await error);
        TestContext.Current.TestOutputHelper?.WriteLine($"$ {Path.GetFileNameWithoutExtension(program)} {string.Join(' ', arguments)}\n{result.Item2}{result.Item3}[{result.ExitCode}]");
        return result;
    }
}
