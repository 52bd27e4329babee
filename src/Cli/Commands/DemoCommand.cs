using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Cairn.Cli.Demo;

namespace Cairn.Cli.Commands;

internal static class DemoCommand
{
    public static Command Create() =>
        new Command("demo", "Show the main job on real data in a temporary workspace, each step with the C# that does it.").Runs(RunAsync);

    private static async Task RunAsync(Session session, ParseResult parsed, CancellationToken cancellationToken)
    {
        var output = session.Output;
        var folder = Path.Join(Path.GetTempPath(), $"cairn-demo-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        try
        {
            var data = Path.Join(AppContext.BaseDirectory, "data");
            var scene = new DemoScene(folder, data, session.Flavors, line => output.Line("  > " + line.ReplaceLineEndings("\n  > ")), cancellationToken);
            await using (scene.ConfigureAwait(false))
            {
                var started = Stopwatch.GetTimestamp();
                for (var i = 0; i < DemoSteps.All.Count; i++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var step = DemoSteps.All[i];
                    output.Line($"{i + 1}. {step.Title}");
                    output.Line("");
                    foreach (var line in step.Code)
                        output.Line("    " + line);
                    output.Line("");
                    await step.RunAsync(scene).ConfigureAwait(false);
                    output.Line("");
                    output.Flush();
                }
                var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture);
                output.Line($"{DemoSteps.All.Count} steps done in {seconds} s; the temporary workspace is removed.");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
