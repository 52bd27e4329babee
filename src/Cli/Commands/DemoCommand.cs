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
        var flow = new Option<string?>("--flow") { Description = "The program of samples/Iris, with whose flow the last steps work. Default: these steps are omitted. './cairn demo' in the repository builds it.", HelpName = "PROGRAM" };
        return new Command("demo", "Show the main features on real data in a temporary workspace. Each step prints its C# code.") { root, flow }
            .Runs((session, parsed, cancellationToken) => RunAsync(session, parsed.GetValue(root), parsed.GetValue(flow), cancellationToken));
    }

    private static async Task RunAsync(Session session, string? root, string? flow, CancellationToken cancellationToken)
    {
        var given = root is null ? null : StoreUri.Parse(root) / $"cairn-demo-{Guid.NewGuid():N}";
        if (flow is not null && !File.Exists(flow))
            throw new UsageException($"The program '{flow}' does not exist.");
        var output = session.Output;
        var folder = Path.Join(Path.GetTempPath(), $"cairn-demo-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        try
        {
            var data = Path.Join(AppContext.BaseDirectory, "data");
            var scene = new DemoScene(folder, data, given ?? StoreUri.FromLocalPath(Path.Join(folder, "first")), flow is null ? null : Path.GetFullPath(flow), session.Flavors,
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
        IReadOnlyList<DemoStep> steps = scene.FlowProgram is null ? DemoSteps.All : [.. DemoSteps.All, .. FlowSteps.All];
        for (var i = 0; i < steps.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var step = steps[i];
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
        output.Line($"{steps.Count} steps done in {seconds} s. Temporary files have been removed.");
    }
}
