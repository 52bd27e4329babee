using Cairn.Catalog.Metadata;
using Cairn.Catalog.Names;
using Cairn.Catalog.RunRecords;
using Cairn.Catalog.Runs;

namespace Cairn.Catalog;

public sealed partial class RunCollection
{
    /// <summary>Adds and removes tags of a run.</summary>
    /// <param name="reference">The run.</param>
    /// <param name="add">The tags to add. Optional.</param>
    /// <param name="remove">The tags to remove. Optional.</param>
    /// <param name="cancellationToken">Cancels the call; the change may be made nevertheless.</param>
    /// <returns>true; false if the run has the tags already, and does not have those to remove.</returns>
    public async Task<bool> TagAsync(RunReference reference, IEnumerable<string>? add = null, IEnumerable<string>? remove = null, CancellationToken cancellationToken = default)
    {
        var (added, removed) = ((add ?? []).Select(CatalogName.OfTag).ToHashSet(StringComparer.Ordinal), (remove ?? []).Select(CatalogName.OfTag).ToHashSet(StringComparer.Ordinal));
        if (added.Overlaps(removed))
            throw new ArgumentException("A tag is either added or removed.", nameof(remove));
        var reader = await OpenAsync(Freshness.Synchronized, cancellationToken).ConfigureAwait(false);
        var run = new RunResolver(reader.Index).FindRun(reference);
        added.ExceptWith(run.Tags);
        removed.IntersectWith(run.Tags);
        if (added.Count + removed.Count == 0)
            return false;
        var last = reader.Index.Query((runs, _) => runs.LastTagRecord(run.Row));
        var record = RunTagRecord.Create(_source, run.Id, added.Order(StringComparer.Ordinal), removed.Order(StringComparer.Ordinal), last ?? default);
        await _feed.PublishAsync([record], cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Ends a lost run, whose process can no longer do so.</summary>
    /// <param name="reference">The run.</param>
    /// <param name="status">The status that the run has from then on: <see cref="RunStatus.Failed"/>, <see cref="RunStatus.Cancelled"/> or <see cref="RunStatus.Succeeded"/>.</param>
    /// <param name="why">The reason. Optional.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>true; false if the run was closed with this status already.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PreconditionFailed"/>: the run has ended, or it is running. See also <see cref="RunCollection"/>.</exception>
    public async Task<bool> CloseAsync(RunReference reference, RunStatus status, string? why = null, CancellationToken cancellationToken = default)
    {
        if (status is not (RunStatus.Failed or RunStatus.Cancelled or RunStatus.Succeeded))
            throw new ArgumentOutOfRangeException(nameof(status), status, "A run is closed as failed, cancelled or succeeded.");
        MetadataLimits.CheckText(why, "the reason");
        var run = await RequireNotRunningAsync(reference, "close", cancellationToken).ConfigureAwait(false);
        if (run.HasEnded)
            throw Refused($"the run {run.Reference} has ended: it is {run.Status}", "Only a run that is lost is closed.");
        return await _chains.AppendAsync(
            run.Id,
            why,
            state => state.Closed == status ? null
                : state.Closed is { } closed ? throw Refused($"the run {run.Reference} was closed as {closed}", "A run is closed once.")
                : ("close", RecordValues.Text(status), state.With("closed", RecordValues.Text(status))),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes a run: lists no longer show it, and its outputs stay in the store only until they are collected, unless versions or other runs have them.</summary>
    /// <param name="reference">The run.</param>
    /// <param name="why">The reason. Optional.</param>
    /// <param name="cancellationToken">Cancels the deletion.</param>
    /// <returns>true; false if the run is deleted already.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PreconditionFailed"/>: the run is running. See also <see cref="RunCollection"/>.</exception>
    public async Task<bool> DeleteAsync(RunReference reference, string? why = null, CancellationToken cancellationToken = default)
    {
        MetadataLimits.CheckText(why, "the reason");
        var run = await RequireNotRunningAsync(reference, "delete", cancellationToken).ConfigureAwait(false);
        return await _chains.AppendAsync(run.Id, why, state => state.IsDeleted ? null : ("delete", true, state.With("deleted", true)), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Restores a deleted run. Outputs that were collected stay lost.</summary>
    /// <param name="reference">The run.</param>
    /// <param name="why">The reason. Optional.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>true; false if the run is not deleted.</returns>
    public async Task<bool> RestoreAsync(RunReference reference, string? why = null, CancellationToken cancellationToken = default)
    {
        MetadataLimits.CheckText(why, "the reason");
        var run = await GetAsync(reference, cancellationToken: cancellationToken).ConfigureAwait(false);
        return await _chains.AppendAsync(run.Id, why, state => state.IsDeleted ? ("restore", true, state.With("deleted", null)) : null, cancellationToken).ConfigureAwait(false);
    }

    private async Task<RunInfo> RequireNotRunningAsync(RunReference reference, string operation, CancellationToken cancellationToken)
    {
        var run = await GetAsync(reference, cancellationToken: cancellationToken).ConfigureAwait(false);
        return run.Status is RunStatus.Pending or RunStatus.Running
            ? throw Refused($"the run {run.Reference} is running", $"End its process; to {operation} a run that was killed, wait until it has shown no sign of life for three minutes.")
            : run;
    }

    private static StoreException Refused(string reason, string advice) => new(new StoreFault(StoreErrorCode.PreconditionFailed, reason) { Advice = advice });
}
