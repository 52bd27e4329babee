using Cairn.Catalog.Index;
using Cairn.Catalog.Names;
using Cairn.Catalog.References;
using Cairn.Catalog.RunRecords;
using Cairn.Errors;

namespace Cairn.Catalog.Runs;

/// <summary>Finds the runs and tasks that references name.</summary>
internal sealed class RunResolver(CatalogIndex index)
{
    /// <summary>Finds the run of a reference that names nothing else.</summary>
    public RunItem FindRun(RunReference reference)
    {
        var (run, tail) = Find(reference, hasOutput: false);
        return tail is null ? run : throw Refused(
            $"the reference '{ErrorText.Escape(reference.ToString())}' names a step, and a run is needed",
            $"Leave out what follows the run: {NameOf(run)}.");
    }

    /// <summary>Finds the run of a reference, and the step, the item and the output; null for those if the reference names the run alone.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="hasOutput">Whether it is to name an output: an item may contain <c>#</c>, too. Of several items with a task, the shortest one with that output counts.</param>
    public (RunItem Run, RunTail? Tail) Find(RunReference reference, bool hasOutput)
    {
        var found = reference.Splits.SelectMany(split => Runs(split).Select(run => (Run: run, split.Tail))).ToList();
        if (found.Count == 0)
            throw NotFound(reference);
        var read = found.SelectMany(f => f.Tail.Length == 0
            ? [(f.Run, (RunTail?)null)]
            : Tails(f.Run, f.Tail).OrderBy(t => t.Output is not null != hasOutput).ThenBy(t => hasOutput && !HasOutput(f.Run, t)).Take(1).Select(t => (f.Run, (RunTail?)t))).ToList();
        return read switch
        {
            [var only] => only,
            [] => throw Refused(NoTask(found[0].Run, found[0].Tail), "Show the run for its steps and items."),
            _ => throw Refused(
                $"the reference '{ErrorText.Escape(reference.ToString())}' is ambiguous: it can be read as {ErrorText.List(read.Select(r => ErrorText.Escape(TextOf(r.Run, r.Item2))))}",
                "Use one of these, which begin with the id of the run."),
        };
    }

    private IEnumerable<RunItem> Runs(RunSplit split)
    {
        if (split.Flow.Length == 0)
            return index.Query((runs, _) => runs.Find(Guid.Parse(split.Id))) is { } run ? [run] : [];
        var flow = UnicodeTable.Fold(CatalogName.OfFlow(split.Flow));
        if (split.Id == RunSplit.Latest)
            return index.List(new RunQuery { Flow = flow, PageSize = 1 }).Items;
        if (split.Id == RunSplit.LatestSuccessful)
            return index.List(new RunQuery { Flow = flow, Statuses = [RecordValues.Text(RunStatus.Succeeded)], IncludeDry = false, PageSize = 1 }).Items;
        return index.Query((runs, _) => runs.Find(flow, ShortRunId.TailOf(split.Id))).Where(r => ShortRunId.Of(r.Id, split.Id.Length) == split.Id);
    }

    /// <summary>The ways to read a tail for which the run has a step, and a task of the item.</summary>
    private IEnumerable<RunTail> Tails(RunItem run, string tail)
    {
        var steps = StepsOf(run);
        return RunTail.Of(tail).Where(t => steps.Contains(t.Step) && (t.Item is null || index.Query((_, tasks) => tasks.Row(run.Row, t.Step, t.Item)) is not null));
    }

    /// <summary>Whether a task has an output, or a member of the state after it.</summary>
    private bool HasOutput(RunItem run, RunTail tail)
    {
        if (tail.Output is not { } name || index.Query((_, tasks) => tasks.Row(run.Row, tail.Step, tail.Item ?? "") is { } row ? tasks.Get(row) : null) is not { } first)
            return false;
        HashSet<Guid> seen = [];
        var task = RunReader.RecordOf(first);
        for (var isFirst = true; seen.Add(task.TaskId); isFirst = false)
        {
            if ((isFirst && task.Outputs.ContainsKey(name)) || task.State.ContainsKey(name))
                return true;
            if (task.Base is not { } before || index.Query((_, tasks) => tasks.Find(before)) is not { } next)
                return false;
            task = RunReader.RecordOf(next);
        }
        return false;
    }

    private HashSet<string> StepsOf(RunItem run)
    {
        var (content, counts) = index.Query((runs, tasks) => (runs.Record(run.Row), tasks.Count(run.Row)));
        var declared = content is null ? [] : RunRecord.Of(Records.Record.Parse(content)).Steps;
        return [.. declared.Select(s => s.Name), .. counts.Select(c => c.Step)];
    }

    private static string NameOf(RunItem run) => $"{run.Flow}/{ShortRunId.Of(run.Id)}";

    private string NoTask(RunItem run, string tail)
    {
        var steps = StepsOf(run);
        var step = RunTail.Of(tail).Select(t => t.Step).FirstOrDefault();
        return step is not null && steps.Contains(step)
            ? $"the step '{ErrorText.Escape(step)}' of the run {NameOf(run)} has no such item"
            : $"the run {NameOf(run)} has no step '{ErrorText.Escape(step ?? tail)}'; it has {(steps.Count == 0 ? "none" : ErrorText.List(steps.Select(ErrorText.Escape)))}";
    }

    private StoreException NotFound(RunReference reference)
    {
        foreach (var split in reference.Splits.Where(s => s.Flow.Length > 0))
        {
            if (!index.Query((runs, _) => runs.HasFlow(UnicodeTable.Fold(CatalogName.OfFlow(split.Flow)))))
                continue;
            return Refused(split.Id switch
            {
                RunSplit.Latest => $"all runs of the flow '{split.Flow}' are deleted",
                RunSplit.LatestSuccessful => $"no run of the flow '{split.Flow}' has succeeded",
                _ => $"the flow '{split.Flow}' has no run '{split.Id}'",
            }, "List the runs of the flow.");
        }
        return Refused(reference.Id is { } id ? $"the catalog has no run {id}" : $"no flow '{ErrorText.Escape(reference.Splits.FirstOrDefault().Flow ?? "")}' has runs", "List the runs.");
    }

    private static string TextOf(RunItem run, RunTail? tail) => tail is { } t ? RunReference.OfRun(run.Id).With(t.Step, t.Item, t.Output).ToString() : run.Id.ToString();

    private static StoreException Refused(string reason, string advice) => new(new StoreFault(StoreErrorCode.NotFound, reason) { Advice = advice });
}
