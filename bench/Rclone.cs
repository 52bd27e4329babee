using System.Diagnostics;
using System.Globalization;

namespace Cairn.Bench;

/// <summary>rclone as a peer, where it is installed: a process of its own, whose processor time counts for the caller.</summary>
internal static class Rclone
{
    /// <summary>Processor seconds of all runs so far.</summary>
    public static double CpuSeconds { get; private set; }

    public static bool IsInstalled { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(static p => File.Exists(Path.Join(p, "rclone")));

    /// <summary>Runs it to its end.</summary>
    /// <param name="remote">The settings of the remote <c>bench:</c>.</param>
    /// <param name="arguments">The command and its arguments.</param>
    public static async Task RunAsync(IReadOnlyDictionary<string, string> remote, params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", ["-c", "TIMEFORMAT='%U %S'; time rclone --config /dev/null -q --ignore-times \"$@\"", "rclone", .. arguments]) { RedirectStandardError = true };
        foreach (var (name, value) in remote)
            start.Environment["RCLONE_CONFIG_BENCH_" + name.ToUpperInvariant()] = value;
        using var process = Process.Start(start)!;
        var told = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException("rclone failed: " + told);
        CpuSeconds += told.TrimEnd().Split('\n')[^1].Split(' ').Sum(static t => double.Parse(t, CultureInfo.InvariantCulture));
    }
}
