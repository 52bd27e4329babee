using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Artifacts;
using Cairn.Catalog.Records;
using Microsoft.Data.Sqlite;

namespace Cairn.Catalog.Index;

/// <summary>Writes what records of assets say into the tables.</summary>
/// <param name="connection">The connection, in a transaction.</param>
internal sealed class AssetRows(IndexConnection connection)
{
    private static readonly JsonDocumentOptions _reading = new() { MaxDepth = RecordJson.MaxDepth };
    private readonly VersionRows _versions = new(connection);

    /// <summary>Applies the next record of an asset's chain.</summary>
    public void Apply(IndexedChange change)
    {
        var before = connection.Rows("SELECT id, names, type, tags, deleted, gone, display, description, fold FROM asset WHERE uuid = $0", AssetBefore.Of, change.Asset.ToBytes()).SingleOrDefault();
        var id = before?.Id ?? Free(change);
        var (names, tags) = (ColumnValues.ToJson(change.Names.Select(n => n.Text)), ColumnValues.ToJson(change.Tags));
        var deleted = change.Deleted.IsEmpty ? null : change.Deleted.ToString();
        var latest = change.IsGone ? 0 : change.Deleted.GreatestAbsent(change.Newest);
        var (name, fold) = change.Names.Count > 0 ? change.Names[0] : ((string?)null, (string?)null);
        connection.Execute("""
            INSERT INTO asset(id, uuid, name, fold, names, type, display, description, tags, created_at, created_by, changed_at, n, latest, deleted, pinned, gone)
            VALUES($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $9, $11, $12, $13, $14, $15)
            ON CONFLICT(id) DO UPDATE SET name = $2, fold = $3, names = $4, type = $5, display = $6, description = $7, tags = $8, changed_at = $9, n = $11, latest = $12, deleted = $13,
            pinned = $14, gone = $15
            """, id, change.Asset.ToBytes(), name, fold, names, change.Type, change.Display, change.AssetDescription, tags, change.At, change.By, change.Newest, latest, deleted,
            change.Pinned.Count == 0 ? null : string.Join(',', change.Pinned), change.IsGone ? 1 : 0);
        if (before?.Names != names)
            SetNames(id, change);
        if (before?.Tags != tags)
            SetTags(id, change);
        if (before is null || before.Names != names || before.Tags != tags || before.Display != change.Display || before.Description != change.AssetDescription)
            SetSearch(id, change);
        SetAliases(id, change);
        if (before is not null && before.Type != change.Type)
            connection.Execute("UPDATE version SET type = $1 WHERE asset = $0", id, change.Type);
        if (before is not null && before.Fold != fold)
            _versions.Rename(id, name);
        // What exists already, before the new version, which is written as what it is.
        Hide(id, before, change, deleted);
        if (change.Version is { } number)
            _versions.Insert(id, name, number, change, isHidden: change.IsGone || change.Deleted.Contains(number));
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

    /// <summary>Checks that the metadata of a record can be written.</summary>
    /// <exception cref="FormatException">It cannot.</exception>
    public static void Check(IndexedChange change)
    {
        foreach (var meta in (JsonObject?[])[change.Meta, change.Edit?.Meta])
        {
            if (meta is null)
                continue;
            using var document = JsonDocument.Parse(meta.ToJsonString(), _reading);
            foreach (var leaf in MetadataLeaves.Of(document.RootElement))
                _ = leaf;
        }
    }

    private long Free(IndexedChange change)
    {
        var id = RowIds.Of(change.At, change.Asset.ToString());
        while (connection.Integer("SELECT id FROM asset WHERE id = $0", id) is not null)
            id++;
        return id;
    }

    private void SetNames(long id, IndexedChange change)
    {
        connection.Execute("DELETE FROM asset_name WHERE asset = $0", id);
        foreach (var (i, (text, fold)) in change.Names.Index())
            connection.Execute("INSERT OR IGNORE INTO asset_name(fold, asset, ord, text) VALUES($0, $1, $2, $3)", fold, id, i, text);
    }

    private void SetTags(long id, IndexedChange change)
    {
        connection.Execute("DELETE FROM asset_tag WHERE asset = $0", id);
        foreach (var tag in change.Tags)
            connection.Execute("INSERT OR IGNORE INTO asset_tag(tag, asset) VALUES($0, $1)", tag, id);
    }

    private void SetSearch(long id, IndexedChange change)
    {
        connection.Execute("DELETE FROM asset_search WHERE rowid = $0", id);
        if (!change.IsGone)
        {
            connection.Execute("INSERT INTO asset_search(rowid, name, text, tags) VALUES($0, $1, $2, $3)",
                id, string.Join(' ', change.Names.Select(n => n.Text)), $"{change.Display} {change.AssetDescription}", string.Join(' ', change.Tags));
        }
    }

    /// <summary>Makes the aliases those of the state: a record between that could not be read may have moved them too.</summary>
    private void SetAliases(long id, IndexedChange change)
    {
        foreach (var (alias, from, to) in change.Moves)
        {
            connection.Execute("INSERT OR REPLACE INTO alias_move(asset, seq, name, from_n, to_n, at, by, why) VALUES($0, $1, $2, $3, $4, $5, $6, $7)",
                id, change.Sequence, alias, from, to, change.At, change.By, change.Why);
        }
        var present = connection.Rows("SELECT name, n, fixed FROM alias WHERE asset = $0", r => (Name: r.GetString(0), Target: (r.GetInt32(1), r.GetInt32(2) == 1)), id);
        foreach (var (name, target) in present)
        {
            if (!change.Aliases.ContainsKey(name))
                connection.Execute("DELETE FROM alias WHERE asset = $0 AND name = $1", id, name);
        }
        foreach (var (name, target) in change.Aliases)
        {
            var at = present.FindIndex(p => p.Name == name);
            if (at >= 0 && present[at].Target.Item1 == target.Number)
            {
                if (present[at].Target.Item2 != target.IsFixed)
                    connection.Execute("UPDATE alias SET fixed = $2 WHERE asset = $0 AND name = $1", id, name, target.IsFixed ? 1 : 0);
                continue;
            }
            connection.Execute("INSERT OR REPLACE INTO alias(asset, name, n, fixed, seq, moved_at, moved_by) VALUES($0, $1, $2, $3, $4, $5, $6)",
                id, name, target.Number, target.IsFixed ? 1 : 0, change.Sequence, change.At, change.By);
        }
    }

    /// <summary>Hides and shows versions where the deleted ranges differ from those before.</summary>
    private void Hide(long id, AssetBefore? before, IndexedChange change, string? deleted)
    {
        if (before is null || (before.Deleted == deleted && before.IsGone == change.IsGone))
            return;
        var all = VersionRanges.Parse($"1-{int.MaxValue - 1}");
        var hiddenBefore = before.IsGone ? all : VersionRanges.Parse(before.Deleted);
        var hidden = change.IsGone ? all : change.Deleted;
        foreach (var (first, last) in hidden.Except(hiddenBefore))
            _versions.SetHidden(id, change.Names.Count > 0 ? change.Names[0].Text : null, first, last, isHidden: true);
        foreach (var (first, last) in hiddenBefore.Except(hidden))
            _versions.SetHidden(id, change.Names.Count > 0 ? change.Names[0].Text : null, first, last, isHidden: false);
        if (before.IsGone != change.IsGone)
            SetSearch(id, change);
    }

    private sealed record AssetBefore(long Id, string Names, string? Type, string Tags, string? Deleted, bool IsGone, string? Display, string? Description, string? Fold)
    {
        public static AssetBefore Of(SqliteDataReader row) => new(
            row.GetInt64(0), row.GetString(1), row.TextOrNull(2), row.GetString(3), row.TextOrNull(4), row.GetInt32(5) == 1, row.TextOrNull(6), row.TextOrNull(7), row.TextOrNull(8));
    }
}
