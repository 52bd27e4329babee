using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Catalog.Recording;
using Cairn.Catalog.RunRecords;

namespace Cairn.Flows.Engine;

/// <summary>Finds the earlier task whose outputs a task may have.</summary>
/// <remarks>
/// The key has what a task has read, which is known only after it ran. So the names that earlier tasks of the step have read are tried, with the values that they have now: a task that depends on
/// nothing else reads the same ones again. What the record of a task that ran has is the key of what it has really read.
/// </remarks>
/// <param name="catalog">The catalog.</param>
/// <param name="run">The run.</param>
/// <param name="slots">The properties of the state, for the materializers that write them.</param>
internal sealed class CacheLookup(Catalog.Catalog catalog, Run run, IReadOnlyList<StateSlot> slots)
{
    private const int Tried = 20;

    /// <summary>Finds a task whose outputs exist.</summary>
    /// <returns>The task and its key, or why one with the same key cannot be used. All null if no task has the key.</returns>
    public async Task<(TaskRecord? Task, CacheKey? Key, string? Miss)> FindAsync(string step, StepCache cache, Branch branch, BlobDigest? item, CancellationToken cancellationToken)
    {
        HashSet<string> tried = new(StringComparer.Ordinal);
        string? miss = null;
        foreach (var earlier in await catalog.Runs.FindCachedAsync(run.Flow, step, Tried, cancellationToken).ConfigureAwait(false))
        {
            if (await KeyOfAsync(step, cache, branch, item, earlier, cancellationToken).ConfigureAwait(false) is not { } key || !tried.Add(key.ToString()))
                continue;
            if (await catalog.Runs.FindCachedAsync(key.ToString(), cancellationToken).ConfigureAwait(false) is not { } found)
                continue;
            if (cache.MaxAge is { } most && run.Writer.Now - found.FinishedAt > most)
                miss = $"it is older than {most}";
            else if (!await ExistAsync(found, cancellationToken).ConfigureAwait(false))
                miss = "its outputs were removed";
            else
                return (found, key, null);
        }
        return (null, null, miss);
    }

    /// <summary>The key of a task that has run.</summary>
    public CacheKey KeyOf(string step, StepCache cache, BlobDigest? item, IFlowState state, TaskRecord task)
    {
        var key = Begin(step, cache, item);
        foreach (var input in task.Inputs)
            key.AddInput(input.Name, input.Artifact);
        // That a property had no value is something that the task has read, too.
        foreach (var slot in state.Slots.Where(s => s.IsRead && s.Value is null && !s.IsSecret))
            key.AddInput(slot.Name, null);
        foreach (var parameter in task.Parameters)
            key.AddParameter(parameter, RunParameters.Find(run.Writer.Parameters.Json, parameter));
        return key;
    }

    private CacheKey Begin(string step, StepCache cache, BlobDigest? item)
    {
        var key = new CacheKey(step, cache);
        if (item is { } artifact)
            key.AddItem(artifact);
        foreach (var slot in slots.Where(s => !s.IsSecret))
        {
            // A type that no materializer serves fails when it is saved.
            if (catalog.Repository.Materializers.Explain(slot.ValueType).Candidates.Count > 0)
            {
                var materializer = catalog.Repository.Materializers.Resolve(Nullable.GetUnderlyingType(slot.ValueType) ?? slot.ValueType);
                key.AddMaterializer(materializer.Id, materializer.FormatVersion);
            }
        }
        return key;
    }

    private async Task<CacheKey?> KeyOfAsync(string step, StepCache cache, Branch branch, BlobDigest? item, TaskRecord earlier, CancellationToken cancellationToken)
    {
        var key = Begin(step, cache, item);
        foreach (var input in earlier.Inputs)
        {
            if (await ResolveAsync(input, cancellationToken).ConfigureAwait(false) is { } now)
                key.AddInput(input.Name, now);
            else if (!slots.Any(s => s.Name == input.Name))
                return null;
        }
        foreach (var slot in slots.Where(s => earlier.CacheParts?.ContainsKey($"input.{s.Name}") == true))
            key.AddInput(slot.Name, branch.Values.TryGetValue(slot.Name, out var value) ? value.Artifact : null);
        foreach (var parameter in earlier.Parameters)
            key.AddParameter(parameter, RunParameters.Find(run.Writer.Parameters.Json, parameter));
        return key;
    }

    /// <summary>The artifact that an input leads to now; null for a member of the state, and for what leads nowhere.</summary>
    private async Task<BlobDigest?> ResolveAsync(TaskInputRecord input, CancellationToken cancellationToken)
    {
        if (input.AssetId is null)
            return input.TaskId is null ? input.Artifact : slots.Any(s => s.Name == input.Name) ? null : run.Writer.TryFind(input.Name)?.Artifact;
        try
        {
            return (await catalog.Assets.GetAsync(input.Name, cancellationToken).ConfigureAwait(false)).Artifact;
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
        {
            return null;
        }
    }

    private async Task<bool> ExistAsync(TaskRecord task, CancellationToken cancellationToken)
    {
        foreach (var artifact in task.Outputs.Values.Concat(task.State.Values))
        {
            if (artifact is { } digest && !await catalog.Repository.ContainsAsync(digest, cancellationToken).ConfigureAwait(false))
                return false;
        }
        return true;
    }
}
