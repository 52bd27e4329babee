using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace Cairn.Catalog.Index;

/// <summary>A connection to the database, with its prepared statements. Not thread-safe.</summary>
internal sealed class IndexConnection : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);

    public IndexConnection(string path)
    {
        SQLitePCL.Batteries_V2.Init();
        _connection = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 5 }.ToString());
        try
        {
            _connection.Open();
            Execute("PRAGMA synchronous=OFF");
            Execute("PRAGMA journal_mode=WAL");
            Execute("PRAGMA cache_size=-32768");
            Execute("PRAGMA temp_store=MEMORY");
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Begins a transaction that writes.</summary>
    /// <param name="wait">How long to wait for another connection that is writing.</param>
    /// <returns>false: another connection is writing.</returns>
    public bool TryBegin(TimeSpan wait = default)
    {
        sqlite3_busy_timeout(_connection.Handle, (int)wait.TotalMilliseconds);
        var code = sqlite3_exec(_connection.Handle, "BEGIN IMMEDIATE");
        sqlite3_busy_timeout(_connection.Handle, 0);
        return (code & 0xFF) switch
        {
            SQLITE_OK => true,
            SQLITE_BUSY => false,
            _ => throw new SqliteException($"The index cannot begin a transaction: {sqlite3_errmsg(_connection.Handle).utf8_to_string()}.", code),
        };
    }

    public void Commit() => Execute("COMMIT");

    /// <summary>Ends the transaction without its changes. A transaction that has ended by an error already is no error.</summary>
    public void RollBack()
    {
        if (sqlite3_get_autocommit(_connection.Handle) == 0)
            sqlite3_exec(_connection.Handle, "ROLLBACK");
    }

    /// <summary>Moves everything into the one file of the database.</summary>
    /// <returns>false: another connection uses the database.</returns>
    public bool TryEnd()
    {
        try
        {
            return Scalar("PRAGMA journal_mode=DELETE") is "delete";
        }
        catch (SqliteException e) when (e.SqliteErrorCode is SQLITE_BUSY or SQLITE_LOCKED)
        {
            return false;
        }
    }

    /// <summary>Executes statements that are used once.</summary>
    public void ExecuteScript(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Executes a statement, whose parameters are <c>$0</c>, <c>$1</c>, ….</summary>
    /// <returns>The number of rows that were changed.</returns>
    public int Execute(string sql, params ReadOnlySpan<object?> values) => Prepare(sql, values).ExecuteNonQuery();

    /// <summary>Executes a query for one value.</summary>
    /// <returns>The first column of the first row; null if there is none, or if it is NULL.</returns>
    public object? Scalar(string sql, params ReadOnlySpan<object?> values) => Prepare(sql, values).ExecuteScalar() is { } value and not DBNull ? value : null;

    /// <summary>Executes a query for an integer.</summary>
    public long? Integer(string sql, params ReadOnlySpan<object?> values) => (long?)Scalar(sql, values);

    /// <summary>Executes a query.</summary>
    public List<T> Rows<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        List<T> rows = [];
        using var reader = Prepare(sql, values).ExecuteReader();
        while (reader.Read())
            rows.Add(read(reader));
        return rows;
    }

    public void Dispose()
    {
        foreach (var command in _commands.Values)
            command.Dispose();
        _connection.Dispose();
    }

    private SqliteCommand Prepare(string sql, ReadOnlySpan<object?> values)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
            command.CommandText = sql;
            _commands.Add(sql, command);
        }
        for (var i = 0; i < values.Length; i++)
        {
            if (command.Parameters.Count == i)
                command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
            var parameter = command.Parameters[i];
            parameter.ResetSqliteType();
            parameter.Value = values[i] ?? DBNull.Value;
        }
        return command;
    }
}
