using System.Diagnostics;
using System.Globalization;
using System.Text;
using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog.Index;
using Cairn.Catalog.Records;
using Cairn.Providers.Memory;

// Pages of 50 over many versions: what a list or a search costs. The argument is the number of versions.
var total = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
const int Assets = 2000;
if (args is [_, "parse"])
{
    for (var round = 0; round < 4; round++)
    {
        var contents = Lines(total).Select(l => l.Content).ToList();
        GC.Collect();
        var (start, cpu, bytes) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());
        var lines = 0L;
        foreach (var content in contents)
            lines += RecordLine.Of(content).Record!.Sequence;
        Console.WriteLine($"records: {start.Elapsed.TotalMilliseconds:f0} ms, cpu {(Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds:f0} ms, {(GC.GetTotalAllocatedBytes() - bytes) / total} B each");
        (start, cpu, bytes) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());
        foreach (var content in contents)
            lines += ChainRecord.TryRead(RecordLine.Of(content), out _, out _)!.Sequence;
        Console.WriteLine($"views: {start.Elapsed.TotalMilliseconds:f0} ms, cpu {(Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds:f0} ms, {(GC.GetTotalAllocatedBytes() - bytes) / total} B each");
    }
    return 0;
}
var folder = Directory.CreateTempSubdirectory("cairn-catalog-").FullName;
try
{
    await using var store = await ArtifactStore.OpenAsync(new MemoryProvider(), "mem://bench");
    var file = new IndexFile(folder, Guid.CreateVersion7(), "mem://bench", IndexSchema.Number, BootId.Current);
    var watch = Stopwatch.StartNew();
    using (var database = new IndexDatabase(file))
    {
        var applier = new IndexApplier(store, database);
        foreach (var lines in Lines(total).Chunk(250))
            await applier.ApplyAsync(lines, [], _ => { }, CancellationToken.None);
    }
    Console.WriteLine($"cpu {Environment.CpuUsage.TotalTime.TotalSeconds:f1} s, user {Environment.CpuUsage.UserTime.TotalSeconds:f1}, peak {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB");
    Console.WriteLine($"| build the index | {total} versions, {total / watch.Elapsed.TotalSeconds:f0} records/s, {new FileInfo(file.Path).Length >> 20} MiB | {watch.Elapsed.TotalSeconds:f0} s |");
    watch.Restart();
    using var index = new CatalogIndex(file, store, Guid.Empty, TimeProvider.System);
    index.FindAsset("none");
    Console.WriteLine($"| open the index, first query | | {watch.Elapsed.TotalMilliseconds:f1} ms |");
    Measure("versions by time", new());
    Measure("versions by name", new() { Order = VersionOrder.Name });
    Measure("versions by name, prefix", new() { Order = VersionOrder.Name, NamePrefix = "model-17" });
    Measure("versions by type", new() { Type = "model" });
    Measure("versions by type, 1 in 2000", new() { Type = "rare" });
    Measure("versions by metadata, number > (half)", new() { Where = [new MetadataCondition("auc", MetadataComparison.Greater, 0.5)] });
    Measure("versions by metadata, number = (1 in 1000)", new() { Where = [new MetadataCondition("rows", MetadataComparison.Equal, 77)] });
    Measure("versions by metadata, text =", new() { Where = [new MetadataCondition("region", MetadataComparison.Equal, "region 7")] });
    Measure("versions by metadata and type", new() { Type = "model", Where = [new MetadataCondition("auc", MetadataComparison.Greater, 0.5)] });
    Measure("versions by text, common word", new() { Text = "region " });
    Measure("versions by text, two words", new() { Text = "northern word77 " });
    Measure("versions by text, beginning of a word", new() { Text = "word77" });
    Measure("latest versions", new() { OnlyLatest = true, Order = VersionOrder.Name });
    return 0;

    // Up to 200 pages, each behind the one before.
    void Measure(string what, VersionQuery query)
    {
        List<double> times = [];
        var items = 0;
        for (var i = 0; i < 200; i++)
        {
            var page = Stopwatch.StartNew();
            var result = index.List(query);
            times.Add(page.Elapsed.TotalMilliseconds);
            items += result.Items.Count;
            if (result.Next is null)
                break;
            query = query with { After = result.Next };
        }
        var first = times[0];
        times.Sort();
        Console.WriteLine($"| {what} | {times.Count} pages, {items} versions; first {first:f1} ms, slowest {times[^1]:f1} ms | {times[times.Count / 2]:f2} ms |");
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}

static IEnumerable<RecordLine> Lines(int total)
{
    var random = new Random(1);
    var ids = new RecordId(TimeProvider.System);
    var assets = Enumerable.Range(0, Assets).Select(_ => (Id: Guid.CreateVersion7(), Number: 0, Previous: "")).ToArray();
    var at = DateTimeOffset.UnixEpoch.AddYears(56);
    for (var i = 0; i < total; i++)
    {
        // Some assets have far more versions than others.
        var a = (int)(Assets * Math.Pow(random.NextDouble(), 2));
        ref var asset = ref assets[a];
        asset.Number++;
        at = at.AddSeconds(30);
        var type = a == Assets - 1 ? "rare" : a % 3 == 0 ? "model" : "table";
        var auc = (random.Next(1000) + 0.5) / 1000;
        var previous = asset.Previous.Length == 0 ? "" : $",\"prev\":\"{asset.Previous}\"";
        var text = string.Create(CultureInfo.InvariantCulture, $$$"""
            {"v":1,"kind":"asset","asset":"{{{asset.Id}}}","change":{"version":{{{asset.Number}}},"artifact":"{{{BlobDigest.Of(BitConverter.GetBytes(i))}}}","text":"northern word{{{random.Next(1000)}}} churn",
            "meta":{"auc":{{{auc}}},"rows":{{{random.Next(1000)}}},"region":"region {{{random.Next(50)}}}"}},"state":{"n":{{{asset.Number}}},"at":{{{asset.Number}}},"names":["model-{{{a}}}"],
            "type":"{{{type}}}"},"id":"{{{ids.Next()}}}","at":"{{{Record.Format(at)}}}","by":"u:ada","seq":{{{asset.Number}}}{{{previous}}}}
            """);
        var line = RecordLine.Of(Encoding.UTF8.GetBytes(text));
        asset.Previous = line.Record!.Hash.Hex;
        yield return line;
    }
}
