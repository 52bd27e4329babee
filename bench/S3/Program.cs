using System.Diagnostics;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Transfer;
using Cairn;
using Cairn.Bench.S3;
using Cairn.Providers.S3;
using Cairn.TestServers.Fixtures;
using Cairn.TestServers.Proxy;

// Usage: Cairn.Bench.S3 [big|small|list|latency|memory|all] [--mib N] [--files N] [--keys N] [--runs N]
int Number(string name, int otherwise) => Array.IndexOf(args, name) is var at and >= 0 ? int.Parse(args[at + 1], System.Globalization.CultureInfo.InvariantCulture) : otherwise;
var what = args is [var first, ..] && !first.StartsWith('-') ? first : "all";
long length = (long)Number("--mib", 1024) << 20;
int files = Number("--files", 10_000), keys = Number("--keys", 100_000), runs = Number("--runs", 3);
var folder = Directory.CreateTempSubdirectory("cairn-bench-s3-").FullName;
var server = await S3Server.StartAsync();
using var raw = Client(server, sdkChecksum: false);
var bucket = await server.CreateBucketAsync();
Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {server.Origin}");
try
{
    if (what is "all" or "big") await BigAsync(server, "");
    if (what is "all" or "latency")
    {
        await using var proxy = FaultProxy.Start(server.Endpoint, new() { Latency = TimeSpan.FromMilliseconds(20) });
        await BigAsync(server.At(proxy.Endpoint), " at 20 ms");
    }
    if (what is "all" or "small") await SmallAsync();
    if (what is "all" or "list") await ListAsync();
    if (what is "memory") await MemoryAsync();
}
finally
{
    Directory.Delete(folder, recursive: true);
    await using (var store = await OpenAsync(server))
        await store.RemoveTreeAsync(default);
    await server.DeleteBucketAsync(bucket);
}

async Task BigAsync(S3Server at, string how)
{
    using var client = Client(at, sdkChecksum: false);
    using var defaults = Client(at, sdkChecksum: true);
    using var utility = new TransferUtility(defaults);
    await using var store = await OpenAsync(at);
    string source = Path.Join(folder, "source"), target = Path.Join(folder, "target");
    await WriteAsync(source, length);
    await CompareAsync($"{length >> 20} MiB up{how}",
        ("Cairn, CRC-32C verified", () => store.UploadFileAsync(source, "cairn", WriteMode.Replace)),
        ("raw 8 x 16 MiB, no checksum", () => Raw.UploadAsync(client, bucket, "raw", source)),
        ("TransferUtility", () => utility.UploadAsync(source, bucket, "utility")));
    await CompareAsync($"{length >> 20} MiB down{how}",
        ("Cairn, CRC-32C verified", () => store.DownloadFileAsync("cairn", target, WriteMode.Replace)),
        ("raw 8 x 16 MiB, no checksum", () => Raw.DownloadAsync(client, bucket, "raw", target, length)),
        ("TransferUtility", () => utility.DownloadAsync(target, bucket, "utility")));
}

async Task SmallAsync()
{
    await using var store = await OpenAsync(server);
    string source = Path.Join(folder, "small"), target = Path.Join(folder, "small-down"), rawTarget = Path.Join(folder, "small-raw");
    foreach (var made in new[] { source, target, rawTarget })
        Directory.CreateDirectory(made);
    for (var i = 0; i < files; i++)
        await WriteAsync(Path.Join(source, $"{i:d5}"), 4096);
    var ways = new ParallelOptions { MaxDegreeOfParallelism = 32 };
    var transfer = new TransferOptions { Mode = WriteMode.Replace, Parallelism = 32 };
    await CompareAsync($"{files} x 4 KiB up",
        ("Cairn, 32 at once", () => store.UploadDirectoryAsync(source, "small", transfer)),
        ("raw, 32 at once", () => Parallel.ForAsync(0, files, ways, async (i, token) =>
        {
            using var body = new MemoryStream(await File.ReadAllBytesAsync(Path.Join(source, $"{i:d5}"), token));
            await raw.PutObjectAsync(new() { BucketName = bucket, Key = $"raw/{i:d5}", InputStream = body, UseChunkEncoding = false }, token);
        })));
    await CompareAsync($"{files} x 4 KiB down",
        ("Cairn, 32 at once", () => store.DownloadDirectoryAsync("small", target, transfer)),
        ("raw, 32 at once", () => Parallel.ForAsync(0, files, ways, async (i, token) =>
        {
            using var response = await raw.GetObjectAsync(bucket, $"raw/{i:d5}", token);
            await using var file = File.Create(Path.Join(rawTarget, $"{i:d5}"));
            await response.ResponseStream.CopyToAsync(file, token);
        })));
}

async Task ListAsync()
{
    await using var store = await OpenAsync(server);
    await Parallel.ForAsync(0, keys, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, token) =>
    {
        using var body = new MemoryStream([1]);
        await raw.PutObjectAsync(new() { BucketName = bucket, Key = $"list/{i:d6}", InputStream = body, UseChunkEncoding = false }, token);
    });
    await CompareAsync($"list {keys}",
        ("Cairn", async () =>
        {
            var count = 0;
            await foreach (var entry in store.ListAsync("list", new() { Recursive = true }))
                count++;
            Check(count == keys);
        }),
        ("raw page loop", async () =>
        {
            var count = 0;
            await foreach (var entry in raw.Paginators.ListObjectsV2(new() { BucketName = bucket, Prefix = "list/" }).S3Objects)
                count++;
            Check(count == keys);
        }));
}

async Task MemoryAsync()
{
    await using var store = await OpenAsync(server);
    string source = Path.Join(folder, "source"), target = Path.Join(folder, "target");
    await WriteAsync(source, length);
    await store.UploadFileAsync(source, "memory", WriteMode.Replace);
    await store.DownloadFileAsync("memory", target, WriteMode.Replace);
    using var self = Process.GetCurrentProcess();
    Console.WriteLine($"{length >> 20} MiB up and down: peak resident {self.PeakWorkingSet64 >> 20} MiB");
}

async Task CompareAsync(string title, params (string Name, Func<Task> Run)[] ways)
{
    var figures = ways.Select(_ => new List<(double Wall, double Cpu)>()).ToArray();
    for (var run = 0; run <= runs; run++)
    {
        for (var i = 0; i < ways.Length; i++)
        {
            // Replacing a file costs the freeing of the old one, which is no part of a download.
            File.Delete(Path.Join(folder, "target"));
            using var self = Process.GetCurrentProcess();
            var (watch, cpu) = (Stopwatch.StartNew(), self.TotalProcessorTime);
            await ways[i].Run();
            self.Refresh();
            // The first round warms up.
            if (run > 0)
                figures[i].Add((watch.Elapsed.TotalSeconds, (self.TotalProcessorTime - cpu).TotalSeconds));
        }
    }
    Console.WriteLine(title);
    var (wall, processor) = (Median(figures[0].Select(f => f.Wall)), Median(figures[0].Select(f => f.Cpu)));
    for (var i = 0; i < ways.Length; i++)
    {
        var (w, c) = (Median(figures[i].Select(f => f.Wall)), Median(figures[i].Select(f => f.Cpu)));
        Console.WriteLine($"  {ways[i].Name,-30} {w,7:0.00} s  {c,6:0.00} CPU s   Cairn is {w / wall:0.00} times as fast, with {processor / c:0.00} of its CPU");
    }
}

static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

static void Check(bool holds)
{
    if (!holds)
        throw new InvalidOperationException("The benchmark did not do what it measures.");
}

static async Task WriteAsync(string file, long length)
{
    await using var stream = File.Create(file);
    var chunk = new byte[Math.Min(length, 1 << 20)];
    Random.Shared.NextBytes(chunk);
    for (long at = 0; at < length; at += chunk.Length)
        await stream.WriteAsync(chunk);
}

async Task<ArtifactStore> OpenAsync(S3Server at) => await ArtifactStore.OpenAsync(new S3Provider(), $"s3://{bucket}", new Dictionary<string, string>
{
    ["endpoint"] = at.Endpoint.ToString(), ["region"] = at.Region, ["access-key"] = at.AccessKey, ["secret-key"] = at.SecretKey,
});

static AmazonS3Client Client(S3Server at, bool sdkChecksum) => new(new BasicAWSCredentials(at.AccessKey, at.SecretKey), new AmazonS3Config
{
    ServiceURL = at.Endpoint.ToString(),
    AuthenticationRegion = at.Region,
    ForcePathStyle = true,
    RequestChecksumCalculation = sdkChecksum ? RequestChecksumCalculation.WHEN_SUPPORTED : RequestChecksumCalculation.WHEN_REQUIRED,
});
