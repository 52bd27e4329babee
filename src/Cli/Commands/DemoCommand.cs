using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Cairn.Cli.Demo;

namespace Cairn.Cli.Commands;

internal static class DemoCommand
{
    public static Command Create()
    {
        var root = new Option<string?>("--root") { Description = "Where the first store is to be, such as s3://bucket/folder; in a folder of its own below that, which is removed at the end. A temporary folder when not given.", HelpName = "URI" };
        return new Command("demo", "Show the main job on real data in a temporary workspace, each step with the C# that does it.") { root }
            .Runs((session, parsed, cancellationToken) => RunAsync(session, parsed.GetValue(root), cancellationToken));
    }

    private static async Task RunAsync(Session session, string? root, CancellationToken cancellationToken)
    {
        var given = root is null ? null : StoreUri.Parse(root) / $"cairn-demo-{Guid.NewGuid():N}";
        var output = session.Output;
        var folder = Path.Join(Path.GetTempPath(), $"cairn-demo-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        try
        {
            var data = Path.Join(AppContext.BaseDirectory, "data");
            var scene = new DemoScene(folder, data, given ?? StoreUri.FromLocalPath(Path.Join(folder, "first")), session.Flavors, line => output.Line("  > " + line.ReplaceLineEndings("\n  > ")), cancellationToken);
            await using (scene.ConfigureAwait(false))
            {
                try
                {
                    await RunAsync(scene, output, cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    if (given is not null)
                        await scene.ClearAsync().ConfigureAwait(false);
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunAsync(DemoScene scene, CommandOutput output, CancellationToken cancellationToken)
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
        output.Line($"{DemoSteps.All.Count} steps done in {seconds} s; what was temporary is removed.");
    }
}
