using Microsoft.Data.Sqlite;

namespace Catalog.Tests.Index;

/// <summary>What an index contains, without the numbers of rows, which depend on the order of arrival.</summary>
internal static class IndexDump
{
    private static readonly string[] _queries =
    [
        "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'",
        "SELECT folder, head, hash FROM chain",
        "SELECT hash, reason FROM unreadable",
        "SELECT fold, text, hex(owner), seq FROM name",
        "SELECT hex(uuid), fold, type, created_at, created_by, changed_at, latest, gone, state FROM asset",
        "SELECT hex(a.uuid), x.fold FROM asset_name x JOIN asset a ON a.id = x.asset",
        "SELECT hex(a.uuid), x.tag FROM asset_tag x JOIN asset a ON a.id = x.asset",
        "SELECT hex(a.uuid), x.name, x.fold, x.n, x.fixed, x.seq, x.moved_at, x.moved_by FROM alias x JOIN asset a ON a.id = x.asset",
        "SELECT hex(a.uuid), x.name, x.seq, x.from_n, x.to_n, x.at, x.by, x.why FROM alias_move x JOIN asset a ON a.id = x.asset",
        "SELECT hex(a.uuid), v.n, v.seq, hex(v.artifact), v.origin, v.type, v.created_at, v.created_by, v.description, v.tags, v.hidden, hex(v.run), hex(v.task), d.json "
            + "FROM version v JOIN asset a ON a.id = v.asset LEFT JOIN document d ON d.version = v.id",
        "SELECT hex(a.uuid), v.n, k.name, typeof(p.value), p.value FROM property p JOIN version v ON v.id = p.version JOIN asset a ON a.id = v.asset JOIN key k ON k.id = p.key",
        "SELECT hex(a.uuid), v.n, t.tag FROM version_tag t JOIN version v ON v.id = t.version JOIN asset a ON a.id = v.asset",
        "SELECT 'a', hex(a.uuid) FROM asset_search s JOIN asset a ON a.id = s.rowid WHERE asset_search MATCH 'team OR x OR y'",
        "SELECT 'v', hex(a.uuid), v.n FROM version_search s JOIN version v ON v.id = s.rowid JOIN asset a ON a.id = v.asset WHERE version_search MATCH 'north OR eclair OR old OR retrained'",
        "SELECT hex(uuid), tail, flow, fold, recorded, closed, status, deleted, started_at, finished_at, "
            + "hex(origin), hex(parent), host, by, at, dry, hex(record), hex(d.content) FROM run r LEFT JOIN run_record d ON d.run = r.id",
        "SELECT hex(r.uuid), t.tag, hex(t.record), t.is_set FROM run_tag t JOIN run r ON r.id = t.run",
        "SELECT hex(r.uuid), k.name, typeof(p.value), p.value FROM run_parameter p JOIN run r ON r.id = p.run JOIN key k ON k.id = p.key",
        "SELECT hex(t.uuid), hex(r.uuid), step, item, attempt, ord, idx, split, t.status, t.started_at, t.finished_at, "
            + "hex(base), hex(source), cache, t.at, hex(t.record), hex(progress), hex(d.content), hex(p.content) "
            + "FROM task t JOIN run r ON r.id = t.run LEFT JOIN task_record d ON d.task = t.id LEFT JOIN task_progress p ON p.task = t.id",
        "SELECT hex(t.uuid), o.state, o.name, hex(o.artifact) FROM output o JOIN task t ON t.id = o.task",
        "SELECT hex(t.uuid), i.ord, i.name, role, hex(i.artifact), hex(i.asset), i.n, hex(i.source), i.source_name FROM input i JOIN task t ON t.id = i.task",
        "SELECT hex(t.uuid), hex(r.uuid), k.name, last, min, max, count, m.step FROM metric m JOIN task t ON t.id = m.task JOIN run r ON r.id = m.run JOIN key k ON k.id = m.key",
        "SELECT hex(t.uuid), e.ord, e.name, path, bytes, media, hex(digest), etag FROM export e JOIN task t ON t.id = e.task",
        "SELECT (SELECT count(*) FROM task_record), (SELECT count(*) FROM task_progress), "
            + "(SELECT count(*) FROM output), (SELECT count(*) FROM input), (SELECT count(*) FROM metric), (SELECT count(*) FROM export)",
        "SELECT count(*) FROM version_search WHERE version_search MATCH 'x OR y'",
    ];

    public static string Of(string path)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        List<string> text = [];
        foreach (var query in _queries)
        {
            using var command = connection.CreateCommand();
            command.CommandText = query;
            using var reader = command.ExecuteReader();
            List<string> rows = [];
            while (reader.Read())
                rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount)
                    .Select(i => reader.IsDBNull(i) ? "null" : Convert.ToString(reader.GetValue(i), System.Globalization.CultureInfo.InvariantCulture))));
            rows.Sort(StringComparer.Ordinal);
            text.Add(query);
            text.AddRange(rows);
        }
        return string.Join('\n', text);
    }
}
