using System.Collections.Concurrent;
using System.Diagnostics;

namespace Cairn.Tests.Tools;

/// <summary>Independent programs to compare with, which the scripts of <c>eng/servers</c> bring from Debian.</summary>
internal static class DebianTool
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<(string? Path, string Reason)>>> Found = new();

    /// <summary>The interpreter that has NumPy; the test is skipped, with the reason, where there is none.</summary>
    public static Task<string> NumPyAsync() => PythonAsync("numpy", "python3-numpy");

    /// <summary>A program of the package that is called like it; the test is skipped, with the reason, where it cannot be had.</summary>
    public static Task<string> ProgramAsync(string name) => RequireAsync("package", name);

    /// <summary>A program of another package; the test is skipped, with the reason, where it cannot be had.</summary>
    public static Task<string> ProgramAsync(string name, string package) => RequireAsync("package", name, package);

    /// <summary>The interpreter that has a Python module of a package; the test is skipped, with the reason, where it cannot be had.</summary>
    public static Task<string> PythonAsync(string module, string package) => RequireAsync("python", module, package);

    /// <summary>Runs a program that must succeed.</summary>
    /// <returns>What it printed.</returns>
    public static async Task<string> RunAsync(string program, params string[] args)
    {
        var (code, output, error) = await ExecuteAsync(program, args);
        code.ShouldBe(0, error);
        return output;
    }

    private static async Task<string> RequireAsync(params string[] script)
    {
        var (path, reason) = await Found.GetOrAdd(string.Join(' ', script), _ => new(() => FindAsync(script))).Value;
        Assert.SkipWhen(path is null, $"{script[1]} cannot be had here: {reason}");
        return path!;
    }

    private static async Task<(string? Path, string Reason)> FindAsync(string[] script)
    {
        if (OperatingSystem.IsWindows())
            return (null, "the script that installs it is for Debian");
        var (code, output, error) = await ExecuteAsync("bash", [Path.Join(Scripts(), script[0]), .. script[1..]]);
        return code == 0 ? (output.Trim(), "") : (null, error.Trim());
    }

    private static string Scripts()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var scripts = Path.Join(folder.FullName, "eng", "servers");
            if (Directory.Exists(scripts))
                return scripts;
        }
        throw new InvalidOperationException($"There is no eng/servers above {AppContext.BaseDirectory}.");
    }

    /// <summary>Runs a program.</summary>
    public static async Task<(int Code, string Output, string Error)> ExecuteAsync(string program, string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
