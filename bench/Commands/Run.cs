using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Cairn.Bench.Commands;

/// <summary>What one run of a program cost.</summary>
/// <param name="Wall">Seconds from its start to its end.</param>
/// <param name="Cpu">Seconds of processor time, of it and of what it started.</param>
internal readonly record struct Cost(double Wall, double Cpu);

/// <summary>Runs a program to its end and measures it from outside.</summary>
internal static partial class Run
{
    private const int Children = -1;

    /// <summary>Runs a program that must succeed.</summary>
    /// <param name="environment">What is set in addition to this process's own environment; a null removes a variable.</param>
    /// <param name="command">The program and its arguments.</param>
    public static async Task<Cost> AsyncOf(IReadOnlyDictionary<string, string?> environment, params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command.AsEnumerable().Skip(1)) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var (watch, cpu) = (Stopwatch.StartNew(), Cpu());
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        var cost = new Cost(watch.Elapsed.TotalSeconds, Cpu() - cpu);
        return process.ExitCode == 0 ? cost : throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}: {await error}{await output}");
    }

    /// <summary>Where a program is; null where it is not installed.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(f => Path.Join(f, program)).FirstOrDefault(File.Exists);

    /// <summary>The processor time of all processes that this one has started and that have ended.</summary>
    private static double Cpu() => GetResourceUsage(Children, out var usage) == 0
        ? usage.UserSeconds + usage.SystemSeconds + ((usage.UserMicroseconds + usage.SystemMicroseconds) / 1e6)
        : throw new InvalidOperationException("getrusage failed.");

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetResourceUsage(int who, out Usage usage);

    /// <summary>The beginning of struct rusage on 64-bit Linux, and room for its other fourteen numbers.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 18 * sizeof(long))]
    private struct Usage
    {
        public long UserSeconds;
        public long UserMicroseconds;
        public long SystemSeconds;
        public long SystemMicroseconds;
    }
}
