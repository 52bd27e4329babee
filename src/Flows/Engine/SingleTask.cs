using Cairn.Artifacts;
using Cairn.Catalog.RunRecords;
using Cairn.Errors;

namespace Cairn.Flows.Engine;

/// <summary>Finds what one task of a recorded run starts with.</summary>
internal static class SingleTask
{
    /// <summary>Finds the branch of an item, the task that split, and the position of the item.</summary>
    /// <param name="run">The run.</param>
    /// <param name="step">The foreach.</param>
    /// <param name="item">The item as records have it: a path of keys for a nested foreach.</param>
    /// <param name="refused">Makes an error.</param>
    public static (Branch Branch, TaskRecord Split, int Index) Find(RecordedRun run, string step, string? item, Func<StoreErrorCode, string, string, StoreException> refused)
    {
        var splits = run.Tasks.Where(t => t.Step == step && t.Items is not null && RecordedRun.HasSucceeded(t)).ToList();
        if (splits.Count == 0)
            throw refused(StoreErrorCode.NotFound, $"the run has not reached the step '{ErrorText.Escape(step)}'", "Wait until its items are recorded.");
        foreach (var split in splits)
        {
            var fork = new Branch(run.StateAfter(split), split.TaskId, split.Item, split.Index, null, IsTakenOver: false);
            for (var index = 0; index < split.Items!.Count; index++)
            {
                var branch = fork.Of(split.Items[index], index);
                if (branch.Item == item)
                    return (branch, split, index);
            }
        }
        throw refused(StoreErrorCode.NotFound, $"the step '{ErrorText.Escape(step)}' has no item '{ErrorText.Escape(item ?? "")}'", $"It has {splits.Sum(s => s.Items!.Count)} items; `cairn run show` lists them.");
    }

    public static BlobDigest ItemsOf(TaskRecord split) => split.Outputs[TaskRunner.ItemsOutput] ?? throw new FormatException("The task that splits has no items.");

    /// <summary>The number of the next attempt at a task.</summary>
    public static int NextAttempt(RecordedRun run, string step, string? item) =>
        run.Tasks.Where(t => t.Step == step && t.Item == item && t.Items is null).Select(t => t.Attempt).DefaultIfEmpty(0).Max() + 1;
}
