using Cairn.Catalog.RunRecords;
using Cairn.Catalog.States;

namespace Cairn.Catalog.Index;

/// <summary>Writes what the records of runs say into the tables. Of the records of one subject, in whatever order they come, the one with the greatest id stays.</summary>
/// <param name="connection">The connection, in a transaction.</param>
internal sealed class RunRows(IndexConnection connection)
{
    private const int Remembered = 10_000;
    private readonly InternedKeys _keys = new(connection);
    private readonly TaskRows _tasks = new(connection);
    private readonly Dictionary<Guid, long> _runs = [];

    /// <summary>Applies records.</summary>
    /// <returns>The number of those that changed something.</returns>
    public int Apply(IEnumerable<RunLine> lines)
    {
        // Only the newest of each subject is written, in the order of the rows.
        Dictionary<(Guid, string), RunLine> newest = [];
        var count = 0;
        foreach (var line in lines)
        {
            if (line.Tags is { } tags)
                count += SetTags(RowOf(line.Subject), line.Record.Id.ToBytes(), tags) ? 1 : 0;
            else if (!newest.TryGetValue((line.Subject, line.Record.Kind), out var other) || Order(line, other) > 0)
                newest[(line.Subject, line.Record.Kind)] = line;
        }
        foreach (var line in newest.Values.OrderBy(l => RowIds.Of(l.Subject)))
        {
            if (line.Started is var (content, fold) ? SetRun(line, content, fold) : _tasks.Set(RowOf(line.Attempt!.RunId), line))
                count++;
        }
        return count;
    }

    /// <summary>Applies the state after the newest record of a run's chain; null if the chain has no records.</summary>
    public void Decide(Guid run, RunState? state)
    {
        var closed = state?.Closed is { } status ? RecordValues.Text(status) : null;
        connection.Execute("UPDATE run SET closed = $1, deleted = $2 WHERE id = $0", RowOf(run), closed, state?.IsDeleted == true ? 1 : 0);
    }

    private static int Order(RunLine left, RunLine right) => left.Record.Id.ToBytes().AsSpan().SequenceCompareTo(right.Record.Id.ToBytes());

    /// <summary>The row of a run, which gets one if it has none: its records may come after those of its tasks.</summary>
    private long RowOf(Guid run)
    {
        if (_runs.TryGetValue(run, out var id))
            return id;
        var uuid = run.ToBytes();
        for (id = RowIds.Of(run); ; id++)
        {
            if (connection.Integer("SELECT uuid = $1 FROM run WHERE id = $0", id, uuid) is not { } isSame)
            {
                connection.Execute("INSERT INTO run(id, uuid, tail, deleted) VALUES($0, $1, $2, 0)", id, uuid, RowIds.Tail(run));
                break;
            }
            if (isSame == 1)
                break;
        }
        if (_runs.Count >= Remembered)
            _runs.Clear();
        return _runs[run] = id;
    }

    private bool SetRun(RunLine line, RunRecord run, string fold)
    {
        var (id, record) = (RowOf(run.RunId), line.Record);
        if (connection.Execute("""
            UPDATE run SET flow = $1, fold = $2, recorded = $3, started_at = $4, finished_at = $5, origin = $6, parent = $7, host = $8, by = $9, at = $10, record = $11, dry = $12
            WHERE id = $0 AND (record IS NULL OR record < $11)
            """,
            id, run.Flow, fold, RecordValues.Text(run.Status), run.StartedAt.ToMicroseconds(), run.FinishedAt?.ToMicroseconds(), run.Origin?.ToBytes(),
            run.Parent?.ToBytes(), run.Host, record.By, record.At.ToMicroseconds(), record.Id.ToBytes(), run.IsDry ? 1 : 0) == 0)
            return false;
        connection.Execute("INSERT OR REPLACE INTO run_record(run, content) VALUES($0, $1)", id, record.Content.ToArray());
        connection.Execute("DELETE FROM run_parameter WHERE run = $0", id);
        foreach (var (key, value) in ParameterLeaves.Of(run.Parameters))
            connection.Execute("INSERT OR IGNORE INTO run_parameter(run, key, value) VALUES($0, $1, $2)", id, _keys[key], value);
        return true;
    }

    private bool SetTags(long run, byte[] record, IReadOnlyDictionary<string, bool> tags)
    {
        var count = 0;
        foreach (var (tag, isSet) in tags)
        {
            count += connection.Execute("""
                INSERT INTO run_tag(run, tag, record, is_set) VALUES($0, $1, $2, $3) ON CONFLICT(run, tag) DO UPDATE SET record = $2, is_set = $3 WHERE record < $2
                """, run, tag, record, isSet ? 1 : 0);
        }
        return count > 0;
    }
}
