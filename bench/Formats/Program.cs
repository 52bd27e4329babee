using System.Diagnostics;
using Amazon.Runtime;
using Amazon.S3;
using Apache.Arrow;
using Apache.Arrow.Types;
using Cairn;
using Cairn.Artifacts;
using Cairn.Bench.Artifacts;
using Cairn.Bench.Formats;
using Cairn.Formats.Arrow;
using Cairn.Formats.MachineLearning;
using Cairn.Formats.Parquet;
using Cairn.Materializers;
using Cairn.Plugins.Csv;
using Cairn.Providers;
using Cairn.Providers.Local;
using Cairn.Providers.S3;
using Microsoft.ML;

// Formats -- [rows|memory|column] [--rows N] [--runs N] [--mib N] [--folder F]; column reads CAIRN_TEST_S3_ENDPOINT, _ACCESS_KEY, _SECRET_KEY and _REGION
var what = args.Length == 0 || args[0].StartsWith("--", StringComparison.Ordinal) ? "all" : args[0];
var (rows, runs, mib) = (Option("--rows", 1_000_000), Option("--runs", 3), Option("--mib", 1024));
var given = System.Array.IndexOf(args, "--folder") is var at and >= 0 ? args[at + 1] : null;
if (what == "memory-child")
    return await MemoryChildAsync(given!, args[^1]);
var folder = Path.Join(given ?? Path.Join(Directory.GetCurrentDirectory(), "artifacts", "bench"), Guid.NewGuid().ToString("n"));
Directory.CreateDirectory(folder);
try
{
    Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {rows} rows, {runs} runs, {mib} MiB, {folder}");
    if (what is "all" or "rows")
        await RowsAsync();
    if (what is "all" or "memory")
        Memory();
    if (what is "all" or "column")
        await ColumnAsync();
    return 0;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

int Option(string name, int otherwise) => System.Array.IndexOf(args, name) is var at and >= 0 ? int.Parse(args[at + 1]) : otherwise;

static MaterializerRegistry Registry() => new MaterializerRegistry().Add(new ParquetMaterializer()).Add(new ArrowMaterializer()).Add(new CsvMaterializer()).Add(new DataViewMaterializer());

static async Task<ArtifactRepository> LocalAsync(string path)
{
    Directory.CreateDirectory(path);
    return new(await ArtifactStore.OpenAsync(new LocalProvider(), StoreUri.FromLocalPath(path)), Registry());
}

async Task RowsAsync()
{
    Console.WriteLine("| what | medians | ratio, above 1 Cairn is faster | aim | load |\n|---|---|---|---|---|");
    var all = Row.Many(rows).ToList();
    foreach (var (name, save, load) in new (string, Func<List<Row>, string, Task>, Func<string, Task<int>>)[]
    {
        ("Parquet.Net to a file", Peers.SaveWithParquetNetAsync, Peers.LoadWithParquetNetAsync),
        ("ParquetSharp to a file", Peers.SaveWithParquetSharpAsync, Peers.LoadWithParquetSharpAsync),
    })
    {
        var file = Path.Join(folder, "peer.parquet");
        var path = Path.Join(folder, "cairn");
        Artifact? saved = null;
        await Comparison.RunAsync($"save {rows} rows of 6 columns", name, runs, "≥ 0.8",
            () => save(all, file),
            async () => saved = await (await LocalAsync(path)).SaveAsync<IEnumerable<Row>>(all, new SaveOptions { Materializer = "parquet" }),
            () =>
            {
                if (Directory.Exists(path))
                    Directory.Delete(path, recursive: true);
                GC.Collect();
                return Task.CompletedTask;
            });
        var repository = await LocalAsync(path);
        await Comparison.RunAsync($"load {rows} rows, verified", name, runs, "≥ 0.8",
            async () => Check(await load(file)),
            async () => Check((await repository.LoadAsync<List<Row>>(saved!.Digest)).Count),
            () =>
            {
                GC.Collect();
                return Task.CompletedTask;
            });
        Console.WriteLine($"| size | {name}: {new FileInfo(file).Length >> 10} KiB; Cairn: {(await repository.StatAsync(saved!.Digest)).Manifest.TotalLength >> 10} KiB | | | |");
    }

    void Check(int count)
    {
        if (count != rows)
            throw new InvalidOperationException($"{count} rows came back of {rows}.");
    }
}

void Memory()
{
    // Each in a separate process, since a peak is never forgotten.
    foreach (var step in new[] { "save", "rows", "column", "batches", "arrow-save", "arrow-load", "csv-save", "csv-load", "view-save", "view-load" })
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["memory-child", "--folder", folder, "--mib", $"{mib}", step]) { RedirectStandardOutput = true };
        using var child = Process.Start(start)!;
        Console.Write(child.StandardOutput.ReadToEnd());
        child.WaitForExit();
    }
}

async Task<int> MemoryChildAsync(string path, string step)
{
    var repository = await LocalAsync(Path.Join(path, "memory"));
    var idle = Peak();
    var text = "";
    switch (step)
    {
        case "save":
            var saved = Note("ten", await repository.SaveAsync<IAsyncEnumerable<Ten>>(Ten.Many(((long)mib << 20) / 80).ToAsyncEnumerable(), new SaveOptions { Materializer = "parquet" }));
            text = $"save, {saved.Manifest.TotalLength >> 20} MiB";
            break;
        case "rows":
            var count = 0L;
            await foreach (var row in await repository.LoadAsync<IAsyncEnumerable<Ten>>(Noted("ten")))
                count++;
            text = $"load {count} rows one after the other";
            break;
        case "column":
            await using (var file = await repository.LoadAsync<ParquetFile>(Noted("ten")))
                for (var g = 0; g < file.RowGroups.Count; g++)
                    await file.ReadColumnAsync<double>(g, "C");
            text = "read one column, row group by row group";
            break;
        case "batches":
            await using (var file = await repository.LoadAsync<ParquetFile>(Noted("ten")))
                await foreach (var batch in file.ReadBatchesAsync())
                    batch.Dispose();
            text = "read all as Arrow batches";
            break;
        case "arrow-save":
            text = $"Arrow: save batches of 64 Ki rows, {Note("arrow", await repository.SaveAsync(Batches(((long)mib << 20) / 80))).Manifest.TotalLength >> 20} MiB";
            break;
        case "arrow-load":
            var length = 0L;
            await foreach (var batch in await repository.LoadAsync<IAsyncEnumerable<RecordBatch>>(Noted("arrow")))
            {
                length += batch.Length;
                batch.Dispose();
            }
            text = $"Arrow: load {length} rows, batch by batch";
            break;
        case "csv-save":
            var table = Note("csv", await repository.SaveAsync<IAsyncEnumerable<Ten>>(Ten.Many(((long)mib << 20) / 192).ToAsyncEnumerable(), new SaveOptions { Materializer = "csv" }));
            text = $"CSV: save, {table.Manifest.TotalLength >> 20} MiB";
            break;
        case "csv-load":
            var lines = 0L;
            await foreach (var row in await repository.LoadAsync<IAsyncEnumerable<Ten>>(Noted("csv")))
                lines++;
            text = $"CSV: load {lines} rows one after the other";
            break;
        case "view-save":
            var view = new MLContext().Data.LoadFromEnumerable(Ten.Many(((long)mib << 20) / 80));
            text = $"IDataView: save, {Note("view", await repository.SaveAsync(view)).Manifest.TotalLength >> 20} MiB";
            break;
        case "view-load":
            var rows = 0L;
            var loaded = await repository.LoadAsync<IDataView>(Noted("view"));
            using (var cursor = loaded.GetRowCursor(loaded.Schema))
                while (cursor.MoveNext())
                    rows++;
            (loaded as IDisposable)?.Dispose();
            text = $"IDataView: load {rows} rows one after the other";
            break;
    }
    Console.WriteLine($"| {(step.Contains('-') ? "" : "Parquet: ")}{text} | peak resident over an idle program: {(Peak() - idle) >> 20} MiB |");
    return 0;

    // The steps run in processes of their own.
    Artifact Note(string name, Artifact artifact)
    {
        File.WriteAllText(Path.Join(path, $"{name}.digest"), $"{artifact}");
        return artifact;
    }

    BlobDigest Noted(string name) => BlobDigest.Parse(File.ReadAllText(Path.Join(path, $"{name}.digest")));
}

async Task ColumnAsync()
{
    if (Environment.GetEnvironmentVariable("CAIRN_TEST_S3_ENDPOINT") is not { Length: > 0 } endpoint)
    {
        Console.WriteLine("No CAIRN_TEST_S3_ENDPOINT: a column over S3 is not measured.");
        return;
    }
    var counted = new Counted();
    var options = new Dictionary<string, string>
    {
        ["endpoint"] = endpoint,
        ["region"] = Variable("REGION"),
        ["access-key"] = Variable("ACCESS_KEY"),
        ["secret-key"] = Variable("SECRET_KEY"),
    };
    var bucket = $"cairn-bench-{Guid.NewGuid():n}";
    using var client = new AmazonS3Client(new BasicAWSCredentials(options["access-key"], options["secret-key"]),
        new AmazonS3Config { ServiceURL = endpoint, AuthenticationRegion = options["region"], ForcePathStyle = true });
    await client.PutBucketAsync(bucket);
    await using var store = await ArtifactStore.OpenAsync(new CountingProvider(counted), $"s3://{bucket}", options);
    var repository = new ArtifactRepository(store, Registry());
    try
    {
        var saved = await repository.SaveAsync<IAsyncEnumerable<Ten>>(Ten.Many(((long)mib << 20) / 80).ToAsyncEnumerable(), new SaveOptions { Materializer = "parquet" });
        (counted.Bytes, counted.Reads) = (0, 0);
        var watch = Stopwatch.StartNew();
        await using var file = await repository.LoadAsync<ParquetFile>(saved.Digest);
        var (opened, reads) = (counted.Bytes, counted.Reads);
        var column = await file.ReadColumnAsync<double>("C");
        Console.WriteLine($"| one column of ten over S3, of {saved.Manifest.TotalLength >> 20} MiB | {column.Length} values, {column.Length * 8L >> 10} KiB; opening asked for {opened >> 10} KiB in {reads} reads, the column for {(counted.Bytes - opened) >> 10} KiB in {counted.Reads - reads}; {watch.Elapsed.TotalSeconds:f1} s |");
    }
    finally
    {
        await foreach (var entry in store.ListAsync(options: new() { Recursive = true }))
            await client.DeleteObjectAsync(bucket, entry.Path.Value);
        await client.DeleteBucketAsync(bucket);
    }

    static string Variable(string name) => Environment.GetEnvironmentVariable($"CAIRN_TEST_S3_{name}") ?? "";
}

static async IAsyncEnumerable<RecordBatch> Batches(long rows)
{
    var schema = new Schema([.. Enumerable.Range(0, 10).Select(i => new Field($"c{i}", DoubleType.Default, nullable: false))], null);
    var random = new Random(5);
    for (var at = 0L; at < rows; at += 1 << 16)
    {
        await Task.Yield();
        var count = (int)Math.Min(1 << 16, rows - at);
        yield return new(schema, Enumerable.Range(0, 10).Select(_ =>
        {
            var column = new DoubleArray.Builder().Reserve(count);
            for (var i = 0; i < count; i++)
                column.Append(random.NextDouble());
            return (IArrowArray)column.Build();
        }), count);
    }
}

/// <summary>The most memory that this process has held so far, in bytes.</summary>
static long Peak() => 1024 * long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]);

internal sealed class Counted
{
    public long Bytes { get; set; }

    public int Reads { get; set; }
}

[StoreFlavor("s3", "s3", Description = "S3, counted.", Options = typeof(S3Options))]
internal sealed class CountingProvider(Counted counted) : IStoreProvider
{
    private readonly S3Provider _inner = new();

    public async ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken) => new CountingDriver(await _inner.OpenAsync(context, cancellationToken), counted);
}

internal sealed class CountingDriver(StoreDriver inner, Counted counted) : DelegatingStoreDriver(inner)
{
    /// <summary>Counts what is asked for: of a range, that is what the service sends.</summary>
    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        var read = await base.OpenReadAsync(request, cancellationToken);
        counted.Bytes += request.Range.LengthIn(read.Info.Length);
        counted.Reads++;
        return read;
    }
}
