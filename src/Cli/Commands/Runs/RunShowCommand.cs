using System.CommandLine;
using Cairn.Catalog;

namespace Cairn.Cli.Commands;

internal static class RunShowCommand
{
    public static Command Create()
    {
        var reference = RunArgument.Reference("A run, such as 'Train/latest'; with '/STEP' for a step, and '/STEP/ITEM' for the task of an item.");
        var log = new Option<bool>("--log") { Description = "Print the log of the task, and nothing else." };
        return CatalogOptionSet.ForReading().Runs(new Command("show", "Show a run with its steps, or a task with its inputs, outputs, metrics and error.") { reference, log }, async call =>
        {
            var catalog = await call.OpenAsync().ConfigureAwait(false);
            var target = await catalog.Runs.ResolveAsync(RunArgument.Parse(call.Get(reference)!), cancellationToken: call.Stopping).ConfigureAwait(false);
            if (call.Get(log))
                await WriteLogAsync(call, target).ConfigureAwait(false);
            else if (target.Task is { } task)
                await WriteAsync(call, catalog, task).ConfigureAwait(false);
            else if (target.Step is { } step)
                await WriteAsync(call, step).ConfigureAwait(false);
            else
                await WriteAsync(call, catalog, target.Run).ConfigureAwait(false);
        });
    }

    private static async Task WriteAsync(CatalogCall call, Catalog.Catalog catalog, RunInfo run)
    {
        var parameters = await run.ReadParametersAsync(call.Stopping).ConfigureAwait(false);
        if (!call.IsJson)
        {
            var origin = run.Origin is { } resumed ? await RunNames.OfRunAsync(catalog, resumed, call.Stopping).ConfigureAwait(false) : "";
            var parent = run.Parent is { } starter ? await RunNames.OfRunAsync(catalog, starter, call.Stopping).ConfigureAwait(false) : "";
            RunText.Write(call.Output, run, parameters, origin, parent);
            return;
        }
        call.Output.Json(writer =>
        {
            RunJson.Write(writer, run, parameters);
            RunJson.WriteDetails(writer, run);
        });
    }

    private static async Task WriteAsync(CatalogCall call, Catalog.Catalog catalog, TaskInfo task)
    {
        if (call.IsJson)
            call.Output.Json(writer => RunJson.Write(writer, task));
        else
            RunText.Write(call.Output, task, task.CachedFrom is { } source ? await RunNames.OfTaskAsync(catalog, source, call.Stopping).ConfigureAwait(false) : "");
    }

    private static async Task WriteAsync(CatalogCall call, StepInfo step)
    {
        var rows = new List<string[]>();
        await foreach (var task in step.TasksAsync(call.Stopping).ConfigureAwait(false))
        {
            if (call.IsJson)
                call.Output.Json(writer => RunJson.Write(writer, task));
            else
                rows.Add(RunText.Row(task));
        }
        Columns.Write(call.Output, rows);
    }

    private static async Task WriteLogAsync(CatalogCall call, RunTarget target)
    {
        if (target.Task is not { } task)
            throw new UsageException($"--log needs a task: '{target.Run.Reference}/STEP', or '{target.Run.Reference}/STEP/ITEM'.");
        var text = await task.ReadLogAsync(call.Stopping).ConfigureAwait(false);
        if (call.IsJson)
        {
            call.Output.Json(writer =>
            {
                writer.WriteString("reference", task.Reference.ToString());
                writer.WriteString("log", text);
            });
            return;
        }
        foreach (var line in text.Split('\n').SkipLast(text.EndsWith('\n') || text.Length == 0 ? 1 : 0))
            call.Output.Line(line.TrimEnd('\r'));
    }
}
