using System.Diagnostics;
using System.Globalization;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Flows;
using Cairn.Materializers;
using Cairn.Providers;
using Cairn.Providers.Local;
using Cairn.Providers.S3;
using Cairn.TestServers.Fixtures;
using Microsoft.Data.Sqlite;
using Catalogs = Cairn.Catalog.Catalog;
using static Cairn.Bench.Measure;

namespace Cairn.Bench.Flows;

/// <summary>Runs and flows, each beside what it consists of.</summary>
internal sealed class FlowBench(string folder, int rounds, int seconds)
{
    private const int Writers = 16;
    private const int AtOnce = 64;
    private const int WarmUps = 50;

    /// <summary>An output inside a run, beside the durable save of an unnamed artifact.</summary>
    public async Task OutputAsync()
    {
        await using var bench = await OpenAsync("output");
        List<double> alone = [], saves = [], pairs = [], together = [], savesTogether = [];
        var record = new byte[600];
        await using var run = await bench.Catalog.StartRunAsync("Output");
        for (var round = -1; round < rounds; round++)
        {
            // The first round compiles the code.
            var (a, b) = (await MicrosecondsAsync(50, i => OutputAsync(round, i)), await MicrosecondsAsync(50, i => SaveAsync(round, i)));
            var p = await MicrosecondsAsync(50, async i =>
            {
                await SaveAsync(round, 100 + i);
                await bench.Store.WriteBytesAsync($"records/{round + 1:d4}{i:d4}.json", record, WriteMode.CreateNew);
            });
            var c = await MicrosecondsAsync(4, i => Task.WhenAll(Enumerable.Range(0, AtOnce).Select(n => Task.Run(() => OutputAsync(round, 1000 + (i * AtOnce) + n)))));
            var d = await MicrosecondsAsync(4, i => Task.WhenAll(Enumerable.Range(0, AtOnce).Select(n => Task.Run(() => SaveAsync(round, 1000 + (i * AtOnce) + n)))));
            if (round < 0)
                continue;
            (alone, saves, pairs, together, savesTogether) = ([.. alone, a], [.. saves, b], [.. pairs, p], [.. together, c / AtOnce], [.. savesTogether, d / AtOnce]);
        }
        await run.CompleteAsync();
        Row("an output inside a run", $"{Median(alone) / 1000:f2} ms; its durable save without a run {Median(saves) / 1000:f2} ms", Ratio(alone, saves), "≤ 1.5");
        Row("the same, beside the save and one durable file", $"{Median(alone) / 1000:f2} ms; both {Median(pairs) / 1000:f2} ms", Ratio(alone, pairs), "");
        Row($"the same, {AtOnce} at once", $"{Median(together) / 1000:f2} ms each; saves {Median(savesTogether) / 1000:f2} ms each", Ratio(together, savesTogether), "≤ 1.15");

        Task OutputAsync(int round, int i) => run.StepAsync($"step {round} {i}", step => step.Output("text", $"output {round} {i}"));

        Task SaveAsync(int round, int i) => bench.Catalog.Repository.SaveAsync($"artifact {round} {i}");
    }

    /// <summary>A foreach of 1,000 small outputs, beside as many saves one after the other.</summary>
    public async Task ForEachAsync()
    {
        const int Count = 1000;
        await using var bench = await OpenAsync("foreach");
        List<double> ours = [], processor = [], references = [], objects = [], least = [];
        for (var round = -1; round < rounds; round++)
        {
            var before = await bench.FeedObjectsAsync();
            var (elapsed, busy) = await MillisecondsAsync(() => Spread(Count, AtOnce, i => $"output {round} {i}").RunAsync(bench.Catalog));
            var after = await bench.FeedObjectsAsync();
            var reference = await MicrosecondsAsync(Count, i => bench.Catalog.Repository.SaveAsync($"artifact {round} {i}"));
            if (round < 0)
                continue;
            (ours, processor, references, objects) = ([.. ours, elapsed], [.. processor, busy], [.. references, reference * Count / 1000], [.. objects, after - before]);
            // What a foreach cannot do without: the saves, as many at once.
            least.Add((await MillisecondsAsync(() => Parallel.ForEachAsync(Enumerable.Range(0, Count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) =>
                await bench.Catalog.Repository.SaveAsync($"at once {round} {i}")))).Elapsed);
        }
        Row($"a foreach of {Count:n0} small outputs, {AtOnce} at once", $"{Median(ours):f0} ms, processor {Median(processor):f0} ms; {Count:n0} saves one after the other {Median(references):f0} ms", Ratio(references, ours), "≥ 5");
        Row("of which: the saves alone, 64 at once", $"{Median(least):f0} ms", Ratio(references, least), "");
        Row("objects in the feed for it", $"{Median(objects):f0}", "", "≤ 100");
    }

    /// <summary>A join that merges 1,000 names of 100 branches.</summary>
    public async Task MergeAsync()
    {
        const int Branches = 100;
        await using var bench = await OpenAsync("merge");
        List<double> merges = [], joins = [];
        Dictionary<string, int> requests = [];
        for (var round = 0; round < rounds; round++)
        {
            var (watch, merge) = (new Stopwatch(), TimeSpan.Zero);
            var flow = Flow.Of<WideState>("Merge")
                .Step("begin", (s, _) => s.Values.ToList().ForEach(v => v.Set(round)))
                .ForEach("branch", _ => Enumerable.Range(0, Branches), (s, b, _) =>
                {
                    for (var i = b; i < WideState.Width; i += Branches)
                        s.Values[i].Set(1000 + i);
                }, new() { Parallelism = AtOnce })
                .Join("join", (s, inputs, step) =>
                {
                    bench.Driver.Take();
                    watch.Start();
                    step.Merge(inputs);
                    merge = watch.Elapsed;
                })
                .Step("after", (_, _) =>
                {
                    joins.Add(watch.Elapsed.TotalMilliseconds);
                    requests = bench.Driver.Take();
                });
            await flow.RunAsync(bench.Catalog);
            merges.Add(merge.TotalMilliseconds);
        }
        Row($"merge of {WideState.Width:n0} names from {Branches} branches", $"{Median(merges):f0} ms; with the record of the join, until the next step starts, {Median(joins):f0} ms", "", "≤ 100 ms");
        Row("requests from the merge to the next step", $"{Text(requests)}", "", "no read");
    }

    /// <summary>The requests for the end of a task beside those of its outputs.</summary>
    public async Task EndAsync()
    {
        await using var bench = await OpenAsync("end");
        await using var run = await bench.Catalog.StartRunAsync("End");
        await run.StepAsync("warm up", step => step.Output("text", "warm up"));
        await bench.Catalog.Repository.SaveAsync("warm up too");
        foreach (var count in (int[])[1, AtOnce])
        {
            bench.Driver.Take();
            await Task.WhenAll(Enumerable.Range(0, count).Select(i => Task.Run(() => bench.Catalog.Repository.SaveAsync($"artifact {count} {i}"))));
            var saves = bench.Driver.Take();
            await Task.WhenAll(Enumerable.Range(0, count).Select(i => Task.Run(() => run.StepAsync($"step {count} {i}", step => step.Output("text", $"output {count} {i}")))));
            var steps = bench.Driver.Take();
            Row($"requests of {count} tasks that end together", $"{Text(steps)}; of the saves of their outputs {Text(saves)}", $"{steps.Values.Sum() - saves.Values.Sum()} more", $"≤ {count} more");
        }
        await run.CompleteAsync();
    }

    /// <summary>The resumption of a run that has many finished tasks.</summary>
    public async Task ResumeAsync(int tasks)
    {
        List<double> same = [], busy = [], cold = [], processor = [], parts = [];
        Dictionary<string, int> requests = [];
        for (var round = 0; round < rounds; round++)
        {
            var root = Path.Join(folder, $"resume-{round}");
            await using (var bench = await OpenAsync($"resume-{round}"))
            {
                try
                {
                    await Resumable(tasks, () => throw new InvalidOperationException("The run is to fail.")).RunAsync(bench.Catalog);
                }
                catch (InvalidOperationException)
                {
                    // As planned.
                }
                await bench.Catalog.SyncAsync();
                bench.Driver.Take();
                var (begun, used) = await BeginAsync(bench.Catalog, tasks);
                (same, busy) = ([.. same, begun], [.. busy, used]);
                requests = bench.Driver.Take();
            }
            using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["resume-part", root, $"{tasks}"]) { RedirectStandardOutput = true })!;
            var figures = (await child.StandardOutput.ReadToEndAsync()).Split(' ').Select(f => double.Parse(f, CultureInfo.InvariantCulture)).ToList();
            await child.WaitForExitAsync();
            (cold, processor, parts) = ([.. cold, figures[0]], [.. processor, figures[1]], [.. parts, figures[2]]);
            Directory.Delete(root, recursive: true);
        }
        Row($"resume a run of {tasks:n0} finished tasks, until a new task starts", $"{Median(same) / 1000:f2} s, processor {Median(busy) / 1000:f2} s; requests {Text(requests)}", "", "≤ 2 s");
        Row("the same in a new process without an index", $"{Median(cold) / 1000:f2} s, processor {Median(processor) / 1000:f2} s, of which the index {Median(parts) / 1000:f2} s", "", "");
    }

    /// <summary>Resumes in a separate process, which prints the milliseconds until a new task starts, those of the processor, and those of the index.</summary>
    public static async Task<int> ResumePartAsync(string root, int tasks)
    {
        await using var bench = await StoreBench.OpenAsync(root, "-second");
        var (watch, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        await bench.Catalog.SyncAsync();
        var index = watch.Elapsed.TotalMilliseconds;
        var (begun, _) = await BeginAsync(bench.Catalog, tasks);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{index + begun:f0} {(Environment.CpuUsage.TotalTime - before).TotalMilliseconds:f0} {index:f0}"));
        return 0;
    }

    /// <summary>Tasks on S3 through a proxy that delays each answer by 40 milliseconds.</summary>
    public async Task S3Async()
    {
        var server = await S3Server.StartAsync();
        var bucket = await server.CreateBucketAsync();
        await using var proxy = await ProxyProcess.StartAsync(server.Endpoint, latency: 40);
        var at = server.At(proxy.Endpoint);
        var settings = new Dictionary<string, string> { ["endpoint"] = at.Endpoint.ToString(), ["region"] = at.Region, ["access-key"] = at.AccessKey, ["secret-key"] = at.SecretKey };
        await using (var store = await ArtifactStore.OpenAsync(new S3Provider(), $"s3://{bucket}", settings))
        {
            await using (var catalog = await Catalogs.OpenAsync(new ArtifactRepository(store, MaterializerRegistry.CreateDefault())))
            {
                List<double> steps = [], saves = [], together = [], savesTogether = [], one = [];
                await using var run = await catalog.StartRunAsync("End");
                for (var round = -1; round < rounds; round++)
                {
                    var a = await MicrosecondsAsync(10, i => run.StepAsync($"step {round} {i}", step => step.Output("text", $"output {round} {i}"))) / 1000;
                    var b = await MicrosecondsAsync(10, i => catalog.Repository.SaveAsync($"artifact {round} {i}")) / 1000;
                    var c = await MicrosecondsAsync(2, i => Task.WhenAll(Enumerable.Range(0, AtOnce).Select(n => run.StepAsync($"many {round} {i} {n}", step => step.Output("text", $"many {round} {i} {n}"))))) / 1000;
                    var d = await MicrosecondsAsync(2, i => Task.WhenAll(Enumerable.Range(0, AtOnce).Select(n => catalog.Repository.SaveAsync($"many artifacts {round} {i} {n}")))) / 1000;
                    var e = await MicrosecondsAsync(10, i => store.WriteTextAsync($"one/{round}-{i}", "text", WriteMode.CreateNew)) / 1000;
                    if (round >= 0)
                        (steps, saves, together, savesTogether, one) = ([.. steps, a], [.. saves, b], [.. together, c], [.. savesTogether, d], [.. one, e]);
                }
                await run.CompleteAsync();
                Row("S3 at 40 ms: a task with one output", $"{Median(steps):f0} ms; the save of its output {Median(saves):f0} ms; one write {Median(one):f0} ms", $"{Median(steps) - Median(saves):f0} ms more", "≤ one write more");
                Row($"the same, {AtOnce} tasks at once", $"{Median(together):f0} ms; the saves {Median(savesTogether):f0} ms", $"{Median(together) - Median(savesTogether):f0} ms more", "");
                List<double> joins = [], loads = [];
                for (var round = -1; round < rounds; round++)
                {
                    var watch = Stopwatch.StartNew();
                    await Flow.Of<SmallState>("Read").ForEach("item", _ => Enumerable.Range(0, 100), (s, i, _) => s.Text = $"read {round} {i}", new() { Parallelism = AtOnce }).Join("join", (s, inputs, _) =>
                    {
                        watch.Restart();
                        s.Total = inputs.Sum(i => i.Text.Length);
                        watch.Stop();
                    }).RunAsync(catalog);
                    var load = await MicrosecondsAsync(10, async i => await catalog.Repository.LoadAsync<string>((await catalog.Repository.SaveAsync("one")).Digest)) / 1000;
                    var save = await MicrosecondsAsync(10, i => catalog.Repository.SaveAsync("one")) / 1000;
                    if (round >= 0)
                        (joins, loads) = ([.. joins, watch.Elapsed.TotalMilliseconds], [.. loads, load - save]);
                }
                Row("S3 at 40 ms: a join that reads one value of 100 branches", $"{Median(joins):f0} ms; one load {Median(loads):f0} ms", $"{Median(joins) / Median(loads):f1} loads", "");
            }
            await store.RemoveTreeAsync(default);
        }
        await server.DeleteBucketAsync(bucket);
    }

    /// <summary>16 processes run tasks with a tiny output each, beside one process that commits to SQLite at full durability.</summary>
    public async Task WorkspaceAsync()
    {
        List<double> ours = [], references = [], least = [], busy = [];
        for (var round = 0; round < rounds; round++)
        {
            var root = Path.Join(folder, $"workspace-{round}");
            await using (var bench = await StoreBench.OpenAsync(root))
                await bench.Catalog.Repository.SaveAsync("first");
            List<Process> processes = [.. Enumerable.Range(0, Writers).Select(i => Process.Start(
                new ProcessStartInfo(Environment.ProcessPath!, ["writer", root, $"writer {i}", $"{seconds}"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!)];
            foreach (var process in processes)
                await process.StandardOutput.ReadLineAsync();
            foreach (var process in processes)
                await process.StandardInput.WriteLineAsync("go");
            List<double[]> results = [];
            foreach (var process in processes)
            {
                results.Add([.. (await process.StandardOutput.ReadToEndAsync()).Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture))]);
                await process.WaitForExitAsync();
                if (process.ExitCode != 0)
                    throw new InvalidOperationException($"A writer ended with {process.ExitCode}.");
                process.Dispose();
            }
            var count = results.Sum(r => r[0]);
            ours.Add(count / seconds);
            least.Add(results.Min(r => r[0]) / results.Max(r => r[0]));
            busy.Add(results.Sum(r => r[1]) / count);
            references.Add(SqliteCommits(Path.Join(folder, $"commits-{round}.db")) / (double)seconds);
        }
        Row(
            $"{Writers} processes, one workspace: tasks with a tiny output, {AtOnce / Writers} at once in each",
            $"{Median(ours):f0}/s, {Median(busy):f2} ms of processor time each; one process in SQLite, synchronous=FULL {Median(references):f0}/s; least process {Median(least):f2} of the busiest",
            Ratio(ours, references),
            "≥ 2");
    }

    /// <summary>One of the processes, which prints a line when it is ready, begins when it reads one, and then prints the number of tasks and the milliseconds of processor time.</summary>
    public static async Task<int> WriterAsync(string root, string writer, int seconds)
    {
        await using var bench = await StoreBench.OpenAsync(root, $"-{writer}");
        await using var run = await bench.Catalog.StartRunAsync("Workspace");
        await Task.WhenAll(Enumerable.Range(0, AtOnce / Writers).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < WarmUps; i++)
                await StepAsync(run, writer, $"warm up {w} {i}");
        })));
        Console.WriteLine("ready");
        await Console.In.ReadLineAsync();
        var (before, watch, count) = (Environment.CpuUsage.TotalTime, Stopwatch.StartNew(), 0);
        await Task.WhenAll(Enumerable.Range(0, AtOnce / Writers).Select(w => Task.Run(async () =>
        {
            for (var i = 0; watch.Elapsed.TotalSeconds < seconds; i++)
            {
                await StepAsync(run, writer, $"{w} {i}");
                Interlocked.Increment(ref count);
            }
        })));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} {(Environment.CpuUsage.TotalTime - before).TotalMilliseconds:f0}"));
        await run.CompleteAsync();
        return 0;

        static Task StepAsync(Run run, string writer, string name) => run.StepAsync(name, step => step.Output("text", $"{writer} {name}"));
    }

    private static Flow<SmallState> Spread(int count, int parallelism, Func<int, string> text) => Flow.Of<SmallState>("Spread")
        .ForEach("item", _ => Enumerable.Range(0, count), (s, i, _) => s.Text = text(i), new() { Parallelism = parallelism })
        .Join("join", (s, inputs, _) => s.Total = inputs.Count);

    private static Flow<SmallState> Resumable(int count, Action last) => Flow.Of<SmallState>("Resumable")
        .ForEach("item", _ => Enumerable.Range(0, count), (s, i, _) => s.Text = $"item {i}", new() { Parallelism = AtOnce })
        .Join("join", (s, inputs, _) => s.Total = inputs.Count)
        .Step("last", (_, _) => last());

    /// <summary>Resumes, and returns the milliseconds until the code of the new task starts, elapsed and of the processor.</summary>
    private static async Task<(double Elapsed, double Processor)> BeginAsync(Catalogs catalog, int tasks)
    {
        var (watch, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        (double, double) begun = default;
        // A run that fails again leaves the same work to the next round.
        try
        {
            await Resumable(tasks, () =>
            {
                begun = (watch.Elapsed.TotalMilliseconds, (Environment.CpuUsage.TotalTime - before).TotalMilliseconds);
                throw new InvalidOperationException("The run is to fail.");
            }).ResumeAsync(catalog, "Resumable/latest");
        }
        catch (InvalidOperationException)
        {
            // As planned.
        }
        return begun;
    }

    private static string Text(Dictionary<string, int> counts) => counts.Count == 0 ? "none" : string.Join(", ", counts.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => $"{c.Value:n0} {c.Key}"));

    private Task<StoreBench> OpenAsync(string name) => StoreBench.OpenAsync(Path.Join(folder, name));

    private int SqliteCommits(string path)
    {
        using var database = new SqliteConnection($"Data Source={path}");
        database.Open();
        Execute("PRAGMA journal_mode=WAL");
        Execute("PRAGMA synchronous=FULL");
        Execute("CREATE TABLE record(id INTEGER PRIMARY KEY, content BLOB)");
        using var insert = database.CreateCommand();
        insert.CommandText = "INSERT INTO record(content) VALUES($content)";
        insert.Parameters.AddWithValue("$content", new byte[600]);
        insert.Prepare();
        var (watch, count) = (Stopwatch.StartNew(), 0);
        for (; watch.Elapsed.TotalSeconds < seconds; count++)
            insert.ExecuteNonQuery();
        return count;

        void Execute(string sql)
        {
            using var command = database.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
    }
}
