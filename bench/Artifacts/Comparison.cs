using System.Diagnostics;

namespace Cairn.Bench.Artifacts;

/// <summary>Two ways of the same job, taken in turns, so that what the machine does beside hits both.</summary>
internal static class Comparison
{
    /// <summary>Prints the median time of each and the median of the ratios of the pairs: above 1, Cairn is faster.</summary>
    public static async Task RunAsync(string name, string other, int rounds, string aim, Func<Task> raw, Func<Task> cairn, Func<Task>? between = null)
    {
        await raw();
        await cairn();
        var pairs = new List<(double Raw, double Cairn)>();
        for (var i = 0; i < rounds; i++)
        {
            await (between?.Invoke() ?? Task.CompletedTask);
            var first = await TimeAsync(raw);
            await (between?.Invoke() ?? Task.CompletedTask);
            pairs.Add((first, await TimeAsync(cairn)));
        }
        var ratio = Median(pairs.Select(p => p.Raw / p.Cairn));
        var least = pairs.Min(p => p.Raw) / pairs.Min(p => p.Cairn);
        Console.WriteLine($"| {name} | {other}: {Seconds(Median(pairs.Select(p => p.Raw)))}; Cairn: {Seconds(Median(pairs.Select(p => p.Cairn)))} | {ratio:f2} (least of each: {least:f2}) | {aim} | {Load()} |");
    }

    public static async Task<double> TimeAsync(Func<Task> run)
    {
        var watch = Stopwatch.StartNew();
        await run();
        return watch.Elapsed.TotalSeconds;
    }

    public static double Median(IEnumerable<double> values) => values.Order().ToList() is var list ? list[list.Count / 2] : 0;

    public static string Seconds(double seconds) => seconds < 0.1 ? $"{seconds * 1000:f2} ms" : $"{seconds:f2} s";

    public static string Load() => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    /// <summary>Runs a program to its end.</summary>
    /// <returns>How long it took; null when it is not installed.</returns>
    public static double? Program(string name, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(name, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (variable, value) in environment)
            start.Environment[variable] = value;
        var watch = Stopwatch.StartNew();
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
        using (process)
        {
            var error = process.StandardError.ReadToEndAsync();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new InvalidOperationException($"{name} {string.Join(' ', arguments)}: {error.GetAwaiter().GetResult()}");
        }
        return watch.Elapsed.TotalSeconds;
    }
}
