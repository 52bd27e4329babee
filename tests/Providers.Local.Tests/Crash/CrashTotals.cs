using System.Diagnostics;
using System.Globalization;

[assembly: AssemblyFixture(typeof(Cairn.Providers.Local.Tests.Crash.CrashTotals))]

namespace Cairn.Providers.Local.Tests.Crash;

/// <summary>Counts the scenarios and the states of all explorations of this run, and prints the sums at its end. A full run that has become small fails.</summary>
public sealed class CrashTotals : IDisposable
{
    private const int FewestScenarios = 30;
    private const int FewestStates = 100_000;
    private static readonly long Start = Stopwatch.GetTimestamp();
    private static int _scenarios;
    private static long _states;

    /// <summary>Adds the exploration of one scenario, and prints it in the output of its test.</summary>
    /// <param name="states">The states that it looked at.</param>
    /// <param name="records">The operations and flushes that they were taken from.</param>
    public static void Add(int states, int records)
    {
        Interlocked.Increment(ref _scenarios);
        Interlocked.Add(ref _states, states);
        TestContext.Current.TestOutputHelper?.WriteLine($"{states} states of {records} records");
    }

    public void Dispose()
    {
        if (_scenarios == 0)
            return;
        var sums = string.Create(CultureInfo.InvariantCulture, $"Crash exploration: {_scenarios} scenarios, {_states} states, {Stopwatch.GetElapsedTime(Start).TotalSeconds:0} s");
        Console.WriteLine(sums);
        if (Environment.GetEnvironmentVariable("CAIRN_FULL") is not null && _scenarios >= FewestScenarios && _states < FewestStates)
            throw new InvalidOperationException($"{sums}: a full run looks at {FewestStates} or more.");
    }
}
