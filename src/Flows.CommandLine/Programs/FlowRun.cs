using Cairn.Catalog;
using Cairn.Errors;
using Cairn.Flows.Progress;

namespace Cairn.Flows.Programs;

/// <summary>Runs or resumes a flow: shows how far it is, prints how it ended, and says how to go on.</summary>
internal static class FlowRun
{
    /// <summary>Runs a flow.</summary>
    /// <param name="session">The session.</param>
    /// <param name="catalog">The catalog.</param>
    /// <param name="execute">Runs the flow with options.</param>
    /// <param name="options">The options.</param>
    /// <param name="given">The names of the parameters that the user has stated.</param>
    /// <param name="isJson">Whether the run is printed as JSON.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> ExecuteAsync(ProgramSession session, Catalog.Catalog catalog, Func<RunOptions, Task<Guid>> execute, RunOptions options, IReadOnlyList<string> given, bool isJson)
    {
        var display = new ProgressDisplay(session.Error, isJson ? ProgressStyle.None : session.IsTerminal ? ProgressStyle.Terminal : ProgressStyle.Lines, TimeProvider.System);
        Exception? error = null;
        var id = Guid.Empty;
        try
        {
            await using (display.ConfigureAwait(false))
                id = await execute(options with { Progress = display }).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            error = e;
            // Nothing was recorded: the error is one of the command line or of the store.
            if (display.Run is null)
                throw;
        }
        var run = await catalog.Runs.GetAsync(RunReference.OfRun(display.Run ?? id), cancellationToken: CancellationToken.None).ConfigureAwait(false);
        if (isJson)
            session.Json(writer => RunJson.Write(writer, run));
        if (error is null && display.Run is null)
        {
            // The key has found a run.
            if (!isJson)
                session.Line($"{run.Reference} was begun before with this key: it is {run.Status}");
            return run.Status is RunStatus.Succeeded or RunStatus.Running or RunStatus.Pending ? ExitCode.Done : ExitCode.Failed;
        }
        if (error is null)
        {
            if (!isJson)
                session.Line($"{run.Reference} succeeded in {Duration.Format(run.Duration ?? TimeSpan.Zero)}{Counts(run)}");
            await NoteUnreadAsync(session, run, given).ConfigureAwait(false);
            return ExitCode.Done;
        }
        var advice = options.SaveArtifacts ? $" Resume it with '{session.CommandOf("resume", run.Reference.ToString())}'." : "";
        if (error is OperationCanceledException && session.Stopping.IsCancellationRequested)
        {
            session.Say($"the run {run.Reference} was cancelled.{advice}");
            throw error;
        }
        session.Say($"the run {run.Reference} failed{Place(run.Error)}: {Text(run.Error ?? new(error.GetType().FullName!, error.Message))}{advice}");
        if (session.IsVerbose)
            session.Error.WriteLine(TerminalText.Escape((await StackAsync(run).ConfigureAwait(false) ?? error.ToString()).ReplaceLineEndings("\n"), keepsLines: true));
        return ExitCode.Failed;
    }

    /// <summary>Returns an error as a sentence: the type without its namespace, and the message.</summary>
    public static string Text(RunFailure failure)
    {
        var text = $"{failure.Type[(failure.Type.LastIndexOf('.') + 1)..]}: {failure.Message}";
        return text[^1] is '.' or '!' or '?' ? text : text + ".";
    }

    private static string Place(RunFailure? failure) => failure?.Step is { } step ? $" in {ErrorText.Escape(step)}{(failure.Item is { } item ? "/" + ErrorText.Escape(item) : "")}" : "";

    private static string Counts(RunInfo run)
    {
        var (ran, taken, failed) = (run.Steps.Sum(s => s.CountOf(RunStatus.Succeeded)), run.Steps.Sum(s => s.CountOf(RunStatus.Cached)), run.Steps.Sum(s => s.CountOf(RunStatus.Failed)));
        return $": {ran} {(ran == 1 ? "task" : "tasks")} ran{(taken > 0 ? $", {taken} taken over" : "")}{(failed > 0 ? $", {failed} failed" : "")}";
    }

    /// <summary>Reports parameters that nothing has read: no flow declares its parameters, so a name that is misspelt has no other sign.</summary>
    private static async Task NoteUnreadAsync(ProgramSession session, RunInfo run, IReadOnlyList<string> given)
    {
        if (given.Count == 0)
            return;
        SortedSet<string> read = new(StringComparer.Ordinal);
        await foreach (var task in run.TasksAsync(CancellationToken.None).ConfigureAwait(false))
            read.UnionWith(task.Parameters);
        foreach (var name in given.Where(n => !read.Contains(n)))
            session.Note($"note: no step has read the parameter '{name}'; the steps have read {(read.Count == 0 ? "none" : string.Join(", ", read))}");
    }

    private static async Task<string?> StackAsync(RunInfo run)
    {
        if (run.Error?.Step is not { } step)
            return null;
        return await run.TasksAsync(CancellationToken.None).Where(t => t.Step == step && t.Item == run.Error.Item).Select(t => t.Error?.Stack).FirstOrDefaultAsync().ConfigureAwait(false);
    }
}
