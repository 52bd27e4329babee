using System.Diagnostics;
using Cairn;
using Cairn.Bench;
using Cairn.Bench.Gcs;
using Cairn.Providers.Gcs;

var length = (args.Length > 1 ? long.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 1024) << 20;
const string Bucket = "bench";

var folder = Path.Join(Environment.GetEnvironmentVariable("CAIRN_BENCH_DIR") ?? Path.GetTempPath(), $"cairn-bench-gcs-{Guid.NewGuid():N}");
Directory.CreateDirectory(folder);
using var server = StartServer(args is ["memory", ..] ? ["--spill", folder] : [], out var endpoint);
var remote = new Dictionary<string, string> { ["type"] = "google cloud storage", ["anonymous"] = "true", ["endpoint"] = endpoint + "/storage/v1/", ["no_check_bucket"] = "true" };
try
{
    var what = args.Length == 0 ? "all" : args[0];
    Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, the fake of Cloud Storage in a process of its own");
    using var raw = new Raw(endpoint, Bucket);
    using var google = new Peer(endpoint, Bucket);
    if (what is "all" or "big")
        await BigAsync(raw, google);
    if (what is "all" or "small")
        await SmallAsync(raw, google);
    if (what is "memory")
        await MemoryAsync();
    return 0;
}
finally
{
    server.Kill(entireProcessTree: true);
    Directory.Delete(folder, recursive: true);
}

async Task BigAsync(Raw raw, Peer google)
{
    var (source, target) = await MakeFileAsync();
    var size = $"{length >> 20} MiB";
    await using var store = await OpenAsync("auto");
    await using var resumable = await OpenAsync("never");
    await CompareAsync(size + " up", "8 raw parts and a compose", 5, () => raw.UploadAsync(source, "big"), () => store.UploadFileAsync(source, "big", WriteMode.Replace));
    await CompareAsync(size + " up, one resumable upload", "one raw request", 5, () => raw.UploadInOneAsync(source, "big"), () => resumable.UploadFileAsync(source, "big", WriteMode.Replace));
    await CompareAsync(size + " down", "8 raw ranges", 5, () => raw.DownloadAsync("big", target, length), () => store.DownloadFileAsync("big", target, WriteMode.Replace));
    await CompareAsync(size + " up", "StorageClient", 3, () => google.UploadAsync(source, "google"), () => store.UploadFileAsync(source, "big", WriteMode.Replace));
    await CompareAsync(size + " down", "StorageClient", 3, () => google.DownloadAsync("google", target), () => store.DownloadFileAsync("big", target, WriteMode.Replace));
    if (Rclone.IsInstalled)
    {
        await CompareAsync(size + " up", "rclone", 3, () => Rclone.RunAsync(remote, "copyto", source, $"bench:{Bucket}/rclone"), () => store.UploadFileAsync(source, "big", WriteMode.Replace));
        await CompareAsync(size + " down", "rclone", 3, () => Rclone.RunAsync(remote, "copyto", $"bench:{Bucket}/rclone", target), () => store.DownloadFileAsync("big", target, WriteMode.Replace));
    }
    await store.RemoveAsync("big");
}

async Task MemoryAsync()
{
    var (source, target) = await MakeFileAsync();
    await using var store = await OpenAsync("auto");
    await store.UploadFileAsync(source, "big", WriteMode.Replace);
    await store.DownloadFileAsync("big", target, WriteMode.Replace);
    Console.WriteLine($"{length >> 20} MiB up and down: peak resident memory of this process: {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB");
}

async Task<(string Source, string Target)> MakeFileAsync()
{
    var (source, chunk) = (Path.Join(folder, "source"), new byte[1 << 20]);
    Random.Shared.NextBytes(chunk);
    await using var file = File.Create(source);
    for (long at = 0; at < length; at += chunk.Length)
        await file.WriteAsync(chunk);
    return (source, Path.Join(folder, "target"));
}

async Task SmallAsync(Raw raw, Peer google)
{
    const int Count = 10_000;
    var content = new byte[4096];
    await using var store = await OpenAsync("auto");
    var many = new ParallelOptions { MaxDegreeOfParallelism = 32 };
    await CompareAsync("10,000 × 4 KiB up", "32 raw requests at once", 3,
        () => Parallel.ForAsync(0, Count, many, async (i, _) => await raw.PutAsync($"small-{i}", content)),
        () => Parallel.ForAsync(0, Count, many, async (i, c) => await store.WriteBytesAsync($"small-{i}", content, WriteMode.Replace, cancellationToken: c)));
    await CompareAsync("10,000 × 4 KiB down", "32 raw requests at once", 3,
        () => Parallel.ForAsync(0, Count, many, async (i, _) => await raw.GetAsync($"small-{i}")),
        () => Parallel.ForAsync(0, Count, many, async (i, c) => await store.ReadBytesAsync($"small-{i}", c)));
    await CompareAsync("10,000 × 4 KiB up", "StorageClient, 32 at once", 3,
        () => Parallel.ForAsync(0, Count, many, async (i, _) => await google.PutAsync($"small-{i}", content)),
        () => Parallel.ForAsync(0, Count, many, async (i, c) => await store.WriteBytesAsync($"small-{i}", content, WriteMode.Replace, cancellationToken: c)));
    await CompareAsync("10,000 × 4 KiB down", "StorageClient, 32 at once", 3,
        () => Parallel.ForAsync(0, Count, many, async (i, _) => await google.GetAsync($"small-{i}")),
        () => Parallel.ForAsync(0, Count, many, async (i, c) => await store.ReadBytesAsync($"small-{i}", c)));
    if (Rclone.IsInstalled)
    {
        var files = Directory.CreateDirectory(Path.Join(folder, "small")).FullName;
        for (var i = 0; i < Count; i++)
            await File.WriteAllBytesAsync(Path.Join(files, $"{i}"), content);
        await CompareAsync("10,000 × 4 KiB up", "rclone of files, 32 at once", 1, () => Rclone.RunAsync(remote, "copy", files, $"bench:{Bucket}/rclone", "--transfers", "32"),
            () => Parallel.ForAsync(0, Count, many, async (i, c) => await store.WriteBytesAsync($"small-{i}", content, WriteMode.Replace, cancellationToken: c)));
        await CompareAsync("10,000 × 4 KiB down", "rclone of files, 32 at once", 1, () => Rclone.RunAsync(remote, "copy", $"bench:{Bucket}/rclone", Path.Join(folder, "back"), "--transfers", "32"),
            () => Parallel.ForAsync(0, Count, many, async (i, c) => await store.ReadBytesAsync($"small-{i}", c)));
        await store.RemoveTreeAsync("rclone");
    }
    await CompareAsync("list 10,000", "raw page loop", 5, () => raw.ListAsync(), ListAsync);
    await CompareAsync("list 10,000", "StorageClient", 5, () => google.ListAsync(), ListAsync);

    async Task ListAsync()
    {
        var count = 0;
        await foreach (var _ in store.ListAsync(options: new() { Recursive = true }))
            count++;
    }
}

async Task<ArtifactStore> OpenAsync(string composite) => await ArtifactStore.OpenAsync(
    new GcsProvider(),
    $"gs://{Bucket}",
    new Dictionary<string, string> { ["endpoint"] = endpoint, ["anonymous"] = "true", ["composite"] = composite, ["reads"] = Environment.GetEnvironmentVariable("READS") ?? "xml" },
    new() { PartParallelism = Raw.Parallelism });

async Task CompareAsync(string what, string against, int times, Func<Task> theirs, Func<Task> ours)
{
    await theirs();
    await ours();
    var (raw, cairn) = (new List<(double Wall, double Cpu)>(), new List<(double Wall, double Cpu)>());
    for (var i = 0; i < times; i++)
    {
        raw.Add(await TimeAsync(theirs));
        cairn.Add(await TimeAsync(ours));
    }
    var (r, c) = (Median(raw), Median(cairn));
    Console.WriteLine($"{what}: {c.Wall:F2} s, {c.Cpu:F2} CPU s; {against}: {r.Wall:F2} s, {r.Cpu:F2} CPU s; ratio {r.Wall / c.Wall:F2} wall, {r.Cpu / c.Cpu:F2} CPU");
}

async Task<(double Wall, double Cpu)> TimeAsync(Func<Task> act)
{
    // To replace a file costs the freeing of the old one, which is not what is measured.
    File.Delete(Path.Join(folder, "target"));
    GC.Collect();
    var (cpu, start) = (Cpu(), Stopwatch.GetTimestamp());
    await act();
    return (Stopwatch.GetElapsedTime(start).TotalSeconds, Cpu() - cpu);

    static double Cpu() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds + Rclone.CpuSeconds;
}

static (double Wall, double Cpu) Median(List<(double Wall, double Cpu)> all) => (all.Select(a => a.Wall).Order().ElementAt(all.Count / 2), all.Select(a => a.Cpu).Order().ElementAt(all.Count / 2));

static Process StartServer(string[] spill, out string endpoint)
{
    var start = new ProcessStartInfo("dotnet", [Environment.GetEnvironmentVariable("CAIRN_BENCH_SERVERS")
        ?? Path.Join(AppContext.BaseDirectory, "Cairn.TestServers.dll"), "gcs", "--bucket", Bucket, "--no-md5", "--any-media-type", .. spill])
    { RedirectStandardOutput = true };
    var process = Process.Start(start) ?? throw new InvalidOperationException("The server did not start.");
    var line = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The server ended.");
    endpoint = line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..];
    return process;
}
