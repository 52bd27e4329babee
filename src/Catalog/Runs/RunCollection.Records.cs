using Cairn.Catalog.Index;
using Cairn.Catalog.RunRecords;
using Cairn.Catalog.Runs;

namespace Cairn.Catalog;

public sealed partial class RunCollection
{
    /// <summary>Reads the records of a run, and those of the runs that it resumes, the newest first.</summary>
    /// <remarks>What the store has at the time of the call. A run that is deleted is read if the reference names it; it ends the list otherwise.</remarks>
    internal async Task<IReadOnlyList<(RunRecord Run, IReadOnlyList<TaskRecord> Tasks)>> ReadRecordsAsync(RunReference reference, bool withOrigins, CancellationToken cancellationToken)
    {
        var reader = await OpenAsync(Freshness.Synchronized, cancellationToken).ConfigureAwait(false);
        List<(RunRecord, IReadOnlyList<TaskRecord>)> runs = [];
        HashSet<Guid> seen = [];
        for (var item = new RunResolver(reader.Index).FindRun(reference); item is not null && seen.Add(item.Id);)
        {
            runs.Add((reader.RecordOf(item), reader.Records(item)));
            item = withOrigins && item.Origin is { } origin ? reader.Index.Query((all, _) => all.Find(origin)) is { IsDeleted: false } earlier ? earlier : null : null;
        }
        return runs;
    }
}
