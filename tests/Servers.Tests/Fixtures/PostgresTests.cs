using Cairn.TestServers.Fixtures;
using Npgsql;

namespace Cairn.TestServers.Tests.Fixtures;

/// <summary>The PostgreSQL fixture: databases of one's own, on a server that keeps what it was given.</summary>
public sealed class PostgresTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_is_made_used_and_removed()
    {
        var found = await PostgresServer.TryStartAsync(Cancel);
        Assert.SkipUnless(found.Server is not null, found.Reason);
        var server = found.Server;
        string database = await server.CreateDatabaseAsync(cancellationToken: Cancel);
        (await Should.ThrowAsync<PostgresException>(() => server.CreateDatabaseAsync(database, Cancel))).SqlState.ShouldBe(PostgresErrorCodes.DuplicateDatabase);
        await using (var source = NpgsqlDataSource.Create(server.ConnectionString(database)))
        {
            await ExecuteAsync(source, "CREATE TABLE note (id bigint PRIMARY KEY, text text NOT NULL, fact jsonb)");
            await ExecuteAsync(source, """INSERT INTO note VALUES (1, 'Grüße, 世界', '{"a": [1, 2]}')""");
            (await ScalarAsync(source, "SELECT text || (fact->'a'->>1) FROM note")).ShouldBe("Grüße, 世界2");
            (await ScalarAsync(source, "SELECT current_database()")).ShouldBe(database);
            // The pool holds a connection to it: the removal ends that.
            await server.DeleteDatabaseAsync(database, Cancel);
        }
        await using var gone = new NpgsqlConnection(server.ConnectionString(database) + ";Pooling=false");
        (await Should.ThrowAsync<PostgresException>(() => gone.OpenAsync(Cancel))).SqlState.ShouldBe(PostgresErrorCodes.InvalidCatalogName);
    }

    [Fact]
    public async Task Names_are_names_and_not_statements()
    {
        var found = await PostgresServer.TryStartAsync(Cancel);
        Assert.SkipUnless(found.Server is not null, found.Reason);
        string odd = $"odd \"; name {Guid.NewGuid():N}";
        (await found.Server.CreateDatabaseAsync(odd, Cancel)).ShouldBe(odd);
        await using (var source = NpgsqlDataSource.Create(found.Server.ConnectionString(odd)))
            (await ScalarAsync(source, "SELECT current_database()")).ShouldBe(odd);
        await found.Server.DeleteDatabaseAsync(odd, Cancel);
    }

    [Fact]
    public async Task A_server_started_here_writes_through_to_the_disk()
    {
        var found = await PostgresServer.TryStartAsync(Cancel);
        Assert.SkipUnless(found.Server is not null, found.Reason);
        Assert.SkipWhen(found.Server.Origin == "CAIRN_TEST_POSTGRES_ENDPOINT", "the server's settings are its owner's");
        await using var source = NpgsqlDataSource.Create(found.Server.ConnectionString());
        foreach (string setting in new[] { "fsync", "full_page_writes", "synchronous_commit" })
            (await ScalarAsync(source, "SHOW " + setting)).ShouldBe("on", setting);
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string statement)
    {
        await using var command = source.CreateCommand(statement);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    private static async Task<string?> ScalarAsync(NpgsqlDataSource source, string query)
    {
        await using var command = source.CreateCommand(query);
        return (string?)await command.ExecuteScalarAsync(Cancel);
    }
}
