using System.Globalization;

namespace Cairn.Bench.Commands;

/// <summary>One program's way to do what is measured.</summary>
/// <param name="Name">The program.</param>
/// <param name="RunAsync">Runs it for the round of that number.</param>
internal sealed record Way(string Name, Func<int, Task<Cost>> RunAsync);

/// <summary>Runs several programs in turn and prints a row for each peer: the medians, and the median of the ratios of each round.</summary>
internal static class Comparison
{
    public static void Head()
    {
        Console.WriteLine("| what | peer | cairn: wall, CPU | peer: wall, CPU | wall | CPU | least wall |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
    }

    /// <summary>The first way is Cairn's. A first round, which is not counted, reads what is on disk into memory.</summary>
    public static async Task RunAsync(string what, int rounds, IReadOnlyList<Way> ways)
    {
        var costs = ways.Select(_ => new List<Cost>()).ToArray();
        for (var round = 0; round <= rounds; round++)
        {
            // Who is first gains or loses by what the other leaves behind: take turns.
            foreach (var i in round % 2 == 0 ? Enumerable.Range(0, ways.Count) : Enumerable.Range(0, ways.Count).Reverse())
            {
                var cost = await ways[i].RunAsync(round);
                if (round > 0)
                    costs[i].Add(cost);
            }
        }
        for (var i = 1; i < ways.Count; i++)
        {
            var pairs = costs[0].Zip(costs[i]).ToList();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {what} | {ways[i].Name} | {Text(costs[0])} | {Text(costs[i])} | {Median(pairs.Select(p => p.First.Wall / p.Second.Wall)):0.00} | {Median(pairs.Select(p => p.First.Cpu / p.Second.Cpu)):0.00} | {costs[0].Min(c => c.Wall) / costs[i].Min(c => c.Wall):0.00} |"));
        }
        if (ways.Count == 1)
            Console.WriteLine($"| {what} | (none installed) | {Text(costs[0])} | | | | |");
    }

    public static double Median(IEnumerable<double> values) => values.Order().ToList() is var list ? list[list.Count / 2] : 0;

    private static string Text(List<Cost> costs) => string.Create(CultureInfo.InvariantCulture, $"{Median(costs.Select(c => c.Wall)):0.000} s, {Median(costs.Select(c => c.Cpu)):0.000} s");
}
