using System.Net.Sockets;
using Npgsql;

namespace Cairn.TestServers.Fixtures;

/// <summary>
/// A PostgreSQL server: the one that CAIRN_TEST_POSTGRES_ENDPOINT names (<c>postgresql://HOST:PORT</c>, with …_USER, who may create databases, and …_PASSWORD), else a container (image
/// CAIRN_TEST_POSTGRES_IMAGE), else a process. It runs with PostgreSQL's own settings, so that what is committed is on the disk. It is kept for the next test program and must hold only
/// throw-away databases: each test makes one and removes it. Thread-safe.
/// </summary>
public sealed class PostgresServer
{
    internal const string PublicImage = "postgres:17";
    private static readonly OncePerProgram<PostgresServer> _one = new(OpenAsync);

    private PostgresServer(Uri endpoint, string origin, string user, string password) => (Endpoint, Origin, User, Password) = (endpoint, origin, user, password);

    /// <summary>Where it listens: <c>postgresql://HOST:PORT</c>.</summary>
    public Uri Endpoint { get; }

    /// <summary>How it was had, for a test run's protocol.</summary>
    public string Origin { get; }

    /// <summary>The user, who may create databases.</summary>
    public string User { get; }

    /// <summary>The password of <see cref="User"/>: a test's, worth nothing elsewhere.</summary>
    public string Password { get; }

    /// <summary>The server; throws <see cref="ServerUnavailableException"/> with the reason where none can be had.</summary>
    public static Task<PostgresServer> StartAsync(CancellationToken cancellationToken = default) => _one.GetAsync(cancellationToken);

    /// <summary>The server, or the reason why there is none.</summary>
    public static Task<ServerAvailability<PostgresServer>> TryStartAsync(CancellationToken cancellationToken = default) => ServerChoice.TryAsync(() => StartAsync(cancellationToken));

    /// <summary>All that Npgsql needs to connect to a database.</summary>
    /// <param name="database">Its name; <c>postgres</c> is the one that every server has.</param>
    public string ConnectionString(string database = "postgres") => ConnectionString(Endpoint, database, User, Password);

    /// <summary>Makes an empty database and returns its name, a new one where none is given.</summary>
    public async Task<string> CreateDatabaseAsync(string? name = null, CancellationToken cancellationToken = default)
    {
        name ??= "cairn_" + Guid.NewGuid().ToString("N");
        await ExecuteAsync($"CREATE DATABASE {Quote(name)}", cancellationToken);
        return name;
    }

    /// <summary>Removes a database with all that is in it, and ends the connections to it.</summary>
    public Task DeleteDatabaseAsync(string name, CancellationToken cancellationToken = default) => ExecuteAsync($"DROP DATABASE {Quote(name)} WITH (FORCE)", cancellationToken);

    private static Task<PostgresServer> OpenAsync(CancellationToken cancellationToken)
    {
        string user = ServerChoice.Variable("CAIRN_TEST_POSTGRES_USER") ?? "cairn", password = ServerChoice.Variable("CAIRN_TEST_POSTGRES_PASSWORD") ?? "cairn-password";
        var account = new Dictionary<string, string> { ["POSTGRES_USER"] = user, ["POSTGRES_PASSWORD"] = password };
        Task<bool> AnswersAsync(Uri endpoint, CancellationToken cancellationToken) => ConnectsAsync(ConnectionString(endpoint, "postgres", user, password), cancellationToken);
        return ServerChoice.FirstAsync<PostgresServer>("PostgreSQL server",
            ("CAIRN_TEST_POSTGRES_ENDPOINT", () => Task.FromResult(ServerChoice.Variable("CAIRN_TEST_POSTGRES_ENDPOINT") is { } set
                ? new PostgresServer(new Uri(set), "CAIRN_TEST_POSTGRES_ENDPOINT", user, password) : null)),
            ("container", async () =>
            {
                using var engine = await ContainerImages.EngineAsync(cancellationToken);
                string image = await ContainerImages.FindAsync(engine, "CAIRN_TEST_POSTGRES_IMAGE", PublicImage, "postgres-image", cancellationToken);
                var (endpoint, origin) = await ContainerServers.EnsureAsync(engine, new ContainerSpec("postgres", 5432, account, []) { AnswersAsync = AnswersAsync }, image, cancellationToken);
                return new PostgresServer(At(endpoint), origin, user, password);
            }
        ),
            ("process", async () =>
            {
                var environment = new Dictionary<string, string>(account) { ["POSTGRES_BIN"] = await ServerScripts.RunAsync("postgres-bin", [], null, TimeSpan.FromMinutes(15), cancellationToken) };
                var (endpoint, _, origin) = await ProcessServers.EnsureAsync("postgres", "postgres-run", [], environment, AnswersAsync, cancellationToken);
                return new PostgresServer(At(endpoint), origin, user, password);
            }
        ));
    }

    private static Uri At(Uri endpoint) => new($"postgresql://{endpoint.Authority}");

    private static string ConnectionString(Uri endpoint, string database, string user, string password) =>
        new NpgsqlConnectionStringBuilder { Host = endpoint.Host, Port = endpoint.Port < 0 ? 5432 : endpoint.Port, Database = database, Username = user, Password = password }.ConnectionString;

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static async Task<bool> ConnectsAsync(string connectionString, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = new NpgsqlConnection(connectionString + ";Timeout=5;Pooling=false");
            await connection.OpenAsync(cancellationToken);
            return true;
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException)
        {
            return false;
        }
    }

    private async Task ExecuteAsync(string statement, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionString() + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
