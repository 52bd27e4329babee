using System.Text.Json.Nodes;
using Cairn.Catalog.Names;
using Cairn.Catalog.RunRecords;
using Cairn.Catalog.Runs;
using Cairn.Errors;

namespace Cairn.Catalog;

public sealed partial class RunCollection
{
    /// <summary>The number of the newest tasks of a step among which the nearest one is looked for.</summary>
    private const int MaxCompared = 500;

    /// <summary>Explains why a task was taken from the step cache, or why it ran: which part of its key differs from the nearest earlier task of the step.</summary>
    /// <param name="reference">The task: a run with <c>/step</c>, and <c>/item</c> for a step that has tasks for items.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The explanation. The nearest task is looked for among the newest 500 of the step that have succeeded, in runs that are not deleted.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: there is no such task, or it has no key, because its step is not cached or it has not succeeded.</exception>
    public async Task<CacheExplanation> ExplainCacheAsync(RunReference reference, CancellationToken cancellationToken = default)
    {
        var reader = await OpenAsync(Freshness.Synchronized, cancellationToken).ConfigureAwait(false);
        var (task, _) = await FindTaskAsync(reference, hasOutput: false, Freshness.Cached, cancellationToken).ConfigureAwait(false);
        if (task.Record is not { CacheKey: { } key, CacheParts: { } parts })
        {
            throw new StoreException(new StoreFault(StoreErrorCode.NotFound, $"the task {ErrorText.Escape(task.Reference.ToString())} has no key in the step cache")
            {
                Advice = task.Status is RunStatus.Succeeded or RunStatus.Cached ? "A task has a key if its step has StepOptions.Cache." : $"The task is {task.Status}: only one that has succeeded has a key.",
            });
        }
        if (task.Record.From is { } source)
            return new(task, key, IsHit: true, null, await FindTaskAsync(reader, source, cancellationToken).ConfigureAwait(false), []);
        var flow = reader.Index.Query((runs, _) => runs.Find(task.RunId))!.Flow;
        TaskRecord? nearest = null;
        IReadOnlyList<CachePartDifference> fewest = [];
        foreach (var earlier in reader.Index.Query((_, tasks) => tasks.Cached(UnicodeTable.Fold(CatalogName.OfFlow(flow)), task.Step, MaxCompared)).Select(RunReader.RecordOf))
        {
            if (earlier.RunId == task.RunId || earlier.FinishedAt > task.StartedAt || earlier.CacheParts is null)
                continue;
            var differences = Compare(earlier.CacheParts, parts);
            if (nearest is null || differences.Count < fewest.Count)
                (nearest, fewest) = (earlier, differences);
        }
        return new(task, key, IsHit: false, task.Record.CacheMiss, nearest is null ? null : await FindTaskAsync(reader, nearest.TaskId, cancellationToken).ConfigureAwait(false), fewest);
    }

    private static List<CachePartDifference> Compare(JsonObject before, JsonObject now) =>
    [
        .. before.Select(p => p.Key).Union(now.Select(p => p.Key)).Order(StringComparer.Ordinal)
            .Where(p => !(before.ContainsKey(p) && now.ContainsKey(p) && JsonNode.DeepEquals(before[p], now[p])))
            .Select(p => new CachePartDifference(p, Text(before, p), Text(now, p))),
    ];

    private static string? Text(JsonObject parts, string part) => parts.TryGetPropertyValue(part, out var value) ? value is null ? "null" : value.ToJsonString() : null;
}
