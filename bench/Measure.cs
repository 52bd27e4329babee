using System.Diagnostics;
using System.Globalization;

namespace Cairn.Bench;

/// <summary>Times, medians and rows of a table, for the benchmarks of the catalog and of flows.</summary>
internal static class Measure
{
    public static async Task<double> MicrosecondsAsync(int count, Func<int, Task> act)
    {
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < count; i++)
            await act(i);
        return watch.Elapsed.TotalMicroseconds / count;
    }

    /// <summary>The milliseconds of one call, elapsed and of the processor.</summary>
    public static async Task<(double Elapsed, double Processor)> MillisecondsAsync(Func<Task> act)
    {
        var (watch, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        await act();
        return (watch.Elapsed.TotalMilliseconds, (Environment.CpuUsage.TotalTime - before).TotalMilliseconds);
    }

    public static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    /// <summary>The median of the ratios of the rounds.</summary>
    public static string Ratio(List<double> ours, List<double> references) => Median(ours.Zip(references, (a, b) => a / b)).ToString("f2", CultureInfo.InvariantCulture);

    public static void Row(string what, FormattableString result, string ratio, string aim) =>
        Console.WriteLine($"| {what} | {result.ToString(CultureInfo.InvariantCulture)} | {ratio} | {aim} | {Load()} |");

    public static void Row(string what, FormattableString result, FormattableString ratio, string aim) => Row(what, result, ratio.ToString(CultureInfo.InvariantCulture), aim);

    public static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "?";
}
