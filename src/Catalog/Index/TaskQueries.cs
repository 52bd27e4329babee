using Cairn.Catalog.RunRecords;

namespace Cairn.Catalog.Index;

/// <summary>Queries for the tasks of runs.</summary>
internal sealed class TaskQueries(IndexConnection connection)
{
    /// <summary>The condition that an attempt <c>t</c> is the newest of its item.</summary>
    public const string Counts = """
        NOT EXISTS (SELECT 1 FROM task n INDEXED BY task_place WHERE n.run = t.run AND n.step = t.step AND n.item = t.item
        AND (n.attempt, coalesce(n.record, n.progress)) > (t.attempt, coalesce(t.record, t.progress)))
        """;

    private const string Columns = "t.id, t.run, d.content, p.content FROM task t LEFT JOIN task_record d ON d.task = t.id LEFT JOIN task_progress p ON p.task = t.id";

    /// <summary>Counts the tasks of a run, by step and status.</summary>
    public List<StepCount> Count(long run) => connection.Rows(
        $"""
        SELECT t.step, t.split, max(t.item) <> '', t.status, count(*), min(t.ord) FROM task t INDEXED BY task_place WHERE t.run = $0 AND {Counts} GROUP BY t.step, t.split, t.status ORDER BY 6
        """, r => new StepCount(r.Text(0), r.Integer(1) == 1, r.Integer(2) == 1, RecordValues.Status(r.Text(3), "status"), r.Number(4)), run);

    /// <summary>The rows of the tasks of a step that count, in the order of their items; without those that only made the items.</summary>
    public List<long> Rows(long run, string step) => connection.Rows(
        $"SELECT t.id FROM task t INDEXED BY task_place WHERE t.run = $0 AND t.step = $1 AND t.split = 0 AND {Counts} ORDER BY t.idx, t.item", r => r.Integer(0), run, step);

    /// <summary>The rows of all tasks of a run that count, in the order of their steps and items; without those that only made the items.</summary>
    public List<long> Rows(long run) => connection.Rows(
        $"SELECT t.id FROM task t INDEXED BY task_place WHERE t.run = $0 AND t.split = 0 AND {Counts} ORDER BY t.ord, t.step, t.idx, t.item", r => r.Integer(0), run);

    /// <summary>The row of the newest attempt of an item; the empty item is that of a plain step.</summary>
    public long? Row(long run, string step, string item) => connection.Integer(
        "SELECT id FROM task INDEXED BY task_place WHERE run = $0 AND step = $1 AND item = $2 ORDER BY attempt DESC, coalesce(record, progress) DESC LIMIT 1", run, step, item);

    /// <summary>The last values of the metrics of a run: of several tasks with a metric of one name, that of the last one counts.</summary>
    public List<(string Name, double? Last, string Step, string Item)> Metrics(long run) => connection.Rows($"""
        SELECT k.name, m.last, t.step, t.item FROM task t INDEXED BY task_place CROSS JOIN metric m ON m.task = t.id CROSS JOIN key k ON k.id = m.key
        WHERE t.run = $0 AND {Counts} ORDER BY t.ord, t.idx, t.item
        """, r => (r.Text(0), r.OptionalDouble(1), r.Text(2), r.Text(3)), run);

    public TaskItem? Find(Guid task)
    {
        for (var row = RowIds.Of(task); ; row++)
        {
            if (connection.Integer("SELECT uuid = $1 FROM task WHERE id = $0", row, task.ToBytes()) is not { } isSame)
                return null;
            if (isSame == 1)
                return Get(row);
        }
    }

    /// <summary>The task of a row; null if the index was built again since the row was read.</summary>
    public TaskItem? Get(long row) => connection.Rows($"SELECT {Columns} WHERE t.id = $0", Read, row).SingleOrDefault();

    /// <summary>All tasks of a run that count, in the order of their steps and items.</summary>
    public List<TaskItem> All(long run) => connection.Rows($"SELECT {Columns} WHERE t.run = $0 AND {Counts} ORDER BY t.ord, t.step, t.idx, t.item", Read, run);

    /// <summary>The newest task that has succeeded with a key of the step cache, in a run that is not deleted.</summary>
    public TaskItem? Cached(string key) => connection.Rows(
        $"SELECT {Columns} CROSS JOIN run r ON r.id = t.run WHERE t.cache = $0 AND t.status = 'Succeeded' AND r.deleted = 0 ORDER BY t.id DESC LIMIT 1", Read, key).SingleOrDefault();

    /// <summary>The tasks of a step that have succeeded with a key of the step cache, in runs that are not deleted; the newest run first.</summary>
    public List<TaskItem> Cached(string flow, string step, int limit)
    {
        var rows = connection.Rows("""
            SELECT t.id FROM run r INDEXED BY run_flow CROSS JOIN task t INDEXED BY task_place ON t.run = r.id
            WHERE r.fold = $0 AND r.deleted = 0 AND t.step = $1 AND t.status = 'Succeeded' AND t.cache IS NOT NULL ORDER BY r.id DESC LIMIT $2
            """, r => r.Integer(0), flow, step, (long)limit);
        return [.. rows.Select(row => Get(row)!)];
    }

    /// <summary>The names that the tasks of a step have read from earlier tasks: those of the newest tasks that have succeeded, in runs that are not deleted.</summary>
    public List<string> Reads(string flow, string step, int tasks) => connection.Rows("""
        SELECT DISTINCT i.name FROM (
            SELECT t.id FROM run r INDEXED BY run_flow CROSS JOIN task t INDEXED BY task_place ON t.run = r.id
            WHERE r.fold = $0 AND r.deleted = 0 AND t.step = $1 AND t.split = 0 AND t.status IN ('Succeeded', 'Cached') ORDER BY r.id DESC LIMIT $2
        ) n CROSS JOIN input i ON i.task = n.id WHERE i.source IS NOT NULL
        """, r => r.Text(0), flow, step, (long)tasks);

    private static TaskItem Read(IndexRow row) => new(row.Integer(0), row.Integer(1), row.IsNull(2) ? null : row.Bytes(2), row.IsNull(3) ? null : row.Bytes(3));
}
