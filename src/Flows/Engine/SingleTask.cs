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
        var splits = SplitsOf(run, step, refused);
        foreach (var split in splits)
        {
            var fork = ForkOf(run, split);
            for (var index = 0; index < split.Items!.Count; index++)
            {
                var branch = fork.Of(split.Items[index], index);
                if (branch.Item == item)
                    return (branch, split, index);
            }
        }
        var items = splits.SelectMany(s => ItemsOf(run, s)).ToList();
        throw refused(
            StoreErrorCode.NotFound,
            $"the step '{ErrorText.Escape(step)}' has no item '{ErrorText.Escape(item ?? "")}'",
            items.Count == 0 ? "It has no items." : $"It has {items.Count} items, such as '{ErrorText.Escape(items[0])}'.");
    }

    /// <summary>The items without a task that has ended, in order.</summary>
    public static IReadOnlyList<string> Pending(RecordedRun run, string step, Func<StoreErrorCode, string, string, StoreException> refused)
    {
        var ended = run.Tasks.Where(t => t.Step == step && t.Items is null && (RecordedRun.HasSucceeded(t) || t.Status == Catalog.RunStatus.Failed))
            .Select(t => t.Item).ToHashSet(StringComparer.Ordinal);
        return [.. SplitsOf(run, step, refused).SelectMany(s => ItemsOf(run, s)).Where(item => !ended.Contains(item))];
    }

    private static List<TaskRecord> SplitsOf(RecordedRun run, string step, Func<StoreErrorCode, string, string, StoreException> refused) =>
        run.Tasks.Where(t => t.Step == step && t.Items is not null && RecordedRun.HasSucceeded(t)).ToList() is { Count: > 0 } splits
            ? splits
            : throw refused(StoreErrorCode.NotFound, $"the run has not reached the step '{ErrorText.Escape(step)}'", "Wait until its items are recorded.");

    private static IEnumerable<string> ItemsOf(RecordedRun run, TaskRecord split)
    {
        var fork = ForkOf(run, split);
        return split.Items!.Select((key, index) => fork.Of(key, index).Item!);
    }

    private static Branch ForkOf(RecordedRun run, TaskRecord split) => new(run.StateAfter(split), split.TaskId, split.Item, split.Index, null, IsTakenOver: false);

    public static BlobDigest ItemsOf(TaskRecord split) => split.Outputs[TaskRunner.ItemsOutput] ?? throw new FormatException("The task that splits has no items.");

    /// <summary>The number of the next attempt at a task.</summary>
    public static int NextAttempt(RecordedRun run, string step, string? item) =>
        run.Tasks.Where(t => t.Step == step && t.Item == item && t.Items is null).Select(t => t.Attempt).DefaultIfEmpty(0).Max() + 1;
}
