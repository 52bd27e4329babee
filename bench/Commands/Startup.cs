using System.Globalization;

namespace Cairn.Bench.Commands;

/// <summary>Where the time of a cloud command goes, by what it does beyond a smaller one.</summary>
internal static class Startup
{
    public static void Head()
    {
        Console.WriteLine("| command | what it adds | wall | CPU | methods compiled at run time |");
        Console.WriteLine("|---|---|---|---|---|");
    }

    public static async Task RowAsync(string what, int rounds, IReadOnlyDictionary<string, string?> environment, string folder, params string[] command)
    {
        var costs = new List<Cost>();
        for (var round = 0; round <= rounds; round++)
        {
            var cost = await Run.AsyncOf(environment, command);
            if (round > 0)
                costs.Add(cost);
        }
        // A list that the runtime writes of what it compiles.
        var list = Path.Join(folder, "compiled.txt");
        File.Delete(list);
        await Run.AsyncOf(new Dictionary<string, string?>(environment) { ["DOTNET_JitStdOutFile"] = list, ["DOTNET_JitDisasmSummary"] = "1" }, command);
        var compiled = File.Exists(list) ? File.ReadLines(list).Count() : 0;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| `cairn {string.Join(' ', command.Skip(1).Select(Shown))}` | {what} | {Comparison.Median(costs.Select(c => c.Wall)):0.000} s (least {costs.Min(c => c.Wall):0.000}) | {Comparison.Median(costs.Select(c => c.Cpu)):0.000} s | {compiled} |"));
    }

    private static string Shown(string argument) => argument switch
    {
        _ when argument.Contains("://", StringComparison.Ordinal) => argument.Split("://")[0] + "://…",
        _ when Path.IsPathRooted(argument) => "FOLDER",
        _ => argument,
    };
}
