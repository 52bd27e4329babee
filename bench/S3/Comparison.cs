using System.Diagnostics;
using System.Globalization;

namespace Cairn.Bench.S3;

/// <summary>One way to do what is measured. What is not this process's own code needs no round to warm up.</summary>
internal sealed record Way(string Name, Func<Task> Run, bool IsTool = false);

/// <summary>Runs several ways in turn and prints the medians: the wall, and the processor time of this process and of the processes that it waited for.</summary>
internal sealed class Comparison(int runs)
{
    /// <summary>What is done before each run, outside the clock.</summary>
    public Action Prepare { get; init; } = () => { };

    public async Task RunAsync(string title, params Way[] ways)
    {
        var figures = ways.Select(_ => new List<(double Wall, double Cpu)>()).ToArray();
        for (var run = 0; run <= runs; run++)
        {
            for (var i = 0; i < ways.Length; i++)
            {
                if (run == 0 && ways[i].IsTool)
                    continue;
                Prepare();
                var (watch, cpu) = (Stopwatch.StartNew(), Cpu());
                await ways[i].Run();
                if (run > 0)
                    figures[i].Add((watch.Elapsed.TotalSeconds, Cpu() - cpu));
            }
        }
        Console.WriteLine($"{title}   (load average {Load()})");
        var (wall, processor) = (Median(figures[0].Select(f => f.Wall)), Median(figures[0].Select(f => f.Cpu)));
        for (var i = 0; i < ways.Length; i++)
        {
            var (w, c) = (Median(figures[i].Select(f => f.Wall)), Median(figures[i].Select(f => f.Cpu)));
            var (leastWall, leastCpu) = (figures[i].Min(f => f.Wall), figures[i].Min(f => f.Cpu));
            var against = i == 0 ? "" : $"   Cairn is {w / wall:0.00} times as fast, with {processor / c:0.00} of its CPU";
            Console.WriteLine($"  {ways[i].Name,-34} {w,7:0.00} s  {c,6:0.00} CPU s   (least {leastWall:0.00} / {leastCpu:0.00}){against}");
        }
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    private static double Cpu()
    {
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime.TotalSeconds + Children();
    }

    /// <summary>Fields 16 and 17 of proc(5)'s stat: the user and system time of children that ended and were waited for, in hundredths of a second.</summary>
    private static double Children()
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        var stat = File.ReadAllText("/proc/self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[13], CultureInfo.InvariantCulture) + long.Parse(fields[14], CultureInfo.InvariantCulture)) / 100.0;
    }

    private static string Load() => OperatingSystem.IsLinux() ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
}
