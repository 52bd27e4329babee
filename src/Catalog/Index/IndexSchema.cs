namespace Cairn.Catalog.Index;

/// <summary>The tables of the index.</summary>
/// <remarks>
/// There are no migrations: another number is another file, which is built from the store. Records arrive in any order, so there are no foreign keys. Times are
/// microseconds since 1970. <c>version.id</c> begins with the milliseconds of the version's time (<see cref="RowIds"/>), so the order of ids is the order of time in every table that refers to it.
/// The tables <c>property</c>, <c>version_tag</c> and <c>version_search</c> have rows only for versions that lists show.
/// <c>run.id</c> and <c>task.id</c> come from the UUID (<see cref="RowIds"/>), so rows are found without another index, and are in the order of the UUIDs. A run of which only tasks, tags or a
/// chain are known has no <c>fold</c>. A task is one attempt; the attempts of one item have the same <c>run</c>, <c>step</c> and <c>item</c>, which is empty for a plain step.
/// <c>run_record</c>, <c>task_record</c> and <c>task_progress</c> have the records as stored, for what no list shows.
/// </remarks>
internal static class IndexSchema
{
    /// <summary>The number of the schema, which is part of the file's name. Each change of the tables, and of what is written into them, increments it.</summary>
    public const int Number = 4;

    /// <summary>The tables, and the indexes that the application of records needs.</summary>
    public const string Tables = """
        CREATE TABLE meta(key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
        CREATE TABLE feed_cursor(day INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;
        CREATE TABLE feed_seen(path TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
        CREATE TABLE chain(folder TEXT PRIMARY KEY, head INTEGER NOT NULL, hash TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE unreadable(hash TEXT PRIMARY KEY, content BLOB NOT NULL, reason TEXT NOT NULL) STRICT, WITHOUT ROWID;

        CREATE TABLE name(fold TEXT PRIMARY KEY, folder TEXT NOT NULL, text TEXT, owner BLOB, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE asset(id INTEGER PRIMARY KEY, uuid BLOB NOT NULL, fold TEXT, type TEXT, created_at INTEGER NOT NULL, created_by TEXT NOT NULL, changed_at INTEGER NOT NULL,
            latest INTEGER NOT NULL, gone INTEGER NOT NULL, state TEXT NOT NULL) STRICT;
        CREATE INDEX asset_uuid ON asset(uuid);
        CREATE TABLE asset_name(fold TEXT, asset INTEGER, PRIMARY KEY(fold, asset)) STRICT, WITHOUT ROWID;
        CREATE INDEX asset_name_asset ON asset_name(asset);
        CREATE TABLE asset_tag(tag TEXT, asset INTEGER, PRIMARY KEY(tag, asset)) STRICT, WITHOUT ROWID;
        CREATE INDEX asset_tag_asset ON asset_tag(asset);
        CREATE TABLE alias(asset INTEGER, name TEXT, fold TEXT NOT NULL, n INTEGER NOT NULL, fixed INTEGER NOT NULL, seq INTEGER NOT NULL, moved_at INTEGER NOT NULL, moved_by TEXT NOT NULL,
            PRIMARY KEY(asset, name)) STRICT, WITHOUT ROWID;
        CREATE TABLE alias_move(asset INTEGER, seq INTEGER, name TEXT, from_n INTEGER, to_n INTEGER, at INTEGER NOT NULL, by TEXT NOT NULL, why TEXT,
            PRIMARY KEY(asset, seq, name)) STRICT, WITHOUT ROWID;
        CREATE TABLE version(id INTEGER PRIMARY KEY, asset INTEGER NOT NULL, n INTEGER NOT NULL, seq INTEGER NOT NULL, artifact BLOB NOT NULL, origin TEXT, type TEXT,
            created_at INTEGER NOT NULL, created_by TEXT NOT NULL, description TEXT, tags TEXT NOT NULL, hidden INTEGER NOT NULL,
            run BLOB, task BLOB) STRICT;
        CREATE UNIQUE INDEX version_number ON version(asset, n);
        CREATE TABLE document(version INTEGER PRIMARY KEY, json TEXT NOT NULL) STRICT;
        CREATE TABLE key(id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
        CREATE INDEX key_name ON key(name);
        CREATE TABLE property(version INTEGER, key INTEGER, value ANY, PRIMARY KEY(version, key, value)) STRICT, WITHOUT ROWID;
        CREATE TABLE version_tag(tag TEXT, version INTEGER, PRIMARY KEY(tag, version)) STRICT, WITHOUT ROWID;
        CREATE TABLE run(id INTEGER PRIMARY KEY, uuid BLOB NOT NULL, tail INTEGER NOT NULL, flow TEXT, fold TEXT, recorded TEXT, closed TEXT, deleted INTEGER NOT NULL,
            dry INTEGER NOT NULL DEFAULT 0, started_at INTEGER, finished_at INTEGER, origin BLOB, parent BLOB, host TEXT, by TEXT, at INTEGER, record BLOB,
            status TEXT AS (CASE WHEN recorded IN ('Pending', 'Running') THEN coalesce(closed, recorded) ELSE recorded END)) STRICT;
        CREATE TABLE run_record(run INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT;
        CREATE TABLE run_tag(run INTEGER, tag TEXT, record BLOB NOT NULL, is_set INTEGER NOT NULL, PRIMARY KEY(run, tag)) STRICT, WITHOUT ROWID;
        CREATE TABLE run_parameter(run INTEGER, key INTEGER, value ANY, PRIMARY KEY(run, key, value)) STRICT, WITHOUT ROWID;
        CREATE TABLE task(id INTEGER PRIMARY KEY, uuid BLOB NOT NULL, run INTEGER NOT NULL, step TEXT NOT NULL, item TEXT NOT NULL, attempt INTEGER NOT NULL, ord INTEGER, idx INTEGER,
            split INTEGER NOT NULL DEFAULT 0, status TEXT NOT NULL, started_at INTEGER, finished_at INTEGER, base BLOB, source BLOB, cache TEXT, at INTEGER NOT NULL, record BLOB, progress BLOB) STRICT;
        CREATE TABLE task_record(task INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT;
        CREATE TABLE task_progress(task INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT;
        CREATE TABLE output(task INTEGER, state INTEGER, name TEXT, artifact BLOB, PRIMARY KEY(task, state, name)) STRICT, WITHOUT ROWID;
        CREATE TABLE input(task INTEGER, ord INTEGER, name TEXT NOT NULL, role TEXT NOT NULL, artifact BLOB NOT NULL, asset BLOB, n INTEGER, source BLOB, source_name TEXT,
            PRIMARY KEY(task, ord)) STRICT, WITHOUT ROWID;
        CREATE TABLE metric(task INTEGER, key INTEGER, run INTEGER NOT NULL, last REAL, min REAL, max REAL, count INTEGER NOT NULL, step INTEGER NOT NULL,
            PRIMARY KEY(task, key)) STRICT, WITHOUT ROWID;
        CREATE TABLE export(task INTEGER, ord INTEGER, name TEXT NOT NULL, path TEXT NOT NULL, bytes INTEGER NOT NULL, media TEXT NOT NULL, digest BLOB NOT NULL, etag TEXT,
            PRIMARY KEY(task, ord)) STRICT, WITHOUT ROWID;
        CREATE VIRTUAL TABLE asset_search USING fts5(name, text, tags, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');
        CREATE VIRTUAL TABLE version_search USING fts5(name, text, tags, meta, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');
        """;

    /// <summary>The indexes that only queries need.</summary>
    public const string Indexes = """
        CREATE INDEX asset_fold ON asset(fold);
        CREATE INDEX asset_type ON asset(type, fold);
        CREATE INDEX asset_changed ON asset(changed_at);
        CREATE INDEX alias_fold ON alias(fold, asset);
        CREATE INDEX version_time ON version(hidden, id);
        CREATE INDEX version_type ON version(type, hidden, id);
        CREATE INDEX version_artifact ON version(artifact);
        CREATE INDEX property_value ON property(key, value, version);
        CREATE INDEX version_tag_version ON version_tag(version);
        CREATE INDEX run_tail ON run(tail);
        CREATE INDEX run_flow ON run(fold, id);
        CREATE INDEX run_flow_status ON run(fold, status, id);
        CREATE INDEX run_status ON run(status, id);
        CREATE INDEX run_tag_tag ON run_tag(tag, run);
        CREATE INDEX task_place ON task(run, step, item, attempt);
        CREATE INDEX task_cache ON task(cache, id) WHERE cache IS NOT NULL;
        CREATE INDEX metric_value ON metric(run, key, last);
        """;
}
