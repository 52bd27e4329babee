using Cairn.Catalog.Names;
using Cairn.Catalog.Records;
using Cairn.Catalog.States;
using Microsoft.Data.Sqlite;

namespace Cairn.Catalog.Index;

/// <summary>Writes what records of assets say into the tables.</summary>
/// <param name="connection">The connection, in a transaction.</param>
internal sealed class AssetRows(IndexConnection connection)
{
    private readonly VersionRows _versions = new(connection);

    /// <summary>Applies the next record of an asset's chain.</summary>
    public void Apply(Guid asset, AssetRecord record)
    {
        var uuid = asset.ToBytes();
        var (change, state, at, by) = (record.Change, record.State, record.Record.At.ToMicroseconds(), record.Record.By);
        var before = connection.Rows("SELECT id, names, type, tags, deleted, gone, display, description, fold FROM asset WHERE uuid = $0", AssetBefore.Of, uuid).SingleOrDefault();
        var id = before?.Id ?? Free(at, asset);
        var (texts, ranges, isGone) = (state.Names, state.Deleted, state.IsGone);
        var (names, tags) = (ColumnValues.ToJson(texts), ColumnValues.ToJson(state.Tags));
        var (deleted, pinned) = (ranges.IsEmpty ? null : ranges.ToString(), string.Join(',', state.Pinned));
        var name = texts.Count > 0 ? texts[0] : null;
        var fold = before?.Names == names ? before.Fold : name is null ? null : UnicodeTable.Fold(name);
        connection.Execute("""
            INSERT INTO asset(id, uuid, name, fold, names, type, display, description, tags, created_at, created_by, changed_at, n, latest, deleted, pinned, gone)
            VALUES($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $9, $11, $12, $13, $14, $15)
            ON CONFLICT(id) DO UPDATE SET name = $2, fold = $3, names = $4, type = $5, display = $6, description = $7, tags = $8, changed_at = $9, n = $11, latest = $12, deleted = $13,
            pinned = $14, gone = $15
            """, id, uuid, name, fold, names, state.Type, state.Display, state.Description, tags, at, by, state.Newest, state.Latest, deleted, pinned.Length == 0 ? null : pinned, isGone ? 1 : 0);
        if (before?.Names != names)
            SetNames(id, texts);
        if (before?.Tags != tags)
            SetTags(id, state.Tags);
        if (before is null || before.Names != names || before.Tags != tags || before.Display != state.Display || before.Description != state.Description)
            SetSearch(id, state);
        SetAliases(id, record, at);
        if (before is not null && before.Type != state.Type)
            connection.Execute("UPDATE version SET type = $1 WHERE asset = $0", id, state.Type);
        if (before is not null && before.Fold != fold)
            _versions.Rename(id, name);
        // What exists already, before the new version, which is written as what it is.
        Hide(id, name, before, state, deleted);
        if (change.Version is { } number)
            _versions.Insert(id, asset, name, number, record, isHidden: isGone || ranges.Contains(number));
        if (change.Edit is { } edit)
            _versions.Edit(id, name, edit);
    }

    /// <summary>Removes everything about an asset.</summary>
    public void Remove(Guid asset)
    {
        if (connection.Integer("SELECT id FROM asset WHERE uuid = $0", asset.ToBytes()) is not { } id)
            return;
        _versions.RemoveAll(id);
        foreach (var table in (string[])["asset_name", "asset_tag", "alias", "alias_move"])
            connection.Execute($"DELETE FROM {table} WHERE asset = $0", id);
        connection.Execute("DELETE FROM asset_search WHERE rowid = $0", id);
        connection.Execute("DELETE FROM asset WHERE id = $0", id);
    }

    private long Free(long at, Guid asset)
    {
        var id = RowIds.Of(at, asset.ToString());
        while (connection.Integer("SELECT id FROM asset WHERE id = $0", id) is not null)
            id++;
        return id;
    }

    private void SetNames(long id, IReadOnlyList<string> names)
    {
        connection.Execute("DELETE FROM asset_name WHERE asset = $0", id);
        foreach (var (i, name) in names.Index())
            connection.Execute("INSERT OR IGNORE INTO asset_name(fold, asset, ord, text) VALUES($0, $1, $2, $3)", UnicodeTable.Fold(name), id, i, name);
    }

    private void SetTags(long id, IReadOnlyList<string> tags)
    {
        connection.Execute("DELETE FROM asset_tag WHERE asset = $0", id);
        foreach (var tag in tags)
            connection.Execute("INSERT OR IGNORE INTO asset_tag(tag, asset) VALUES($0, $1)", tag, id);
    }

    private void SetSearch(long id, AssetState state)
    {
        connection.Execute("DELETE FROM asset_search WHERE rowid = $0", id);
        if (!state.IsGone)
        {
            connection.Execute("INSERT INTO asset_search(rowid, name, text, tags) VALUES($0, $1, $2, $3)",
                id, string.Join(' ', state.Names), $"{state.Display} {state.Description}", string.Join(' ', state.Tags));
        }
    }

    /// <summary>Makes the aliases those of the state: a record between that could not be read may have moved them too.</summary>
    private void SetAliases(long id, AssetRecord record, long at)
    {
        var (sequence, by) = (record.Record.Sequence, record.Record.By);
        foreach (var (alias, from, to) in record.Change.Moves)
        {
            connection.Execute("INSERT OR REPLACE INTO alias_move(asset, seq, name, from_n, to_n, at, by, why) VALUES($0, $1, $2, $3, $4, $5, $6, $7)",
                id, sequence, alias, from, to, at, by, record.Change.Why);
        }
        var (aliases, fixedAliases) = (record.State.Aliases, record.State.Fixed);
        var present = connection.Rows("SELECT name, n, fixed FROM alias WHERE asset = $0", r => (Name: r.GetString(0), Target: (r.GetInt32(1), r.GetInt32(2) == 1)), id);
        foreach (var (name, _) in present)
        {
            if (!aliases.ContainsKey(name))
                connection.Execute("DELETE FROM alias WHERE asset = $0 AND name = $1", id, name);
        }
        foreach (var (name, number) in aliases)
        {
            var isFixed = fixedAliases.Contains(name);
            var known = present.FindIndex(p => p.Name == name);
            if (known >= 0 && present[known].Target.Item1 == number)
            {
                if (present[known].Target.Item2 != isFixed)
                    connection.Execute("UPDATE alias SET fixed = $2 WHERE asset = $0 AND name = $1", id, name, isFixed ? 1 : 0);
                continue;
            }
            connection.Execute("INSERT OR REPLACE INTO alias(asset, name, n, fixed, seq, moved_at, moved_by) VALUES($0, $1, $2, $3, $4, $5, $6)",
                id, name, number, isFixed ? 1 : 0, sequence, at, by);
        }
    }

    /// <summary>Hides and shows versions where the deleted ranges differ from those before.</summary>
    private void Hide(long id, string? name, AssetBefore? before, AssetState state, string? deleted)
    {
        if (before is null || (before.Deleted == deleted && before.IsGone == state.IsGone))
            return;
        var all = VersionRanges.Parse($"1-{int.MaxValue - 1}");
        var hiddenBefore = before.IsGone ? all : VersionRanges.Parse(before.Deleted);
        var hidden = state.IsGone ? all : state.Deleted;
        foreach (var (first, last) in hidden.Except(hiddenBefore))
            _versions.SetHidden(id, name, first, last, isHidden: true);
        foreach (var (first, last) in hiddenBefore.Except(hidden))
            _versions.SetHidden(id, name, first, last, isHidden: false);
        if (before.IsGone != state.IsGone)
            SetSearch(id, state);
    }

    private sealed record AssetBefore(long Id, string Names, string? Type, string Tags, string? Deleted, bool IsGone, string? Display, string? Description, string? Fold)
    {
        public static AssetBefore Of(SqliteDataReader row) => new(
            row.GetInt64(0), row.GetString(1), row.TextOrNull(2), row.GetString(3), row.TextOrNull(4), row.GetInt32(5) == 1, row.TextOrNull(6), row.TextOrNull(7), row.TextOrNull(8));
    }
}
