using Cairn.Catalog.Chains;

namespace Cairn.Catalog.Index;

/// <summary>The numbers and hashes of the newest records that were applied.</summary>
/// <param name="isBuilding">Whether the database is filled for the first time, by one writer. Then heads are written when there are many, and at the end.</param>
internal sealed class ChainHeads(bool isBuilding)
{
    private const int Remembered = 10_000;
    private readonly Dictionary<ChainKey, (int Sequence, string Hash)> _changed = [];

    /// <summary>The head of a chain; 0 and an empty hash if no record was applied. The hash is empty if the record could not be read as a whole.</summary>
    public (int Sequence, string Hash) Of(IndexConnection connection, ChainKey key) => _changed.TryGetValue(key, out var head)
        ? head
        : connection.Rows("SELECT head, hash FROM chain WHERE folder = $0", r => (r.Number(0), r.Text(1)), key.Folder.Value).SingleOrDefault((0, ""));

    public void Set(IndexConnection connection, ChainKey key, int sequence, string hash)
    {
        _changed[key] = (sequence, hash);
        if (!isBuilding || _changed.Count >= Remembered)
            Write(connection);
    }

    public void Remove(IndexConnection connection, ChainKey key)
    {
        _changed.Remove(key);
        connection.Execute("DELETE FROM chain WHERE folder = $0", key.Folder.Value);
    }

    /// <summary>Writes what is left.</summary>
    public void Write(IndexConnection connection)
    {
        foreach (var (key, (sequence, hash)) in _changed)
            connection.Execute("INSERT OR REPLACE INTO chain(folder, head, hash) VALUES($0, $1, $2)", key.Folder.Value, sequence, hash);
        _changed.Clear();
    }
}
