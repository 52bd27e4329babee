using System.Diagnostics;
using System.Globalization;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Catalog.Checkpoints;
using Cairn.Catalog.Feed;
using Cairn.Catalog.Index;
using Cairn.Catalog.Records;
using Cairn.Providers.Local;
using static Cairn.Bench.Measure;

namespace Cairn.Bench.Catalog;

/// <summary>The index of a catalog with many versions: the first synchronization of a machine, later ones, and pages of lists.</summary>
internal static class IndexBench
{
    private const int PerBatch = 1000;
    private const int Later = 10_000;
    private static readonly Guid _catalog = Guid.Parse("0199c5d4-7bdb-7e4e-b6f2-1d3c5a7e9b02");

    /// <summary>Runs the rounds. Each synchronization runs in a separate process, so that its memory can be measured.</summary>
    public static async Task RunAsync(int versions, int rounds, string folder)
    {
        var (bare, full) = (Path.Join(folder, "feed"), Path.Join(folder, "checkpoint"));
        var later = await WriteAsync(bare, full, versions);
        for (var round = 0; round < rounds; round++)
        {
            Row("read all batches of the feed (the download)", "read", bare, folder, "");
            Row("first synchronization, from the feed", "sync", bare, folder, "≤ 120 s, ≤ 256 MiB");
            Row("the same with a heap limit of 96 MiB", "sync", bare, folder, "≤ 256 MiB", ("DOTNET_GCHeapHardLimit", "0x6000000"));
            Row("read all segments of the checkpoint (the download)", "read", full, folder, "");
            Row("first synchronization, from the checkpoint", "sync", full, folder, "≤ the download + 5 s");
        }
        await AddAsync(bare, later[0]);
        Row($"{Later:n0} more records, in a new process", "again", bare, folder, "≤ 1 s");
        await LaterAsync(bare, folder, later[1..]);
        await PagesAsync(bare, folder);
    }

    /// <summary>Runs one part, in a separate process.</summary>
    public static async Task<int> PartAsync(string part, string root, string folder)
    {
        var watch = Stopwatch.StartNew();
        var cpu = Environment.CpuUsage.TotalTime;
        long count = 0;
        if (part == "read")
        {
            foreach (var file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
            {
                await using var stream = File.OpenRead(file);
                await stream.CopyToAsync(Stream.Null);
                count += stream.Length;
            }
            count >>= 20;
        }
        else
        {
            await using var store = await OpenAsync(root);
            var file = FileOf(root, folder);
            if (part == "sync" && File.Exists(file.Path))
                file.Drop();
            using var index = new CatalogIndex(file, store, _catalog, TimeProvider.System);
            index.FindAsset("none");
            watch.Restart();
            var result = await index.SyncAsync(isFull: false, CancellationToken.None);
            count = result.IsLeft ? -1 : result.Applied;
        }
        using var process = Process.GetCurrentProcess();
        var processor = Environment.CpuUsage.TotalTime - cpu;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalSeconds:f2} {processor.TotalSeconds:f2} {process.PeakWorkingSet64 >> 20} {count}"));
        return 0;
    }

    private static Task<ArtifactStore> OpenAsync(string root) => ArtifactStore.OpenAsync(new LocalProvider(), StoreUri.FromLocalPath(root)).AsTask();

    private static IndexFile FileOf(string root, string folder) => new(Path.Join(folder, "index"), _catalog, root, IndexSchema.Number, BootId.Current);

    /// <summary>Writes a store that has the records in its feed, and one that has them in a checkpoint.</summary>
    /// <returns>More records, in parts.</returns>
    private static async Task<List<byte[][]>> WriteAsync(string bare, string full, int versions)
    {
        var records = new SampleRecords();
        await using var feed = await OpenAsync(bare);
        await using var checkpointed = await OpenAsync(full);
        var segments = new List<byte[]>(versions);
        var at = DateTimeOffset.UtcNow.AddHours(-3);
        for (var written = 0; written < versions; written += PerBatch)
        {
            List<byte[]> batch = [.. Enumerable.Range(0, Math.Min(PerBatch, versions - written)).Select(_ => records.Next())];
            segments.AddRange(batch);
            await WriteBatchAsync(feed, batch, at = at.AddMilliseconds(5));
        }
        var checkpoints = new CheckpointStore(checkpointed, _catalog);
        var builder = new SegmentBuilder(checkpoints, CheckpointMaker.MaxSegment);
        foreach (var content in segments.GroupBy(c => Record.Parse(c).Node["asset"]!.ToString()).OrderBy(g => g.Key, StringComparer.Ordinal).SelectMany(g => g))
            await builder.AddAsync(content, CancellationToken.None);
        var members = new Checkpoint(at, await builder.EndAsync(CancellationToken.None)).ToMembers();
        (members["v"], members["kind"], members["checkpoint"], members["at"], members["by"]) = (1, "checkpoint", _catalog.ToString(), Record.Format(at), "");
        await checkpoints.Chain.AppendAsync(null, isNewest: true, Guid.CreateVersion7(), (_, _) => new(members), null, CancellationToken.None);
        return [.. Enumerable.Range(0, 5 * Later).Select(_ => records.Next()).Chunk(Later)];
    }

    /// <summary>Synchronizes in one process, after each part of the records: the code is compiled while the first ones are applied.</summary>
    private static async Task LaterAsync(string root, string folder, List<byte[][]> later)
    {
        await using var store = await OpenAsync(root);
        using var index = new CatalogIndex(FileOf(root, folder), store, _catalog, TimeProvider.System);
        List<(double Seconds, double Processor)> times = [];
        foreach (var records in later)
        {
            await AddAsync(root, records);
            var (watch, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
            await index.SyncAsync(isFull: false, CancellationToken.None);
            times.Add((watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds));
        }
        var (seconds, processor) = times.MinBy(t => t.Processor);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {Later:n0} more records, in a process that has synchronized before | {seconds:f2} s, processor {processor:f2} s | | ≤ 1 s | {Load()} |"));
    }

    private static async Task AddAsync(string root, byte[][] records)
    {
        await using var store = await OpenAsync(root);
        foreach (var batch in records.Chunk(PerBatch))
            await WriteBatchAsync(store, batch, DateTimeOffset.UtcNow);
    }

    private static async Task WriteBatchAsync(ArtifactStore store, IReadOnlyList<byte[]> batch, DateTimeOffset at)
    {
        using var lines = new MemoryStream();
        foreach (var content in batch)
        {
            lines.Write(content);
            lines.WriteByte((byte)'\n');
        }
        await store.WriteBytesAsync(FeedPath.Create(at), lines.ToArray(), WriteMode.CreateNew);
    }

    private static void Row(string what, string part, string root, string folder, string aim, (string Name, string Value)? setting = null)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["part", part, root, folder]) { RedirectStandardOutput = true };
        if (setting is var (name, value))
            start.Environment[name] = value;
        using var child = Process.Start(start)!;
        var figures = child.StandardOutput.ReadToEnd().Split(' ', StringSplitOptions.TrimEntries);
        child.WaitForExit();
        if (child.ExitCode != 0)
            throw new InvalidOperationException($"The part '{part}' ended with {child.ExitCode}.");
        Console.WriteLine($"| {what} | {figures[0]} s, processor {figures[1]} s, peak {figures[2]} MiB; {figures[3]} {(part == "read" ? "MiB" : "records")} | | {aim} | {Load()} |");
    }

    /// <summary>Pages of 50, up to 200 of each query, each behind the one before. All queries take turns, page by page; a page is read three times.</summary>
    private static async Task PagesAsync(string root, string folder)
    {
        await using var store = await OpenAsync(root);
        using var index = new CatalogIndex(FileOf(root, folder), store, _catalog, TimeProvider.System);
        var queries = new (string Name, VersionQuery? Query, List<double> Times)[]
        {
            ("by time", new(), []),
            ("by time, deleted ones too", new() { IncludeDeleted = true }, []),
            ("by name", new() { Order = VersionOrder.Name }, []),
            ("by name, prefix", new() { Order = VersionOrder.Name, NamePrefix = "model-17" }, []),
            ("by name, one type", new() { Order = VersionOrder.Name, Type = "model" }, []),
            ("by type", new() { Type = "model" }, []),
            ("by type, 1 asset in 2,000", new() { Type = "rare" }, []),
            ("of one asset", new() { AssetId = index.List(new VersionQuery { NamePrefix = "model-0", Order = VersionOrder.Name, PageSize = 1 }).Items[0].AssetId }, []),
            ("by metadata, number > (half)", new() { Where = [new MetadataCondition("auc", MetadataComparison.Greater, 0.5)] }, []),
            ("by metadata, number = (1 in 1,000)", new() { Where = [new MetadataCondition("rows", MetadataComparison.Equal, 77)] }, []),
            ("by metadata, text = (1 in 50)", new() { Where = [new MetadataCondition("region", MetadataComparison.Equal, "region 7")] }, []),
            ("by metadata and type", new() { Type = "model", Where = [new MetadataCondition("auc", MetadataComparison.Greater, 0.5)] }, []),
            ("by text, a word that all have", new() { Text = "northern " }, []),
            ("by text, a word that 1 in 50 has", new() { Text = "7 " }, []),
            ("by text, two words", new() { Text = "northern word77 " }, []),
            ("by text, beginning of a word", new() { Text = "word77" }, []),
            ("latest versions, by name", new() { OnlyLatest = true, Order = VersionOrder.Name }, []),
        };
        for (var page = 0; page < 200; page++)
        {
            for (var i = 0; i < queries.Length; i++)
            {
                if (queries[i].Query is not { } query)
                    continue;
                string? next = null;
                // The least of three: another program may have the processor in between.
                queries[i].Times.Add(Enumerable.Range(0, 3).Min(_ =>
                {
                    var watch = Stopwatch.StartNew();
                    next = index.List(query).Next;
                    return watch.Elapsed.TotalMilliseconds;
                }));
                queries[i].Query = next is null ? null : query with { After = next };
            }
        }
        foreach (var (name, _, times) in queries)
        {
            var first = times[0];
            times.Sort();
            var result = string.Create(CultureInfo.InvariantCulture,
                $"{times.Count} pages: median {times[times.Count / 2]:f2} ms, 95 % below {times[times.Count * 95 / 100]:f1} ms, slowest {times[^1]:f1} ms; the first {first:f1} ms");
            Console.WriteLine($"| page of 50 versions {name} | {result} | | ≤ 20 ms | {Load()} |");
        }
    }
}
