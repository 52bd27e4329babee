using Cairn.Catalog.Metadata;
using Cairn.Catalog.States;

namespace Cairn.Catalog.Index;

/// <summary>Writes the rows of versions, and those by which versions that lists show are found.</summary>
/// <param name="connection">The connection, in a transaction.</param>
/// <param name="isBuilding">Whether the rows by which versions are found are left to <see cref="ShowAll"/>.</param>
internal sealed class VersionRows(IndexConnection connection, bool isBuilding)
{
    private readonly InternedKeys _keys = new(connection);
    private readonly List<NewVersion> _added = [];

    /// <summary>Adds a version, whose rows <see cref="End"/> writes.</summary>
    public void Add(NewVersion version) => _added.Add(version);

    /// <summary>Writes the rows of the versions that were added.</summary>
    /// <remarks>In the order of their ids: the full-text index writes its buffer whenever an id is less than the one before.</remarks>
    public void End()
    {
        foreach (var version in _added.OrderBy(v => v.Row))
            Insert(version);
        _added.Clear();
    }

    /// <summary>Changes the properties of a version. One that does not exist, since its record could not be read, is left.</summary>
    public void Edit(long asset, string? name, VersionEdit edit)
    {
        if (Find(asset, edit.Number) is not { } id)
            return;
        if (edit.HasText)
            connection.Execute("UPDATE version SET description = $1 WHERE id = $0", id, edit.Text);
        if (edit.Tags is { } tags)
            connection.Execute("UPDATE version SET tags = $1 WHERE id = $0", id, ColumnValues.ToJson(tags));
        if (edit.Metadata.Count > 0)
        {
            var before = ColumnValues.ToMetadata((string?)connection.Scalar("SELECT json FROM document WHERE version = $0", id));
            connection.Execute("DELETE FROM document WHERE version = $0", id);
            SetMetadata(id, edit.Apply(before));
        }
        if (Unshow(id))
            Show(id, name);
    }

    /// <summary>Hides or shows a range of versions.</summary>
    public void SetHidden(long asset, string? name, int first, int last, bool isHidden)
    {
        foreach (var id in connection.Rows("SELECT id FROM version WHERE asset = $0 AND n BETWEEN $1 AND $2", r => r.Integer(0), asset, first, last))
        {
            Unshow(id);
            connection.Execute("UPDATE version SET hidden = $1 WHERE id = $0", id, isHidden ? 1 : 0);
            if (!isHidden && !isBuilding)
                Show(id, name);
        }
    }

    /// <summary>Makes the versions of an asset found by another name.</summary>
    public void Rename(long asset, string? name)
    {
        if (isBuilding)
            return;
        foreach (var id in connection.Rows("SELECT id FROM version WHERE asset = $0 AND hidden = 0", r => r.Integer(0), asset))
        {
            Unshow(id);
            Show(id, name);
        }
    }

    /// <summary>Writes the rows by which versions are found, of all versions that lists show.</summary>
    public void ShowAll() => connection.Each(
        """
        SELECT v.id, json_extract(a.state, '$.names[0]'), v.description, v.tags, d.json FROM version v CROSS JOIN asset a ON a.id = v.asset LEFT JOIN document d ON d.version = v.id
        WHERE v.hidden = 0 ORDER BY v.id
        """,
        r => Show(r.Integer(0), r.OptionalText(1), r.OptionalText(2), ColumnValues.ToTexts(r.Text(3)), ColumnValues.ToMetadata(r.OptionalText(4))));

    /// <summary>Removes all versions of an asset.</summary>
    public void RemoveAll(long asset)
    {
        foreach (var id in connection.Rows("SELECT id FROM version WHERE asset = $0", r => r.Integer(0), asset))
        {
            Unshow(id);
            connection.Execute("DELETE FROM document WHERE version = $0", id);
        }
        connection.Execute("DELETE FROM version WHERE asset = $0", asset);
    }

    private void Insert(NewVersion version)
    {
        var ((record, change, _), edits) = (version.Creation, version.Edits);
        var (text, tags) = (edits.HasText ? edits.Text : change.Text, edits.Tags ?? []);
        var (at, by, artifact) = (record.At.ToMicroseconds(), record.By, Convert.FromHexString(change.Artifact.Hex));
        var id = version.Row;
        while (connection.Execute("""
            INSERT OR IGNORE INTO version(id, asset, n, seq, artifact, origin, type, created_at, created_by, description, tags, hidden, run, task)
            VALUES($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            """, id, version.AssetId, version.Number, record.Sequence, artifact, change.Origin, version.Type, at, by, text, ColumnValues.ToJson(tags), version.IsHidden ? 1 : 0,
            change.Producer?.RunId.ToBytes(), change.Producer?.TaskId.ToBytes()) == 0)
        {
            if (Find(version.AssetId, version.Number) is not null)
            {
                Edit(version.AssetId, version.Name, edits);
                return;
            }
            id++;
        }
        var metadata = edits.Metadata.Count == 0 ? change.Metadata : edits.Apply(change.Metadata);
        SetMetadata(id, metadata);
        if (!version.IsHidden && !isBuilding)
            Show(id, version.Name, text, tags, metadata);
    }

    private long? Find(long asset, int number) => connection.Integer("SELECT id FROM version WHERE asset = $0 AND n = $1", asset, number);

    /// <summary>Removes the rows by which a version is found.</summary>
    /// <returns>Whether lists show the version.</returns>
    private bool Unshow(long id)
    {
        if (isBuilding)
            return false;
        connection.Execute("DELETE FROM property WHERE version = $0", id);
        connection.Execute("DELETE FROM version_tag WHERE version = $0", id);
        connection.Execute("DELETE FROM version_search WHERE rowid = $0", id);
        return connection.Integer("SELECT hidden FROM version WHERE id = $0", id) == 0;
    }

    private void SetMetadata(long id, IReadOnlyDictionary<string, MetadataValue> metadata)
    {
        if (metadata.Count > 0)
            connection.Execute("INSERT INTO document(version, json) VALUES($0, $1)", id, ColumnValues.ToText(MetadataJson.Write(metadata)));
    }

    private void Show(long id, string? name)
    {
        var (text, tags, json) = connection.Rows("SELECT v.description, v.tags, d.json FROM version v LEFT JOIN document d ON d.version = v.id WHERE v.id = $0",
            r => (r.OptionalText(0), ColumnValues.ToTexts(r.Text(1)), r.OptionalText(2)), id).Single();
        Show(id, name, text, tags, ColumnValues.ToMetadata(json));
    }

    private void Show(long id, string? name, string? text, IReadOnlyList<string> tags, IReadOnlyDictionary<string, MetadataValue> metadata)
    {
        foreach (var tag in tags)
            connection.Execute("INSERT OR IGNORE INTO version_tag(tag, version) VALUES($0, $1)", tag, id);
        List<string> words = [];
        foreach (var (key, value) in MetadataLeaves.Of(metadata))
        {
            if (value is string word)
            {
                words.Add(word);
                if (word.Length > MetadataLeaves.MaxText)
                    continue;
            }
            connection.Execute("INSERT OR IGNORE INTO property(version, key, value) VALUES($0, $1, $2)", id, _keys[key], value);
        }
        connection.Execute("INSERT INTO version_search(rowid, name, text, tags, meta) VALUES($0, $1, $2, $3, $4)", id, name ?? "", text ?? "", string.Join(' ', tags), string.Join(' ', words));
    }
}
