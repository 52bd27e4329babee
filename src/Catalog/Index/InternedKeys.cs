namespace Cairn.Catalog.Index;

/// <summary>The numbers of the names of metadata, parameters and metrics.</summary>
internal sealed class InternedKeys(IndexConnection connection)
{
    private readonly Dictionary<string, long> _known = new(StringComparer.Ordinal);

    /// <summary>The number of a name, which gets one if it has none.</summary>
    public long this[string name]
    {
        get
        {
            if (!_known.TryGetValue(name, out var id))
                _known[name] = id = connection.Integer("SELECT id FROM key WHERE name = $0", name) ?? connection.Integer("INSERT INTO key(name) VALUES($0) RETURNING id", name)!.Value;
            return id;
        }
    }
}
