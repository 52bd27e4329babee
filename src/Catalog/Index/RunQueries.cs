using Cairn.Catalog.RunRecords;

namespace Cairn.Catalog.Index;

/// <summary>Queries for runs.</summary>
internal sealed class RunQueries(IndexConnection connection)
{
    private const string Columns = """
        r.id, r.uuid, r.flow, r.status, r.deleted, r.started_at, r.finished_at, r.origin, r.parent, r.host, r.by, r.at,
        EXISTS (SELECT 1 FROM run o WHERE o.tail = r.tail AND o.id <> r.id AND o.fold = r.fold),
        (SELECT json_group_array(t.tag) FROM run_tag t WHERE t.run = r.id AND t.is_set = 1), r.recorded, r.fold, r.dry
        """;

    public IndexPage<RunItem> List(RunQuery query)
    {
        var builder = new QueryBuilder();
        var from = query.Tag is not null ? "run_tag t CROSS JOIN run r ON r.id = t.run"
            : query.Flow is not null ? $"run r INDEXED BY {(query.Statuses.Count == 1 ? "run_flow_status" : "run_flow")}"
            : query.Statuses.Count == 1 ? "run r INDEXED BY run_status"
            : "run r";
        // The index of the tags is in the order of the runs.
        var id = query.Tag is not null ? "t.run" : "r.id";
        if (query.Tag is not null)
            builder.And($"t.tag = {builder.Add(query.Tag)} AND t.is_set = 1");
        builder.And(query.Flow is not null ? $"r.fold = {builder.Add(query.Flow)}" : "r.fold IS NOT NULL");
        if (query.Statuses.Count > 0)
            builder.And($"r.status {(query.Statuses.Count == 1 ? $"= {builder.Add(query.Statuses[0])}" : $"IN ({string.Join(", ", query.Statuses.Select(builder.Add))})")}");
        if (query.After is not null)
            builder.And($"{id} < {builder.Add(PageCursor.Read(query.After, 1)[0])}");
        if (query.Since is { } since)
            builder.And($"{id} >= {builder.Add(RowIds.First(since.ToMicroseconds()))}");
        if (query.Until is { } until)
            builder.And($"{id} < {builder.Add(RowIds.First(until.ToMicroseconds() + 999))}");
        if (!query.IncludeDeleted)
            builder.And("r.deleted = 0");
        if (!query.IncludeDry)
            builder.And("r.dry = 0");
        foreach (var condition in query.Parameters)
        {
            builder.And($"""
                EXISTS (SELECT 1 FROM run_parameter q WHERE q.run = r.id AND q.key = (SELECT id FROM key WHERE name = {builder.Add(condition.Key)}) AND {Condition(builder, condition, "q.value")})
                """);
        }
        foreach (var condition in query.Metrics)
        {
            builder.And($"""
                EXISTS (SELECT 1 FROM metric m CROSS JOIN task t ON t.id = m.task WHERE m.run = r.id AND m.key = (SELECT id FROM key WHERE name = {builder.Add(condition.Key)})
                AND {Condition(builder, condition, "m.last")} AND {TaskQueries.Counts})
                """);
        }
        var rows = connection.Rows($"SELECT {Columns} FROM {from}{builder.Where} ORDER BY {id} DESC LIMIT {builder.Add(query.PageSize + 1L)}", Read, builder.Values);
        return new([.. rows.Take(query.PageSize)], rows.Count > query.PageSize ? PageCursor.Write(rows[query.PageSize - 1].Row) : null);
    }

    public RunItem? Find(Guid id)
    {
        for (var row = RowIds.Of(id); ; row++)
        {
            if (connection.Integer("SELECT uuid = $1 FROM run WHERE id = $0", row, id.ToBytes()) is not { } isSame)
                return null;
            if (isSame == 1)
                return connection.Rows($"SELECT {Columns} FROM run r WHERE r.id = $0 AND r.fold IS NOT NULL", Read, row).SingleOrDefault();
        }
    }

    /// <summary>Finds the runs of a flow that have the same low 40 bits.</summary>
    public List<RunItem> Find(string flow, long tail) => connection.Rows($"SELECT {Columns} FROM run r INDEXED BY run_tail WHERE r.tail = $0 AND r.fold = $1", Read, tail, flow);

    /// <summary>Whether a flow has runs, deleted ones included.</summary>
    public bool HasFlow(string flow) => connection.Integer("SELECT EXISTS (SELECT 1 FROM run INDEXED BY run_flow WHERE fold = $0)", flow) == 1;

    /// <summary>The record of a run as stored; null if the index was built again since the row was read, and does not have it.</summary>
    public byte[]? Record(long run) => connection.Rows("SELECT content FROM run_record WHERE run = $0", r => r.Bytes(0), run).SingleOrDefault();

    /// <summary>When the newest record of a run or of its tasks was written.</summary>
    public DateTimeOffset LastSign(RunItem run) =>
        connection.Integer("SELECT max(at) FROM task INDEXED BY task_place WHERE run = $0", run.Row) is { } at && ColumnValues.ToTime(at) > run.At ? ColumnValues.ToTime(at) : run.At;

    /// <summary>The greatest id of the records of a run's tags; null if it has none.</summary>
    public Guid? LastTagRecord(long run) =>
        connection.Rows("SELECT record FROM run_tag WHERE run = $0 ORDER BY record DESC LIMIT 1", r => ColumnValues.ToGuid(r.Bytes(0)), run) is [var id] ? id : null;

    private static string Condition(QueryBuilder builder, MetadataCondition condition, string column) => condition.ToSql(column, builder.Add(condition.ToParameter()));

    private static RunItem Read(IndexRow row) => new(
        row.Integer(0), ColumnValues.ToGuid(row.Bytes(1)), row.Text(2), row.Text(15), RecordValues.Status(row.Text(3), "status"), row.Integer(4) == 1, ColumnValues.ToTime(row.Integer(5)),
        row.OptionalTime(6))
    {
        Origin = row.OptionalGuid(7),
        Parent = row.OptionalGuid(8),
        Host = row.OptionalText(9),
        By = row.Text(10),
        At = ColumnValues.ToTime(row.Integer(11)),
        HasEnded = row.Text(14) is not ("Pending" or "Running"),
        IsAmbiguous = row.Integer(12) == 1,
        IsDry = row.Integer(16) == 1,
        Tags = [.. ColumnValues.ToTexts(row.Text(13)).Order(StringComparer.Ordinal)],
    };
}
