namespace Cairn.Catalog.Index;

/// <summary>Where records are applied: the database, or the one transaction that fills a new database.</summary>
internal interface IIndexTarget
{
    /// <summary>Gets whether the database is filled for the first time. Then rows by which versions are found are written at the end.</summary>
    bool IsBuilding { get; }

    /// <summary>Reads from one state of the database.</summary>
    T Read<T>(Func<IndexConnection, T> read);

    /// <summary>Changes the database.</summary>
    /// <returns>false: another process is writing, and nothing was changed.</returns>
    bool TryWrite(Action<IndexConnection> write);
}
