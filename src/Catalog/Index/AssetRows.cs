using Cairn.Catalog.Names;
using Cairn.Catalog.Records;
using Cairn.Catalog.States;

namespace Cairn.Catalog.Index;

/// <summary>Writes what records of assets say into the tables.</summary>
/// <param name="connection">The connection, in a transaction.</param>
/// <param name="isBuilding">Whether the database is filled for the first time, by this object alone.</param>
internal sealed class AssetRows(IndexConnection connection, bool isBuilding)
{
    private const int Remembered = 4000;
    private readonly VersionRows _versions = new(connection, isBuilding);
    private readonly Dictionary<Guid, AssetRow> _known = [];

    /// <summary>Applies the next records of an asset's chain. The rows of new versions are written by <see cref="End"/>.</summary>
    public void Apply(Guid asset, IReadOnlyList<AssetRecord> records)
    {
        var (uuid, first, last, state) = (asset.ToBytes(), records[0].Record, records[^1].Record, records[^1].State);
        var before = _known.GetValueOrDefault(asset) ?? connection.Rows("SELECT id, state FROM asset WHERE uuid = $0", AssetRow.Of, uuid).SingleOrDefault();
        var now = new AssetRow(before?.Id ?? Free(first.At.ToMicroseconds(), asset), state, last.Content);
        var (id, name) = (now.Id, now.Name);
        if (before is null)
        {
            connection.Execute(
                "INSERT INTO asset(id, uuid, fold, type, created_at, created_by, changed_at, latest, gone, state) VALUES($0, $1, NULL, NULL, $2, $3, 0, 0, 0, '')",
                id, uuid, first.At.ToMicroseconds(), first.By);
        }
        var isRenamed = before is null || !before.Names.SequenceEqual(now.Names);
        var hasOtherTags = before is null || !before.Tags.SequenceEqual(now.Tags);
        if (isRenamed)
            SetNames(id, now.Names);
        if (hasOtherTags)
            SetTags(id, now.Tags);
        if (isRenamed || hasOtherTags || before!.IsGone != now.IsGone || before.Display != now.Display || before.Description != now.Description)
            SetSearch(now);
        SetAliases(id, records, isNew: before?.HasAliases != true);
        if (before is not null)
            ChangeVersions(before, now);
        SetVersions(now, asset, records);
        if (!isBuilding)
        {
            Write(id, last, state);
            return;
        }
        _known[asset] = now;
        if (_known.Count >= Remembered)
            Write();
    }

    /// <summary>Writes the rows of assets that are left.</summary>
    public void Write()
    {
        foreach (var (id, content) in _known.Values.Select(r => (r.Id, r.Content)))
        {
            var record = Record.Parse(content);
            Write(id, record, AssetState.After(record));
        }
        _known.Clear();
    }

    private void Write(long id, Record record, AssetState state) =>
        connection.Execute("UPDATE asset SET fold = $1, type = $2, changed_at = $3, latest = $4, gone = $5, state = $6 WHERE id = $0",
            id, state.Names is [var name, ..] ? UnicodeTable.Fold(name) : null, state.Type, record.At.ToMicroseconds(), state.Latest, state.IsGone ? 1 : 0, ColumnValues.ToText(state.Node));

    /// <summary>Writes the rows of the new versions.</summary>
    public void End() => _versions.End();

    /// <summary>Removes everything about an asset.</summary>
    public void Remove(Guid asset)
    {
        if (connection.Integer("SELECT id FROM asset WHERE uuid = $0", asset.ToBytes()) is not { } id)
            return;
        _known.Remove(asset);
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
        foreach (var name in names)
            connection.Execute("INSERT OR IGNORE INTO asset_name(fold, asset) VALUES($0, $1)", UnicodeTable.Fold(name), id);
    }

    private void SetTags(long id, IReadOnlyList<string> tags)
    {
        connection.Execute("DELETE FROM asset_tag WHERE asset = $0", id);
        foreach (var tag in tags)
            connection.Execute("INSERT OR IGNORE INTO asset_tag(tag, asset) VALUES($0, $1)", tag, id);
    }

    private void SetSearch(AssetRow row)
    {
        connection.Execute("DELETE FROM asset_search WHERE rowid = $0", row.Id);
        if (!row.IsGone)
        {
            connection.Execute("INSERT INTO asset_search(rowid, name, text, tags) VALUES($0, $1, $2, $3)",
                row.Id, string.Join(' ', row.Names), $"{row.Display} {row.Description}", string.Join(' ', row.Tags));
        }
    }

    /// <summary>Makes the aliases those of the states: a record between that could not be read may have moved them too.</summary>
    private void SetAliases(long id, IReadOnlyList<AssetRecord> records, bool isNew)
    {
        List<AliasItem> present = isNew ? [] : connection.Rows("SELECT name, n, fixed, seq, moved_at, moved_by FROM alias WHERE asset = $0", AliasItem.Of, id);
        var aliases = present;
        foreach (var (record, change, state) in records)
        {
            foreach (var (alias, from, to) in change.Moves)
            {
                connection.Execute("INSERT OR REPLACE INTO alias_move(asset, seq, name, from_n, to_n, at, by, why) VALUES($0, $1, $2, $3, $4, $5, $6, $7)",
                    id, record.Sequence, alias, from, to, record.At.ToMicroseconds(), record.By, change.Why);
            }
            var targets = state.Aliases;
            if (targets.Count == 0 && aliases.Count == 0)
                continue;
            var isFixed = state.Fixed.ToHashSet(StringComparer.Ordinal);
            aliases = [.. targets.Select(t => (aliases.Find(a => a.Name == t.Key && a.Number == t.Value) ?? new(t.Key, t.Value, false, record.Sequence, record.At, record.By)) with
            {
                IsFixed = isFixed.Contains(t.Key),
            })];
        }
        foreach (var removed in present.ExceptBy(aliases.Select(a => a.Name), a => a.Name))
            connection.Execute("DELETE FROM alias WHERE asset = $0 AND name = $1", id, removed.Name);
        foreach (var alias in aliases.Except(present))
        {
            connection.Execute("INSERT OR REPLACE INTO alias(asset, name, fold, n, fixed, seq, moved_at, moved_by) VALUES($0, $1, $2, $3, $4, $5, $6, $7)",
                id, alias.Name, UnicodeTable.Fold(alias.Name), alias.Number, alias.IsFixed ? 1 : 0, alias.Sequence, alias.MovedAt.ToMicroseconds(), alias.MovedBy);
        }
    }

    /// <summary>Changes the versions that have rows, where the new state differs from the old one.</summary>
    private void ChangeVersions(AssetRow before, AssetRow now)
    {
        var (id, name) = (now.Id, now.Name);
        if (before.Type != now.Type)
            connection.Execute("UPDATE version SET type = $1 WHERE asset = $0", id, now.Type);
        if (before.Name != name)
            _versions.Rename(id, name);
        if (before.IsGone == now.IsGone && before.Deleted.Ranges.SequenceEqual(now.Deleted.Ranges))
            return;
        var all = VersionRanges.Parse($"1-{int.MaxValue - 1}");
        var hiddenBefore = before.IsGone ? all : before.Deleted;
        var hidden = now.IsGone ? all : now.Deleted;
        foreach (var (first, last) in hidden.Except(hiddenBefore))
            _versions.SetHidden(id, name, first, last, isHidden: true);
        foreach (var (first, last) in hiddenBefore.Except(hidden))
            _versions.SetHidden(id, name, first, last, isHidden: false);
    }

    /// <summary>Inserts new versions, and changes the properties of versions.</summary>
    private void SetVersions(AssetRow row, Guid asset, IReadOnlyList<AssetRecord> records)
    {
        Dictionary<int, NewVersion> created = [];
        foreach (var record in records)
        {
            if (record.Change.Version is { } number && !created.ContainsKey(number))
                created.Add(number, new(row.Id, asset, number, row.Name, row.Type, row.IsGone || row.Deleted.Contains(number), record));
            if (record.Change.Edit is not { } edit)
                continue;
            if (created.TryGetValue(edit.Number, out var version))
                version.Edit(edit);
            else
                _versions.Edit(row.Id, row.Name, edit);
        }
        foreach (var version in created.Values)
            _versions.Add(version);
    }

    /// <summary>What the rows of an asset say, without the tree of its record, which is ten times as large as the record.</summary>
    private sealed class AssetRow(long id, AssetState state, ReadOnlyMemory<byte> content)
    {
        public long Id { get; } = id;

        /// <summary>The newest record; empty for a row that was read.</summary>
        public ReadOnlyMemory<byte> Content { get; } = content;

        public IReadOnlyList<string> Names { get; } = state.Names;

        public IReadOnlyList<string> Tags { get; } = state.Tags;

        public string? Type { get; } = state.Type;

        public string? Display { get; } = state.Display;

        public string? Description { get; } = state.Description;

        public bool IsGone { get; } = state.IsGone;

        public VersionRanges Deleted { get; } = state.Deleted;

        public bool HasAliases { get; } = state.Aliases.Count > 0;

        public string? Name => Names.Count > 0 ? Names[0] : null;

        public static AssetRow Of(IndexRow row) => new(row.Integer(0), ColumnValues.ToState(row.Text(1)), default);
    }
}
