using System.Diagnostics;

namespace Cairn.Plugins.Tests;

/// <summary>Runs the program of <c>assets/Probe</c>, which brings three plugins.</summary>
internal static class ProbeProcess
{
    public static async Task<string> RunAsync(string workingDirectory, string? home, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } own && Path.GetFileNameWithoutExtension(own) == "dotnet" ? own : "dotnet")
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Join(PluginSandbox.Program("Probe"), "Probe.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        if (home is not null)
            start.Environment["CAIRN_HOME"] = home;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        var all = await output + await errors;
        TestContext.Current.TestOutputHelper?.WriteLine(all);
        process.ExitCode.ShouldBe(0, all);
        return all;
    }
}
