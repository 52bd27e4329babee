using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Cairn.Cli.Demo;

namespace Cairn.Cli.Commands;

internal static class DemoCommand
{
    public static Command Create()
    {
        var root = new Option<string?>("--root") { Description = "The location of the first store, such as s3://bucket/folder. The demo works in a new folder below it and removes that folder at the end. Default: a temporary folder.", HelpName = "URI" };
        return new Command("demo", "Show the main features on real data in a temporary workspace. Each step prints its C# code.") { root }
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
            var scene = new DemoScene(folder, data, given ?? StoreUri.FromLocalPath(Path.Join(folder, "first")), session.Flavors,
                line => output.Line("  > " + line.ReplaceLineEndings("\n  > ")), cancellationToken);
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
        output.Line($"{DemoSteps.All.Count} steps done in {seconds} s. Temporary files have been removed.");
    }
}
