using System.CommandLine;
using Cairn.Catalog;

namespace Cairn.Flows.Programs;

internal static class TaskCommand
{
    public static async Task<int> RunAsync(ProgramSession session, ParseResult parsed, FlowTaskArguments arguments)
    {
        var reference = RunArgument.Parse(parsed.GetValue(arguments.Run)!);
        var (step, item) = (parsed.GetValue(arguments.Step)!, parsed.GetValue(arguments.Item)!);
        if (step.Length == 0 || item.Length == 0)
            throw new UsageException("STEP and ITEM must not be empty.");
        var catalog = await session.OpenAsync(begins: false).ConfigureAwait(false);
        var run = await catalog.Runs.GetAsync(reference, cancellationToken: session.Stopping).ConfigureAwait(false);
        var flow = session.FlowOf(run);
        var task = RunReference.Parse($"{run.Id}/{step}/{item}");
        try
        {
            await flow.RunTaskAsync(catalog, RunReference.OfRun(run.Id), step, item, session.Stopping).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not StoreException && !(e is OperationCanceledException && session.Stopping.IsCancellationRequested))
        {
            // The record has the message without the secrets of the run.
            var failure = (await catalog.Runs.GetTaskAsync(task, cancellationToken: CancellationToken.None).ConfigureAwait(false)).Error;
            session.Say(failure is null
                ? $"the task {run.Reference}/{step}/{item} failed: {e.GetType().Name}. Its record has no error; run it again with --verbose."
                : $"the task {run.Reference}/{step}/{item} failed: {FlowRun.Text(failure)} The run has failed too, unless it goes on after failures; resume it with '{session.CommandOf("resume", run.Reference.ToString())}'.");
            if (session.IsVerbose)
                session.Error.WriteLine(TerminalText.Escape((failure?.Stack ?? e.ToString()).ReplaceLineEndings("\n"), keepsLines: true));
            return ExitCode.Failed;
        }
        if (!parsed.GetValue(arguments.Json))
            session.Line($"{run.Reference}/{step}/{item} succeeded");
        else
        {
            var recorded = await catalog.Runs.GetTaskAsync(task, cancellationToken: session.Stopping).ConfigureAwait(false);
            session.Json(writer => RunJson.Write(writer, recorded));
        }
        return ExitCode.Done;
    }
}
