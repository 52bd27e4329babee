using System.Globalization;
using Cairn.Catalog;
using Cairn.Flows;

namespace Spread;

/// <summary>Counts the primes of many ranges, each in a task.</summary>
public static class SpreadFlow
{
    private const int Width = 20_000;

    /// <summary>The flow.</summary>
    /// <param name="name">The name.</param>
    /// <param name="runsElsewhere">Whether the tasks run in other processes.</param>
    public static Flow<SpreadState> Create(string name, bool runsElsewhere) => Flow.Of<SpreadState>(name)
        .Step("plan", (s, step) => s.Starts = [.. Enumerable.Range(0, (int)step.Parameter("ranges", 24).AsInteger()).Select(i => i * Width)])
        .ForEach("count", s => s.Starts, async (s, start, step) =>
        {
            // Stands for work that takes longer.
            await Task.Delay(TimeSpan.FromSeconds(step.Parameter("pause", 0).AsInteger()), step.CancellationToken);
            s.Primes = Count(start, start + Width, step.CancellationToken);
        }, new()
        {
            Key = start => start.ToString(CultureInfo.InvariantCulture),
            RunsElsewhere = runsElsewhere,
        })
        .Join("sum", (s, inputs, step) =>
        {
            s.Primes = inputs.Sum(i => i.Primes);
            step.Export(Export.Csv("primes", ["start", "primes"], inputs.Select((input, i) => (IReadOnlyList<object?>)[inputs.ItemOf(i), input.Primes])));
        });

    private static int Count(int from, int to, CancellationToken cancellationToken)
    {
        var count = 0;
        for (var number = Math.Max(from, 2); number < to; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var isPrime = true;
            for (var divisor = 2; isPrime && divisor * divisor <= number; divisor++)
                isPrime = number % divisor != 0;
            count += isPrime ? 1 : 0;
        }
        return count;
    }
}
