using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using static SQLitePCL.raw;

namespace Cairn.Catalog.Index;

/// <summary>A connection to the database, with its prepared statements. Not thread-safe.</summary>
/// <remarks>It calls SQLite itself: a command of <see cref="Microsoft.Data.Sqlite"/> takes longer than the statement that inserts a row.</remarks>
internal sealed class IndexConnection : IDisposable
{
    private static readonly TimeSpan _wait = TimeSpan.FromSeconds(5);
    private readonly sqlite3 _database;
    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);

    /// <summary>Opens the database.</summary>
    /// <param name="path">The path.</param>
    /// <param name="isBuilding">Whether the connection is to fill a new database: it sorts in files.</param>
    public IndexConnection(string path, bool isBuilding = false)
    {
        Batteries_V2.Init();
        var code = sqlite3_open_v2(path, out _database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, null);
        try
        {
            Check(code);
            sqlite3_busy_timeout(_database, (int)_wait.TotalMilliseconds);
            ExecuteScript("PRAGMA synchronous=OFF; PRAGMA journal_mode=WAL;");
            ExecuteScript(isBuilding ? "PRAGMA cache_size=-24576; PRAGMA temp_store=FILE;" : "PRAGMA cache_size=-32768; PRAGMA temp_store=MEMORY;");
        }
        catch
        {
            _database.Dispose();
            throw;
        }
    }

    /// <summary>Gets the statements that were executed.</summary>
    public IReadOnlyCollection<string> Statements => _statements.Keys;

    /// <summary>Begins a transaction that writes.</summary>
    /// <param name="wait">How long to wait for another connection that is writing.</param>
    /// <returns>false: another connection is writing.</returns>
    public bool TryBegin(TimeSpan wait = default)
    {
        sqlite3_busy_timeout(_database, (int)wait.TotalMilliseconds);
        var code = sqlite3_exec(_database, "BEGIN IMMEDIATE");
        sqlite3_busy_timeout(_database, (int)_wait.TotalMilliseconds);
        if ((code & 0xFF) == SQLITE_BUSY)
            return false;
        Check(code);
        return true;
    }

    public void Commit() => ExecuteScript("COMMIT");

    /// <summary>Ends the transaction without its changes. A transaction that has ended by an error already is no error.</summary>
    public void RollBack()
    {
        if (sqlite3_get_autocommit(_database) == 0)
            sqlite3_exec(_database, "ROLLBACK");
    }

    /// <summary>Moves everything into the one file of the database.</summary>
    /// <returns>false: another connection uses the database.</returns>
    public bool TryEnd()
    {
        try
        {
            sqlite3_busy_timeout(_database, 0);
            return Scalar("PRAGMA journal_mode=DELETE") is "delete";
        }
        catch (SqliteException e) when (e.SqliteErrorCode is SQLITE_BUSY or SQLITE_LOCKED)
        {
            return false;
        }
    }

    /// <summary>Executes statements that are used once.</summary>
    public void ExecuteScript(string sql) => Check(sqlite3_exec(_database, sql));

    /// <summary>Executes a statement, whose parameters are <c>$0</c>, <c>$1</c>, ….</summary>
    /// <returns>The number of rows that were changed.</returns>
    public int Execute(string sql, params ReadOnlySpan<object?> values)
    {
        var statement = Prepare(sql, values);
        while (Step(statement))
        {
            // The rows are not wanted.
        }
        return sqlite3_changes(_database);
    }

    /// <summary>Executes a query for one value.</summary>
    /// <returns>The first column of the first row; null if there is none, or if it is NULL.</returns>
    public object? Scalar(string sql, params ReadOnlySpan<object?> values)
    {
        var statement = Prepare(sql, values);
        if (!Step(statement))
            return null;
        var value = new IndexRow(statement).Value(0);
        Check(sqlite3_reset(statement));
        return value;
    }

    /// <summary>Executes a query for an integer.</summary>
    public long? Integer(string sql, params ReadOnlySpan<object?> values) => (long?)Scalar(sql, values);

    /// <summary>Executes a query.</summary>
    public List<T> Rows<T>(string sql, Func<IndexRow, T> read, params ReadOnlySpan<object?> values)
    {
        List<T> rows = [];
        var statement = Prepare(sql, values);
        try
        {
            while (Step(statement))
                rows.Add(read(new(statement)));
        }
        finally
        {
            sqlite3_reset(statement);
        }
        return rows;
    }

    /// <summary>Executes a query, and passes each row on before the next one is read.</summary>
    public void Each(string sql, Action<IndexRow> use)
    {
        var statement = Prepare(sql, []);
        try
        {
            while (Step(statement))
                use(new(statement));
        }
        finally
        {
            sqlite3_reset(statement);
        }
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Handle.Dispose();
        _database.Dispose();
    }

    /// <summary>Goes to the next row. At the end, the statement can be used again.</summary>
    private bool Step(sqlite3_stmt statement)
    {
        switch (sqlite3_step(statement))
        {
            case SQLITE_ROW:
                return true;
            case SQLITE_DONE:
                sqlite3_reset(statement);
                return false;
            default:
                // The reset returns the error of the step.
                Check(sqlite3_reset(statement));
                throw new InvalidOperationException("A statement neither ended nor failed.");
        }
    }

    private sqlite3_stmt Prepare(string sql, ReadOnlySpan<object?> values)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            Check(sqlite3_prepare_v2(_database, sql, out var prepared));
            // SQLite numbers parameters in the order in which they appear.
            var positions = new int[values.Length];
            for (var i = 0; i < positions.Length; i++)
                positions[i] = sqlite3_bind_parameter_index(prepared, string.Create(CultureInfo.InvariantCulture, $"${i}"));
            _statements.Add(sql, statement = new(prepared, positions));
        }
        var handle = statement.Handle;
        for (var i = 0; i < values.Length; i++)
        {
            var position = statement.Positions[i];
            Check(values[i] switch
            {
                null => sqlite3_bind_null(handle, position),
                long value => sqlite3_bind_int64(handle, position, value),
                int value => sqlite3_bind_int64(handle, position, value),
                double value => sqlite3_bind_double(handle, position, value),
                string value => sqlite3_bind_text(handle, position, value),
                byte[] value => sqlite3_bind_blob(handle, position, value),
                var other => throw new ArgumentException($"A {other.GetType()} is not a value of a column.", nameof(values)),
            });
        }
        return handle;
    }

    private void Check(int code) => SqliteException.ThrowExceptionForRC(code, _database);

    private sealed record Statement(sqlite3_stmt Handle, int[] Positions);
}
