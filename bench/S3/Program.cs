using System.Diagnostics;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Transfer;
using Cairn;
using Cairn.Bench;
using Cairn.Bench.S3;
using Cairn.Providers.S3;
using Cairn.TestServers.Fixtures;
using Cairn.TestServers.Proxy;
using Cairn.Transfers;

// Usage: Cairn.Bench.S3 [big|latency|small|list|tree|copy|memory|all] [--mib N] [--memory-mib N] [--files N] [--keys N] [--runs N] [--folder F]
int Number(string name, int otherwise) => Text(name) is { } text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : otherwise;
string? Text(string name) => Array.IndexOf(args, name) is var at and >= 0 ? args[at + 1] : null;
var what = args is [var first, ..] && !first.StartsWith('-') ? first : "all";
long length = (long)Number("--mib", 1024) << 20, most = (long)Number("--memory-mib", 4096) << 20;
int files = Number("--files", 10_000), keys = Number("--keys", 100_000), runs = Number("--runs", 3);
var folder = Path.Join(Text("--folder") ?? Path.GetTempPath(), $"cairn-bench-s3-{Guid.NewGuid():N}");
Directory.CreateDirectory(folder);
string source = Path.Join(folder, "source"), target = Path.Join(folder, "target");
string many = Path.Join(folder, "many"), manyDown = Path.Join(folder, "many-down"), manyRaw = Path.Join(folder, "many-raw");
var server = await S3Server.StartAsync();
using var raw = Client(server, sdkChecksum: false);
var bucket = await server.CreateBucketAsync();
// What a run leaves is no part of the next one: to replace a file costs the freeing of the old one.
var comparison = new Comparison(runs) { Prepare = Clear };
Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {server.Origin}, files in {folder}");
try
{
    if (what is "all" or "big") await BigAsync(server, "", new Tools(server, bucket, folder));
    if (what is "all" or "latency") await LatencyAsync();
    if (what is "all" or "small") await SmallAsync();
    if (what is "all" or "list") await ListAsync();
    if (what is "all" or "tree") await TreeAsync();
    if (what is "all" or "copy") await CopyAsync();
    if (what is "memory") await MemoryAsync();
    if (what is "all") await MemoryAloneAsync();
}
finally
{
    Directory.Delete(folder, recursive: true);
    await using (var store = await OpenAsync(server))
        await store.RemoveTreeAsync(default);
    await server.DeleteBucketAsync(bucket);
}

async Task BigAsync(S3Server at, string how, Tools? tools)
{
    using var client = Client(at, sdkChecksum: false);
    using var defaults = Client(at, sdkChecksum: true);
    using var utility = new TransferUtility(defaults);
    await using var store = await OpenAsync(at);
    await WriteAsync(source, length);
    await comparison.RunAsync($"{length >> 20} MiB up{how}",
    [
        new("Cairn, CRC-32C verified", () => store.UploadFileAsync(source, Tools.Key, WriteMode.Replace)),
        new("raw 8 x 16 MiB, no checksum", () => Raw.UploadAsync(client, bucket, Tools.Key, source)),
        new("TransferUtility", () => utility.UploadAsync(source, bucket, Tools.Key)),
        .. tools?.Up(source) ?? [],
    ]);
    await store.UploadFileAsync(source, Tools.Key, WriteMode.Replace);
    await comparison.RunAsync($"{length >> 20} MiB down{how}",
    [
        new("Cairn, CRC-32C verified", () => store.DownloadFileAsync(Tools.Key, target, WriteMode.Replace)),
        new("raw 8 x 16 MiB, no checksum", () => Raw.DownloadAsync(client, bucket, Tools.Key, target, length)),
        new("TransferUtility", () => utility.DownloadAsync(target, bucket, Tools.Key)),
        // Its newer call, which fetches parts at once.
        new("TransferUtility, ranges at once", () => utility.DownloadWithResponseAsync(
            new TransferUtilityDownloadRequest { BucketName = bucket, Key = Tools.Key, FilePath = target, MultipartDownloadType = MultipartDownloadType.RANGE })),
        .. tools?.Down(target) ?? [],
    ]);
    File.Delete(source);
    await store.RemoveAsync(Tools.Key);
}

async Task LatencyAsync()
{
    await using var proxy = await ProxyProcess.StartAsync(server.Endpoint, latency: 20);
    await BigAsync(server.At(proxy.Endpoint), " at 20 ms", null);
}

async Task SmallAsync()
{
    await using var store = await OpenAsync(server);
    using var defaults = Client(server, sdkChecksum: true);
    using var utility = new TransferUtility(defaults, new TransferUtilityConfig { ConcurrentServiceRequests = 32 });
    var tools = new Tools(server, bucket, folder);
    Directory.CreateDirectory(many);
    for (var i = 0; i < files; i++)
        await WriteAsync(Path.Join(many, $"{i:d5}"), 4096);
    var transfer = new TransferOptions { Mode = WriteMode.Replace, Parallelism = 32 };
    await comparison.RunAsync($"{files} x 4 KiB up",
    [
        new("Cairn, 32 at once", () => store.UploadDirectoryAsync(many, "small", transfer)),
        new("raw, 32 at once", () => Raw.UploadManyAsync(raw, bucket, many, files)),
        new("TransferUtility, 32 at once", () => utility.UploadDirectoryAsync(
            new TransferUtilityUploadDirectoryRequest { BucketName = bucket, KeyPrefix = "utility", Directory = many, UploadFilesConcurrently = true })),
        .. tools.ManyUp(many),
    ]);
    await comparison.RunAsync($"{files} x 4 KiB down",
    [
        new("Cairn, 32 at once", () => store.DownloadDirectoryAsync("small", manyDown, transfer)),
        new("raw, 32 at once", () => Raw.DownloadManyAsync(raw, bucket, manyRaw, files)),
        new("TransferUtility, 32 at once", () => utility.DownloadDirectoryAsync(
            new TransferUtilityDownloadDirectoryRequest { BucketName = bucket, S3Directory = "utility", LocalDirectory = manyRaw, DownloadFilesConcurrently = true })),
        .. tools.ManyDown(manyDown),
    ]);
}

async Task ListAsync()
{
    await using var store = await OpenAsync(server);
    await Parallel.ForAsync(0, keys, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, token) =>
    {
        using var body = new MemoryStream([1]);
        await raw.PutObjectAsync(new() { BucketName = bucket, Key = $"list/{i:d6}", InputStream = body, UseChunkEncoding = false }, token);
    });
    await comparison.RunAsync($"list {keys}",
        new("Cairn", async () =>
        {
            var count = 0;
            await foreach (var entry in store.ListAsync("list", new() { Recursive = true }))
                count++;
            Check(count == keys);
        }),
        new("raw page loop", async () =>
        {
            var count = 0;
            await foreach (var entry in raw.Paginators.ListObjectsV2(new() { BucketName = bucket, Prefix = "list/" }).S3Objects)
                count++;
            Check(count == keys);
        }));
    var (seen, held) = (0, new List<long>());
    await foreach (var entry in store.ListAsync("list", new() { Recursive = true }))
    {
        if (++seen % Math.Max(1, keys / 4) == 0)
            held.Add(GC.GetTotalMemory(forceFullCollection: true) >> 10);
    }
    Console.WriteLine($"  memory that the listing holds after each quarter of its entries: {string.Join(", ", held)} KiB");
}

// As far away as a cloud is: 20 ms for each answer.
async Task TreeAsync()
{
    await Parallel.ForAsync(0, keys, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, token) =>
    {
        using var body = new MemoryStream([1]);
        await raw.PutObjectAsync(new() { BucketName = bucket, Key = $"tree/{i / 500:d4}/{i:d6}", InputStream = body, UseChunkEncoding = false }, token);
    });
    await using var proxy = await ProxyProcess.StartAsync(server.Endpoint, latency: 20);
    await using var store = await OpenAsync(server.At(proxy.Endpoint));
    using var far = Client(server.At(proxy.Endpoint), sdkChecksum: false);
    await comparison.RunAsync($"list {keys} in directories of 500, at 20 ms",
        new("Cairn", async () => Check(await store.ListAsync("tree", new() { Recursive = true }).CountAsync() == keys)),
        new("raw page loop", async () => Check(await far.Paginators.ListObjectsV2(new() { BucketName = bucket, Prefix = "tree/" }).S3Objects.CountAsync() == keys)));
}

async Task CopyAsync()
{
    await using var proxy = FaultProxy.Start(server.Endpoint);
    await using (var straight = await OpenAsync(server))
    {
        await WriteAsync(source, length);
        await straight.UploadFileAsync(source, "copied", WriteMode.Replace);
        File.Delete(source);
    }
    await using var store = await OpenAsync(server.At(proxy.Endpoint));
    var watch = Stopwatch.StartNew();
    await store.CopyAsync("copied", "copy", WriteMode.Replace);
    var counters = proxy.Counters;
    Console.WriteLine($"copy {length >> 20} MiB: {watch.Elapsed.TotalSeconds:0.00} s, {counters.Requests} requests, {counters.RequestBytes} body bytes up, {counters.ResponseBytes} down (the service's answers in XML)");
}

async Task MemoryAsync()
{
    await using var store = await OpenAsync(server);
    await WriteAsync(source, most);
    await store.UploadFileAsync(source, "memory", WriteMode.Replace);
    Console.WriteLine($"{most >> 20} MiB up: peak resident {Peak()} MiB");
    File.Delete(source);
    await store.DownloadFileAsync("memory", target, WriteMode.Replace);
    Console.WriteLine($"{most >> 20} MiB up and down: peak resident {Peak()} MiB");
}

// In a process of its own: what ran before would count.
async Task MemoryAloneAsync()
{
    using var alone = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["memory", .. args.SkipWhile(a => !a.StartsWith('-'))]))!;
    await alone.WaitForExitAsync();
    Check(alone.ExitCode == 0);
}

static long Peak()
{
    using var self = Process.GetCurrentProcess();
    return self.PeakWorkingSet64 >> 20;
}

void Clear()
{
    File.Delete(target);
    foreach (var down in new[] { manyDown, manyRaw })
    {
        if (Directory.Exists(down))
            Directory.Delete(down, recursive: true);
        Directory.CreateDirectory(down);
    }
}

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
    ["endpoint"] = at.Endpoint.ToString(),
    ["region"] = at.Region,
    ["access-key"] = at.AccessKey,
    ["secret-key"] = at.SecretKey,
});

static AmazonS3Client Client(S3Server at, bool sdkChecksum) => new(new BasicAWSCredentials(at.AccessKey, at.SecretKey), new AmazonS3Config
{
    ServiceURL = at.Endpoint.ToString(),
    AuthenticationRegion = at.Region,
    ForcePathStyle = true,
    RequestChecksumCalculation = sdkChecksum ? RequestChecksumCalculation.WHEN_SUPPORTED : RequestChecksumCalculation.WHEN_REQUIRED,
});
