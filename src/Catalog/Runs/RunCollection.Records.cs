using Cairn.Catalog.Index;
using Cairn.Catalog.RunRecords;
using Cairn.Catalog.Runs;

namespace Cairn.Catalog;

public sealed partial class RunCollection
{
    /// <summary>Whether a run is lost.</summary>
    /// <param name="run">The run.</param>
    /// <param name="claimed">When it was about to begin: it may have ended before it wrote a record.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Whether it is lost, and whether it has records.</returns>
    internal async Task<(bool IsLost, bool IsRecorded)> IsLostAsync(Guid run, DateTimeOffset claimed, CancellationToken cancellationToken)
    {
        var reader = await OpenAsync(Freshness.Synchronized, cancellationToken).ConfigureAwait(false);
        return reader.Index.Query((runs, _) => runs.Find(run)) is { } item
            ? ((await reader.CreateAsync(item, cancellationToken).ConfigureAwait(false)).Status == RunStatus.Lost, true)
            : (await _life.IsLostAsync(run, claimed, cancellationToken).ConfigureAwait(false), false);
    }

    /// <summary>Reads the records of a run, and those of the runs that it resumes, the newest first.</summary>
    /// <remarks>What the store has at the time of the call. A run that is deleted is read if the reference names it; it ends the list otherwise.</remarks>
    internal async Task<IReadOnlyList<(RunRecord Run, IReadOnlyList<TaskRecord> Tasks)>> ReadRecordsAsync(RunReference reference, bool withOrigins, CancellationToken cancellationToken)
    {
        var reader = await OpenAsync(Freshness.Synchronized, cancellationToken).ConfigureAwait(false);
        List<(RunRecord, IReadOnlyList<TaskRecord>)> runs = [];
        HashSet<Guid> seen = [];
        for (var item = new RunResolver(reader.Index).FindRun(reference); item is not null && seen.Add(item.Id);)
        {
            // A dry run has nothing to take over.
            runs.Add((await reader.LoadParametersAsync(reader.RecordOf(item), cancellationToken).ConfigureAwait(false), item.IsDry && withOrigins ? [] : reader.Records(item)));
            item = withOrigins && item.Origin is { } origin ? reader.Index.Query((all, _) => all.Find(origin)) is { IsDeleted: false } earlier ? earlier : null : null;
        }
        return runs;
    }
}
