using System.CommandLine;
using Cairn.Catalog;

namespace Cairn.Flows.Programs;

internal static class ItemsCommand
{
    public static async Task<int> RunAsync(ProgramSession session, ParseResult parsed, FlowItemsArguments arguments)
    {
        var reference = RunArgument.Parse(parsed.GetValue(arguments.Run)!);
        var step = parsed.GetValue(arguments.Step) is { Length: > 0 } named ? named : throw new UsageException("STEP must not be empty.");
        var catalog = await session.OpenAsync(begins: false).ConfigureAwait(false);
        var run = await catalog.Runs.GetAsync(reference, cancellationToken: session.Stopping).ConfigureAwait(false);
        foreach (var item in await session.FlowOf(run).ListPendingItemsAsync(catalog, RunReference.OfRun(run.Id), step, session.Stopping).ConfigureAwait(false))
        {
            if (!parsed.GetValue(arguments.Json))
            {
                session.Line(item);
                continue;
            }
            session.Json(writer =>
            {
                writer.WriteString("run", run.Reference.ToString());
                writer.WriteString("step", step);
                writer.WriteString("item", item);
            });
        }
        return ExitCode.Done;
    }
}
