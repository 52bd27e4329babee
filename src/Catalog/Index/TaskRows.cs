using Cairn.Artifacts;
using Cairn.Catalog.RunRecords;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.Index;

/// <summary>Writes the rows of tasks. Each attempt has one; which one counts is a matter of the query.</summary>
/// <param name="connection">The connection, in a transaction.</param>
internal sealed class TaskRows(IndexConnection connection)
{
    private const string Running = "Running";
    private readonly InternedKeys _keys = new(connection);

    /// <summary>Applies a record of a task or of its progress.</summary>
    /// <returns>false: a record that is known is newer, or as new.</returns>
    public bool Set(long run, RunLine line)
    {
        var (task, record) = (line.Attempt!, line.Record.Id.ToBytes());
        var uuid = task.TaskId.ToBytes();
        var id = RowIds.Of(task.TaskId);
        Known? known;
        while ((known = Find(id)) is not null && !known.Uuid.AsSpan().SequenceEqual(uuid))
            id++;
        if (line.IsProgress ? known is { IsRunning: false } || IsNewer(known?.Progress, record) : IsNewer(known?.Record, record))
            return false;
        var at = line.Record.At.ToMicroseconds();
        if (!line.IsProgress)
            SetTask(id, run, line, known, task.Status == RunStatus.Running ? known?.Progress : null);
        else if (known is not null)
            connection.Execute("UPDATE task SET progress = $1, at = max(at, $2) WHERE id = $0", id, record, at);
        else
        {
            connection.Execute(
                "INSERT INTO task(id, uuid, run, step, item, attempt, idx, status, at, progress) VALUES($0, $1, $2, $3, $4, $5, $6, $7, $8, $9)",
                id, uuid, run, task.Step, task.Item ?? "", task.Attempt, task.Index, Running, at, record);
        }
        if (line.IsProgress)
            connection.Execute("INSERT OR REPLACE INTO task_progress(task, content) VALUES($0, $1)", id, line.Record.Content.ToArray());
        SetMetrics(id, run, line, known);
        return true;
    }

    private void SetTask(long id, long run, RunLine line, Known? known, byte[]? progress)
    {
        var (task, at) = (line.Attempt!, line.Record.At.ToMicroseconds());
        if (progress is not null)
            at = Math.Max(at, connection.Integer("SELECT at FROM task WHERE id = $0", id)!.Value);
        connection.Execute("""
            INSERT OR REPLACE INTO task(id, uuid, run, step, item, attempt, ord, idx, status, started_at, finished_at, base, source, cache, at, record, progress, split)
            VALUES($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
            """,
            id, task.TaskId.ToBytes(), run, task.Step, task.Item ?? "", task.Attempt, task.Order, task.Index, RecordValues.Text(task.Status), task.StartedAt.ToMicroseconds(),
            task.FinishedAt?.ToMicroseconds(), task.Base?.ToBytes(), task.From?.ToBytes(), task.CacheKey, at, line.Record.Id.ToBytes(), progress,
            task.Items is null ? 0 : 1);
        connection.Execute("INSERT OR REPLACE INTO task_record(task, content) VALUES($0, $1)", id, line.Record.Content.ToArray());
        if (known is { Progress: not null } && progress is null)
            connection.Execute("DELETE FROM task_progress WHERE task = $0", id);
        if (known is { Record: not null })
        {
            connection.Execute("DELETE FROM output WHERE task = $0", id);
            connection.Execute("DELETE FROM input WHERE task = $0", id);
            connection.Execute("DELETE FROM export WHERE task = $0", id);
        }
        SetOutputs(id, 0, task.Outputs);
        SetOutputs(id, 1, task.State);
        foreach (var (ord, input) in task.Inputs.Index())
        {
            connection.Execute("INSERT INTO input(task, ord, name, role, artifact, asset, n, source, source_name) VALUES($0, $1, $2, $3, $4, $5, $6, $7, $8)",
                id, ord, input.Name, input.Role, Bytes(input.Artifact), input.AssetId?.ToBytes(), input.Version, input.TaskId?.ToBytes(), input.Output);
        }
        foreach (var (ord, export) in task.Exports.Index())
        {
            connection.Execute("INSERT INTO export(task, ord, name, path, bytes, media, digest, etag) VALUES($0, $1, $2, $3, $4, $5, $6, $7)",
                id, ord, export.Name, export.Path, export.Bytes, export.Media, Bytes(export.Digest), export.Version);
        }
    }

    private void SetOutputs(long task, int state, IReadOnlyDictionary<string, BlobDigest?> outputs)
    {
        foreach (var (name, artifact) in outputs)
            connection.Execute("INSERT INTO output(task, state, name, artifact) VALUES($0, $1, $2, $3)", task, state, name, artifact is { } digest ? Bytes(digest) : null);
    }

    /// <summary>Writes the metrics: those of the progress while the task is running, else those of its record.</summary>
    private void SetMetrics(long id, long run, RunLine line, Known? known)
    {
        var metrics = line.Attempt!.Metrics;
        if (!line.IsProgress && line.Attempt.Status == RunStatus.Running && known is { Progress: not null })
            metrics = Read("task_progress", TaskRecord.OfProgress) is { Count: > 0 } reached ? reached : metrics;
        else if (line.IsProgress && metrics.Count == 0 && known is { Record: not null })
            metrics = Read("task_record", TaskRecord.Of);
        if (known is not null)
            connection.Execute("DELETE FROM metric WHERE task = $0", id);
        foreach (var (name, metric) in metrics)
        {
            connection.Execute("INSERT INTO metric(task, key, run, last, min, max, count, step) VALUES($0, $1, $2, $3, $4, $5, $6, $7)",
                id, _keys[name], run, metric.Last, metric.Min, metric.Max, metric.Count, metric.Step);
        }

        IReadOnlyDictionary<string, MetricRecord> Read(string table, Func<Record, TaskRecord> read) =>
            read(Record.Parse(connection.Rows($"SELECT content FROM {table} WHERE task = $0", r => r.Bytes(0), id).Single())).Metrics;
    }

    private Known? Find(long id) => connection.Rows("SELECT uuid, record, progress, status = 'Running' FROM task WHERE id = $0", Known.Of, id).SingleOrDefault();

    private static bool IsNewer(byte[]? known, ReadOnlySpan<byte> record) => known is not null && known.AsSpan().SequenceCompareTo(record) >= 0;

    private static byte[] Bytes(BlobDigest digest) => Convert.FromHexString(digest.Hex);

    private sealed record Known(byte[] Uuid, byte[]? Record, byte[]? Progress, bool IsRunning)
    {
        public static Known Of(IndexRow row) => new(row.Bytes(0), row.IsNull(1) ? null : row.Bytes(1), row.IsNull(2) ? null : row.Bytes(2), row.Integer(3) == 1);
    }
}
