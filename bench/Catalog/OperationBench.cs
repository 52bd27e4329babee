using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Runtime;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Catalog.Telemetry;
using Cairn.Materializers;
using Cairn.Providers.Local;
using Cairn.Providers.S3;
using Cairn.TestServers.Fixtures;
using Microsoft.Data.Sqlite;
using Npgsql;
using Catalogs = Cairn.Catalog.Catalog;
using Record = Cairn.Catalog.Records.Record;
using static Cairn.Bench.Measure;

namespace Cairn.Bench.Catalog;

/// <summary>Operations on assets, each beside what it consists of or what a database does instead.</summary>
internal sealed class OperationBench(string folder, int rounds, int seconds)
{
    private const int Writers = 16;
    private const int WarmUps = 100;
    private const string Shared = "shared";

    /// <summary>Resolves an alias that is known, beside one call that finds no file and one prepared query.</summary>
    public async Task ResolveAsync(int chain)
    {
        var root = Path.Join(folder, "resolve");
        await using var store = await OpenAsync(root);
        await using var catalog = await OpenAsync(store);
        var absent = Path.Join(root, "artifacts", "catalog", "absent.json");
        foreach (var (name, length) in ((string, int)[])[("short", 1000), ("long", chain)])
        {
            var first = await catalog.Assets.SaveAsync(name, "content", new() { Alias = "candidate" });
            await ExtendAsync(Path.Join(root, "artifacts", "catalog", "assets", first.AssetId.ToString()), length);
            await catalog.Assets.GetAsync($"{name}@candidate");
        }
        await using var database = new SqliteConnection($"Data Source={Path.Join(folder, "lookup.db")}");
        await database.OpenAsync();
        Execute(database, "CREATE TABLE alias(asset TEXT, name TEXT, n INTEGER, artifact BLOB, PRIMARY KEY(asset, name)) WITHOUT ROWID");
        Execute(database, "WITH RECURSIVE c(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM c WHERE i < 100000) INSERT INTO alias SELECT 'model-' || i, 'candidate', i, randomblob(32) FROM c");
        using var query = database.CreateCommand();
        query.CommandText = "SELECT n, artifact FROM alias WHERE asset = $asset AND name = $name";
        query.Parameters.AddWithValue("$asset", "model-777");
        query.Parameters.AddWithValue("$name", "candidate");
        query.Prepare();
        List<double> shorts = [], longs = [], references = [], stats = [], opens = [];
        for (var round = 0; round < rounds; round++)
        {
            shorts.Add(await MicrosecondsAsync(2000, async _ => await catalog.Assets.GetAsync("short@candidate")));
            longs.Add(await MicrosecondsAsync(2000, async _ => await catalog.Assets.GetAsync("long@candidate")));
            stats.Add(await MicrosecondsAsync(2000, async _ => await store.IsFileAsync("artifacts/catalog/absent.json")));
            opens.Add(await MicrosecondsAsync(2000, async _ =>
            {
                try
                {
                    await store.OpenReadAsync("artifacts/catalog/absent.json");
                }
                catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
                {
                    // What a look-up finds behind the newest record.
                }
            }));
            references.Add(await MicrosecondsAsync(2000, _ =>
            {
                if (File.Exists(absent) || query.ExecuteScalar() is not 777L)
                    throw new InvalidOperationException("The look-up gave something else.");
                return Task.CompletedTask;
            }));
        }
        Row("resolve name@alias, chain of 1,000", $"{Median(shorts):f1} µs; one stat and one query {Median(references):f1} µs", Ratio(shorts, references), "≤ 3");
        Row("of which: an absent file opened by the store", $"{Median(opens):f1} µs; asked for without an exception {Median(stats):f1} µs", Ratio(opens, stats), "");
        Row($"the same, chain of {chain:n0}", $"{Median(longs):f1} µs; chain of 1,000 {Median(shorts):f1} µs", Ratio(longs, shorts), "≤ 2");
    }

    /// <summary>Saves versions of tiny objects, beside the save of the artifact and one durable file of the record's size.</summary>
    public async Task SaveAsync()
    {
        await using var store = await OpenAsync(Path.Join(folder, "save"));
        await using var catalog = await OpenAsync(store);
        var record = new byte[600];
        List<double> versions = [], references = [];
        for (var round = 0; round < rounds; round++)
        {
            versions.Add(await MicrosecondsAsync(50, async i => await catalog.Assets.SaveAsync("tiny", $"version {round} {i}")));
            references.Add(await MicrosecondsAsync(50, async i =>
            {
                await catalog.Repository.SaveAsync($"artifact {round} {i}");
                await store.WriteBytesAsync($"records/{round:d4}{i:d4}.json", record, WriteMode.CreateNew);
            }));
        }
        Row("save a version of a tiny object", $"{Median(versions) / 1000:f2} ms; its artifact and one durable record {Median(references) / 1000:f2} ms", Ratio(versions, references), "≤ 1.25");
    }

    /// <summary>16 processes save versions, each of a separate asset, beside one process that commits to SQLite at full durability.</summary>
    public async Task WorkspaceAsync()
    {
        List<double> ours = [], references = [];
        List<WriterResult> results = [];
        for (var round = 0; round < rounds; round++)
        {
            var result = await WriteAsync(Path.Join(folder, $"workspace-{round}"), i => $"asset-{i}");
            results.Add(result);
            ours.Add(result.Count / (double)seconds);
            references.Add(SqliteCommits(Path.Join(folder, $"commits-{round}.db")) / (double)seconds);
        }
        Row(
            "16 processes, one workspace: versions with their content",
            $"{Median(ours):f0}/s, {Median(results.Select(r => r.Processor)):f2} ms of processor time each; one process in SQLite, synchronous=FULL {Median(references):f0}/s; least process {Median(results.Select(r => r.Least)):f2} of the busiest",
            Ratio(ours, references),
            "≥ 2");
    }

    /// <summary>16 processes register versions of one asset, beside 16 connections that increment a row of PostgreSQL.</summary>
    public async Task AssetAsync()
    {
        var server = await PostgresServer.StartAsync();
        var name = await server.CreateDatabaseAsync();
        List<double> ours = [], references = [];
        List<WriterResult> results = [];
        try
        {
            for (var round = 0; round < rounds; round++)
            {
                var root = Path.Join(folder, $"asset-{round}");
                var result = await WriteAsync(root, _ => Shared);
                await using var store = await OpenAsync(root);
                await using var catalog = await OpenAsync(store);
                List<int> numbers = [];
                await foreach (var version in catalog.Assets.HistoryAsync(Shared))
                    numbers.Add(version.Number);
                // One version was saved before the processes began.
                if (!numbers.SequenceEqual(Enumerable.Range(1, result.Count + 1).Reverse()))
                    throw new InvalidOperationException($"{result.Count} saves gave {numbers.Count} versions.");
                results.Add(result);
                ours.Add(result.Count / (double)seconds);
                references.Add(await CounterAsync(server.ConnectionString(name)) / (double)seconds);
            }
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await server.DeleteDatabaseAsync(name);
        }
        Row(
            "16 processes, one asset: versions, numbers 1 to N exactly",
            $"{Median(ours):f0}/s, {Median(results.Select(r => r.Processor)):f2} ms of processor time and {Median(results.Select(r => r.Lost)):f2} lost tries each; 16 connections, a counter of PostgreSQL {Median(references):f0}/s; least process {Median(results.Select(r => r.Least)):f2} of the busiest",
            Ratio(ours, references),
            "≥ 0.5");
    }

    /// <summary>Operations on S3 through a proxy that delays each answer by 40 milliseconds.</summary>
    public async Task S3Async()
    {
        var server = await S3Server.StartAsync();
        var bucket = await server.CreateBucketAsync();
        await using var proxy = await ProxyProcess.StartAsync(server.Endpoint, latency: 40);
        var at = server.At(proxy.Endpoint);
        var settings = new Dictionary<string, string> { ["endpoint"] = at.Endpoint.ToString(), ["region"] = at.Region, ["access-key"] = at.AccessKey, ["secret-key"] = at.SecretKey };
        await using (var store = await ArtifactStore.OpenAsync(new S3Provider(), $"s3://{bucket}", settings))
        {
            await using (var catalog = await OpenAsync(store))
            {
                await catalog.Assets.SaveAsync("tiny", "first", new() { Alias = "candidate" });
                List<double> versions = [], artifacts = [], resolved = [], reads = [];
                for (var round = 0; round < rounds; round++)
                {
                    reads.Add(await MicrosecondsAsync(10, async _ => await store.IsFileAsync("absent")) / 1000);
                    versions.Add(await MicrosecondsAsync(10, async i => await catalog.Assets.SaveAsync("tiny", $"version {round} {i}")) / 1000);
                    artifacts.Add(await MicrosecondsAsync(10, async i => await catalog.Repository.SaveAsync($"artifact {round} {i}")) / 1000);
                    resolved.Add(await MicrosecondsAsync(10, async _ => await catalog.Assets.GetAsync("tiny@candidate")) / 1000);
                }
                var more = Median(versions) - Median(artifacts);
                Row("S3 at 40 ms: save a version of a tiny object", $"{Median(versions):f0} ms; its artifact {Median(artifacts):f0} ms", $"{more:f0} ms more", "≤ 60 ms more");
                Row("S3 at 40 ms: resolve name@alias", $"{Median(resolved):f0} ms; one request for an absent object {Median(reads):f0} ms", Ratio(resolved, reads), "≤ 50 ms");
            }
            await store.RemoveTreeAsync(default);
        }
        await server.DeleteBucketAsync(bucket);
    }

    /// <summary>One of the processes that save for some seconds, after saves of another asset, until 100 of them compiled no method.</summary>
    /// <remarks>It prints a line when it is ready, begins when it reads one, and then prints the number of versions, of lost tries, and the milliseconds of processor time.</remarks>
    public static async Task<int> WriterAsync(string root, string asset, string writer, string length)
    {
        await using var store = await OpenAsync(root);
        await using var catalog = await OpenAsync(store);
        // Versions of one asset contend for its chain: what is measured is the commit, without the content that each writer saves for itself.
        var content = (await catalog.Repository.SaveAsync($"content {writer}")).Digest;
        for (var (i, quiet) = (0, 0); quiet < WarmUps && i < 20 * WarmUps; i++)
        {
            var compiled = JitInfo.GetCompiledMethodCount();
            await SaveAsync(asset == Shared ? "warm-up" : $"warm-up of {writer}", i);
            quiet = JitInfo.GetCompiledMethodCount() == compiled ? quiet + 1 : 0;
        }
        long lost = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Name == CatalogInstruments.Conflicts)
                own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref lost, value));
        listener.Start();
        Console.WriteLine("ready");
        await Console.In.ReadLineAsync();
        var (before, watch, count) = (Environment.CpuUsage.TotalTime, Stopwatch.StartNew(), 0);
        for (var time = TimeSpan.FromSeconds(int.Parse(length, CultureInfo.InvariantCulture)); watch.Elapsed < time; count++)
            await SaveAsync(asset, count);
        await catalog.FlushAsync();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} {lost} {(Environment.CpuUsage.TotalTime - before).TotalMilliseconds:f0}"));
        return 0;

        Task SaveAsync(string name, int i) => asset == Shared
            ? catalog.Assets.RegisterAsync(name, content, new() { Mode = SaveMode.Always })
            : catalog.Assets.SaveAsync(name, $"{writer} {name} {i}");
    }

    private static async Task<ArtifactStore> OpenAsync(string root) => await ArtifactStore.OpenAsync(new LocalProvider(), StoreUri.FromLocalPath(root));

    private static Task<Catalogs> OpenAsync(ArtifactStore store) => Catalogs.OpenAsync(new ArtifactRepository(store, MaterializerRegistry.CreateDefault()));

    /// <summary>Gives the asset in a folder more versions, by files that are not durable.</summary>
    private static async Task ExtendAsync(string folder, int length)
    {
        var content = await File.ReadAllBytesAsync(Path.Join(folder, "00000001.json"));
        for (var n = 2; n <= length; n++)
        {
            var record = Record.Parse(content);
            var node = record.Node;
            (node["seq"], node["prev"], node["id"]) = (n, record.Hash.Hex, Guid.CreateVersion7().ToString());
            (node["change"]!["version"], node["state"]!["n"], node["state"]!["at"]) = (n, n, n);
            content = Record.Create(node).Content.ToArray();
            await File.WriteAllBytesAsync(Path.Join(folder, string.Create(CultureInfo.InvariantCulture, $"{n:d8}.json")), content);
        }
    }

    private async Task<WriterResult> WriteAsync(string root, Func<int, string> asset)
    {
        await using (var store = await OpenAsync(root))
        {
            await using var catalog = await OpenAsync(store);
            foreach (var name in Enumerable.Range(0, Writers).Select(asset).Distinct())
                await catalog.Assets.SaveAsync(name, "first");
        }
        var processes = Enumerable.Range(0, Writers).Select(i => Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!, ["writer", root, asset(i), $"writer {i}", $"{seconds}"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!).ToList();
        foreach (var process in processes)
            await process.StandardOutput.ReadLineAsync();
        foreach (var process in processes)
            await process.StandardInput.WriteLineAsync("go");
        List<int[]> results = [];
        foreach (var process in processes)
        {
            var text = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            if (process.ExitCode != 0)
                throw new InvalidOperationException($"A writer ended with {process.ExitCode}.");
            results.Add([.. text.Split(' ').Select(n => int.Parse(n, CultureInfo.InvariantCulture))]);
            process.Dispose();
        }
        double count = results.Sum(r => r[0]);
        return new((int)count, results.Min(r => r[0]) / (double)results.Max(r => r[0]), results.Sum(r => r[1]) / count, results.Sum(r => r[2]) / count);
    }

    private int SqliteCommits(string path)
    {
        using var database = new SqliteConnection($"Data Source={path}");
        database.Open();
        Execute(database, "PRAGMA journal_mode=WAL");
        Execute(database, "PRAGMA synchronous=FULL");
        Execute(database, "CREATE TABLE record(id INTEGER PRIMARY KEY, content BLOB)");
        using var insert = database.CreateCommand();
        insert.CommandText = "INSERT INTO record(content) VALUES($content)";
        insert.Parameters.AddWithValue("$content", new byte[600]);
        insert.Prepare();
        var watch = Stopwatch.StartNew();
        var count = 0;
        for (; watch.Elapsed.TotalSeconds < seconds; count++)
            insert.ExecuteNonQuery();
        return count;
    }

    private async Task<int> CounterAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using (var create = source.CreateCommand("CREATE TABLE IF NOT EXISTS counter(id INT PRIMARY KEY, n BIGINT); INSERT INTO counter VALUES(1, 0) ON CONFLICT DO NOTHING"))
            await create.ExecuteNonQueryAsync();
        var watch = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(async () =>
        {
            await using var connection = await source.OpenConnectionAsync();
            await using var increment = new NpgsqlCommand("UPDATE counter SET n = n + 1 WHERE id = 1 RETURNING n", connection);
            await increment.PrepareAsync();
            var count = 0;
            for (; watch.Elapsed.TotalSeconds < seconds; count++)
                await increment.ExecuteScalarAsync();
            return count;
        })));
        return counts.Sum();
    }

    private static void Execute(SqliteConnection database, string sql)
    {
        using var command = database.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>What the writers of a round did.</summary>
    /// <param name="Count">The versions.</param>
    /// <param name="Least">The versions of the least busy process by those of the busiest.</param>
    /// <param name="Lost">The lost tries for each version.</param>
    /// <param name="Processor">The milliseconds of processor time for each version.</param>
    private sealed record WriterResult(int Count, double Least, double Lost, double Processor);
}
