using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace Cairn.Catalog.Index;

/// <summary>The open database of an index. It is created when it is used first, and dropped when it turns out to be damaged. Thread-safe.</summary>
internal sealed class IndexDatabase(IndexFile file) : IIndexTarget, IDisposable
{
    private static readonly TimeSpan _creationWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _writerWait = TimeSpan.FromMilliseconds(250);
    private readonly Lock _lock = new();
    private readonly Lock _writing = new();
    private ConcurrentBag<IndexConnection>? _idle;

    public bool IsBuilding => false;

    /// <summary>Reads from one state of the database.</summary>
    /// <exception cref="IndexDamagedException">The database was damaged, and has been dropped.</exception>
    public T Read<T>(Func<IndexConnection, T> read) => Use(read);

    /// <summary>Changes the database in one transaction.</summary>
    /// <returns>false: another process was writing for 250 milliseconds, and nothing was changed.</returns>
    /// <exception cref="IndexDamagedException">The database was damaged, and has been dropped.</exception>
    public bool TryWrite(Action<IndexConnection> write)
    {
        lock (_writing)
        {
            return Use(connection =>
            {
                file.KeepOpen();
                if (!connection.TryBegin(_writerWait))
                    return false;
                try
                {
                    write(connection);
                    connection.Commit();
                    return true;
                }
                finally
                {
                    connection.RollBack();
                }
            });
        }
    }

    /// <summary>Fills the database if it has no content, in one transaction.</summary>
    /// <param name="fill">Fills it.</param>
    /// <returns>The result; null if the database has content.</returns>
    /// <exception cref="IndexDamagedException">The database was damaged, and has been dropped.</exception>
    public async Task<SyncResult?> TryBuildAsync(Func<IIndexTarget, Task<SyncResult>> fill)
    {
        if (Read(c => c.Integer("SELECT EXISTS (SELECT 1 FROM chain) OR EXISTS (SELECT 1 FROM run)")) != 0)
            return null;
        try
        {
            file.KeepOpen();
            using var connection = new IndexConnection(file.Path, isBuilding: true);
            if (!connection.TryBegin(_writerWait))
                return new(0, 0, IsLeft: true);
            try
            {
                if (IndexBuild.TryBegin(connection) is not { } build)
                    return null;
                var result = await fill(build).ConfigureAwait(false);
                build.End();
                connection.Commit();
                return result;
            }
            finally
            {
                connection.RollBack();
            }
        }
        catch (Exception e) when (IsDamage(e) || IsRemoved(e))
        {
            lock (_lock)
            {
                Disconnect();
                if (!IsRemoved(e))
                    file.Drop();
            }
            throw new IndexDamagedException(file.Path, e);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is SQLITE_BUSY or SQLITE_LOCKED)
        {
            return new(0, 0, IsLeft: true);
        }
        catch (SqliteException e)
        {
            throw Unusable(e);
        }
    }

    /// <summary>Removes the database; the next use creates an empty one.</summary>
    public void Drop()
    {
        lock (_lock)
        {
            Disconnect();
            file.Drop();
        }
    }

    /// <summary>Closes the database. If no other process uses it, it is marked as complete.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_idle is null)
                return;
            Disconnect();
            try
            {
                using (var last = new IndexConnection(file.Path))
                {
                    if (!last.TryEnd())
                        return;
                }
                file.Close();
            }
            catch (Exception e) when (IsDamage(e) || e is IOException)
            {
                file.Drop();
            }
            catch (SqliteException)
            {
                // The file stays marked as open: it was removed, or cannot be flushed.
            }
        }
    }

    private T Use<T>(Func<IndexConnection, T> use)
    {
        ConcurrentBag<IndexConnection>? pool = null;
        IndexConnection? connection = null;
        try
        {
            connection = Take(out pool);
            var result = use(connection);
            lock (_lock)
            {
                if (_idle == pool)
                {
                    pool.Add(connection);
                    connection = null;
                }
            }
            return result;
        }
        catch (Exception e) when (IsDamage(e) || IsRemoved(e))
        {
            connection?.Dispose();
            connection = null;
            lock (_lock)
            {
                // Another call may have dropped the file already, and this connection be one to the dropped file.
                if (pool is null || _idle == pool)
                {
                    Disconnect();
                    // In the place of a file that somebody removed, another process may have begun a new one.
                    if (!IsRemoved(e))
                        file.Drop();
                }
            }
            throw new IndexDamagedException(file.Path, e);
        }
        catch (SqliteException e)
        {
            throw Unusable(e);
        }
        finally
        {
            connection?.Dispose();
        }
    }

    private IndexConnection Take(out ConcurrentBag<IndexConnection> pool)
    {
        lock (_lock)
        {
            if (_idle is null)
            {
                file.Open();
                using var first = new IndexConnection(file.Path);
                Create(first);
                _idle = [];
            }
            pool = _idle;
        }
        return pool.TryTake(out var connection) ? connection : new(file.Path);
    }

    private static void Create(IndexConnection connection)
    {
        if (HasTables())
            return;
        if (!connection.TryBegin(_creationWait))
            throw new StoreException(StoreErrorCode.Unavailable, $"another process has been creating the catalog's index for {_creationWait.TotalSeconds} seconds");
        try
        {
            if (HasTables())
                return;
            connection.ExecuteScript(IndexSchema.Tables + IndexSchema.Indexes);
            connection.Commit();
        }
        finally
        {
            connection.RollBack();
        }

        bool HasTables() => connection.Integer("SELECT count(*) FROM sqlite_schema WHERE name = 'meta'") > 0;
    }

    private void Disconnect()
    {
        while (_idle?.TryTake(out var connection) == true)
            connection.Dispose();
        _idle = null;
    }

    private StoreException Unusable(SqliteException cause) => new(
        new StoreFault(StoreErrorCode.Unavailable, $"the catalog's index {file.Path} cannot be used: {cause.Message}")
        {
            Advice = "Check the disk and the permissions of the index's folder, or choose another folder.",
        },
        cause);

    /// <summary>Whether an exception shows that the file was removed, or another one took its place, while it was open.</summary>
    private static bool IsRemoved(Exception exception) => exception is SqliteException { SqliteExtendedErrorCode: SQLITE_READONLY_DBMOVED };

    /// <summary>Whether an exception shows that the database is not what was written: pages, tables or values are missing or different.</summary>
    private static bool IsDamage(Exception exception) => exception switch
    {
        SqliteException e => e.SqliteErrorCode is SQLITE_CORRUPT or SQLITE_NOTADB or SQLITE_IOERR or SQLITE_ERROR or SQLITE_SCHEMA or SQLITE_PROTOCOL or SQLITE_CONSTRAINT or SQLITE_FORMAT
            or SQLITE_MISMATCH,
        JsonException or FormatException or InvalidCastException => true,
        _ => false,
    };
}
