using System.CommandLine;

namespace Cairn.Cli.Commands;

internal static class ExportCommand
{
    public static Command Create() => new("export", "List the files for people that runs have written, and write tables of runs.") { CreateList(), ExportResultsCommand.Create() };

    private static Command CreateList()
    {
        var reference = RunArgument.Reference();
        return CatalogOptionSet.ForReading().Runs(new Command("list", "List the exports of a run. The paths are relative to the store.") { reference }, async call =>
        {
            var catalog = await call.OpenAsync().ConfigureAwait(false);
            var run = await catalog.Runs.GetAsync(RunArgument.Parse(call.Get(reference)!), cancellationToken: call.Stopping).ConfigureAwait(false);
            var rows = new List<string[]>();
            await foreach (var task in run.TasksAsync(call.Stopping).ConfigureAwait(false))
            {
                foreach (var export in task.Exports)
                {
                    if (!call.IsJson)
                    {
                        rows.Add([export.Path.Value, ByteSize.Format(export.Bytes), export.MediaType, task.Reference.ToString()]);
                        continue;
                    }
                    call.Output.Json(writer =>
                    {
                        RunJson.Write(writer, export);
                        writer.WriteString("task", task.Reference.ToString());
                    });
                }
            }
            Columns.Write(call.Output, rows);
        });
    }
}
