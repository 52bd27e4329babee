using System.CommandLine;
using Cairn.Catalog;

namespace Cairn.Cli.Commands;

internal static class OutputCommand
{
    public static Command Create() => new("output", "List, load and promote the outputs of recorded runs.") { CreateList(), CreateLoad(), CreatePromote() };

    private static Command CreateList()
    {
        var reference = RunArgument.Reference("A run, a step ('RUN/STEP') or the task of an item ('RUN/STEP/ITEM'). Of a task, the whole state after it is listed; of a run, what each task has set.");
        var size = new Option<bool>("--size") { Description = "Ask the store for the number of bytes: one request for each output." };
        return CatalogOptionSet.ForReading().Runs(new Command("list", "List the outputs of a run or a task, and the members of the state.") { reference, size }, async call =>
        {
            var catalog = await call.OpenAsync().ConfigureAwait(false);
            var target = await catalog.Runs.ResolveAsync(RunArgument.Parse(call.Get(reference)!), cancellationToken: call.Stopping).ConfigureAwait(false);
            var outputs = target.Task is { } task ? task.Data.All.ToAsyncEnumerable()
                : (target.Step?.TasksAsync(call.Stopping) ?? target.Run.TasksAsync(call.Stopping)).SelectMany(t => t.Outputs);
            var rows = new List<string[]>();
            await foreach (var output in outputs.WithCancellation(call.Stopping).ConfigureAwait(false))
            {
                var bytes = call.Get(size) ? await FindSizeAsync(output, call.Stopping).ConfigureAwait(false) : null;
                if (!call.IsJson)
                {
                    var shown = !call.Get(size) ? "" : bytes is { } found ? ByteSize.Format(found) : "missing";
                    rows.Add([output.Reference.ToString(), output.IsState ? "state" : "output", shown, output.Digest.ToString()]);
                    continue;
                }
                call.Output.Json(writer =>
                {
                    RunJson.Write(writer, output);
                    if (bytes is { } length)
                        writer.WriteNumber("length", length);
                    else if (call.Get(size))
                        writer.WriteBoolean("missing", true);
                });
            }
            Columns.Write(call.Output, rows);
        });
    }

    private static Command CreateLoad()
    {
        var reference = RunArgument.Reference("An output: 'RUN/STEP#NAME' or 'RUN/STEP/ITEM#NAME'.", "output");
        var (output, replace) = (LoadCommand.Output(), LoadCommand.Replace());
        var options = CatalogOptionSet.ForReading();
        return options.Runs(new Command("load", "Write the files of an output to disk or to standard output. Each file is checked against its digest.") { reference, output, replace }, async call =>
        {
            var catalog = await call.OpenAsync().ConfigureAwait(false);
            var found = await catalog.Runs.GetOutputAsync(RunArgument.Parse(call.Get(reference)!), cancellationToken: call.Stopping).ConfigureAwait(false);
            if (call.IsJson && call.Get(output) is null)
                throw new UsageException("--json needs --output: otherwise, the content is written to standard output.");
            await LoadCommand.LoadAsync(call.Session, catalog.Repository, found.Digest, call.Get(output), call.Get(replace), call.Stopping).ConfigureAwait(false);
            if (call.IsJson)
                call.Output.Json(writer => RunJson.Write(writer, found));
        });
    }

    private static Command CreatePromote()
    {
        var reference = RunArgument.Reference("An output: 'RUN/STEP#NAME' or 'RUN/STEP/ITEM#NAME'.", "output");
        var name = AssetArgument.Name(description: "The name of the asset, which is created if no asset has the name.");
        var save = new AssetSaveOptionSet();
        var command = save.AddTo(new("promote", "Make an output of a run the next version of an asset, and print the version. The version tells which task made it.") { reference, name });
        return CatalogOptionSet.ForChanges().Runs(command, async call =>
        {
            var (output, asset) = (RunArgument.Parse(call.Get(reference)!), AssetArgument.ParseName(call.Get(name)!));
            var request = save.Read(call.Parsed);
            var catalog = await call.OpenAsync().ConfigureAwait(false);
            await save.ReportAsync(call, catalog.Assets, await catalog.Runs.PromoteAsync(output, asset, request, call.Stopping).ConfigureAwait(false)).ConfigureAwait(false);
        });
    }

    /// <summary>The number of bytes; null if the store does not have the content.</summary>
    private static async Task<long?> FindSizeAsync(OutputInfo output, CancellationToken cancellationToken)
    {
        try
        {
            return (await output.StatAsync(cancellationToken).ConfigureAwait(false)).Manifest.TotalLength;
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
        {
            return null;
        }
    }
}
