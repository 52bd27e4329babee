using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Cairn.Tests.Materializers;

/// <summary>Debian's NumPy, which <c>eng/servers/numpy</c> brings.</summary>
internal static class NumPy
{
    private static readonly Lazy<Task<(string? Python, string Reason)>> Found = new(() => FindAsync());

    /// <summary>The interpreter; the test is skipped, with the reason, where there is none.</summary>
    public static async Task<string> RequireAsync()
    {
        var (python, reason) = await Found.Value;
        Assert.SkipWhen(python is null, $"python3-numpy cannot be had here: {reason}");
        return python!;
    }

    public static async Task<string> RunAsync(string python, string script, params string[] args)
    {
        var (code, output, error) = await ExecuteAsync(python, ["-c", script, .. args]);
        code.ShouldBe(0, error);
        return output;
    }

    private static async Task<(string? Python, string Reason)> FindAsync([CallerFilePath] string here = "")
    {
        if (OperatingSystem.IsWindows())
            return (null, "the script that installs it is for Debian");
        var script = Path.GetFullPath(Path.Join(Path.GetDirectoryName(here), "../../../eng/servers/numpy"));
        var (code, output, error) = await ExecuteAsync("bash", [script]);
        return code == 0 ? (output.Trim(), "") : (null, error.Trim());
    }

    private static async Task<(int Code, string Output, string Error)> ExecuteAsync(string program, string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
