namespace Cairn.Catalog.Index;

/// <summary>The transaction that fills a new database. Others see the result as a whole, or nothing.</summary>
/// <remarks>
/// Most indexes, and the rows by which versions are found, are written at the end, in their order: pages are filled one after the other, and not looked up for each record. The rest is written as it
/// comes.
/// </remarks>
internal sealed class IndexBuild : IIndexTarget
{
    private readonly IndexConnection _connection;

    private IndexBuild(IndexConnection connection) => _connection = connection;

    public bool IsBuilding => true;

    /// <summary>Begins to fill a database.</summary>
    /// <param name="connection">The connection, in a transaction.</param>
    /// <returns>The build; null if the database has content.</returns>
    public static IndexBuild? TryBegin(IndexConnection connection)
    {
        if (connection.Integer("SELECT EXISTS (SELECT 1 FROM chain) OR EXISTS (SELECT 1 FROM run)") != 0)
            return null;
        foreach (var name in connection.Rows("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL", r => r.Text(0)))
        {
            if (IndexSchema.Indexes.Contains($"INDEX {name} ON", StringComparison.Ordinal))
                connection.ExecuteScript($"DROP INDEX {name}");
        }
        return new(connection);
    }

    public T Read<T>(Func<IndexConnection, T> read) => read(_connection);

    public bool TryWrite(Action<IndexConnection> write)
    {
        write(_connection);
        return true;
    }

    /// <summary>Writes what is left.</summary>
    public void End()
    {
        new VersionRows(_connection, isBuilding: false).ShowAll();
        _connection.ExecuteScript(IndexSchema.Indexes);
    }
}
