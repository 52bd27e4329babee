using System.Diagnostics;
using Cairn;
using Cairn.Bench.Gcs;
using Cairn.Providers.Gcs;

const long Length = 1L << 30;
const string Bucket = "bench";

var folder = Path.Join(Environment.GetEnvironmentVariable("CAIRN_BENCH_DIR") ?? Path.GetTempPath(), $"cairn-bench-gcs-{Guid.NewGuid():N}");
Directory.CreateDirectory(folder);
using var server = StartServer(out var endpoint);
try
{
    var what = args.Length == 0 ? "all" : args[0];
    Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, the fake of Cloud Storage in a process of its own");
    using var raw = new Raw(endpoint, Bucket);
    if (what is "all" or "big")
        await BigAsync(raw);
    if (what is "all" or "small")
        await SmallAsync(raw);
    return 0;
}
finally
{
    server.Kill(entireProcessTree: true);
    Directory.Delete(folder, recursive: true);
}

async Task BigAsync(Raw raw)
{
    var (source, target) = (Path.Join(folder, "source"), Path.Join(folder, "target"));
    var chunk = new byte[16 << 20];
    Random.Shared.NextBytes(chunk);
    await using (var file = File.Create(source))
    {
        for (long at = 0; at < Length; at += chunk.Length)
            await file.WriteAsync(chunk);
    }
    await using var store = await OpenAsync("auto");
    await using var resumable = await OpenAsync("never");
    await CompareAsync("1 GiB up", "8 raw parts and a compose", 5, () => raw.UploadAsync(source, "big"), () => store.UploadFileAsync(source, "big", WriteMode.Replace));
    await CompareAsync("1 GiB up, one resumable upload", "one raw request", 5, () => raw.UploadInOneAsync(source, "big"), () => resumable.UploadFileAsync(source, "big", WriteMode.Replace));
    await CompareAsync("1 GiB down", "8 raw ranges", 5, () => raw.DownloadAsync("big", target, Length), () => store.DownloadFileAsync("big", target, WriteMode.Replace));
    Console.WriteLine($"peak resident memory of this process: {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB");
    await store.RemoveAsync("big");
}

async Task SmallAsync(Raw raw)
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
    await CompareAsync("list 10,000", "raw page loop", 5, () => raw.ListAsync(), async () =>
    {
        var count = 0;
        await foreach (var _ in store.ListAsync(options: new() { Recursive = true }))
            count++;
    });
}

async Task<ArtifactStore> OpenAsync(string composite) => await ArtifactStore.OpenAsync(
    new GcsProvider(),
    $"gs://{Bucket}",
    new Dictionary<string, string> { ["endpoint"] = endpoint, ["anonymous"] = "true", ["composite"] = composite },
    new() { PartParallelism = Raw.Parallelism });

static async Task CompareAsync(string what, string against, int times, Func<Task> theirs, Func<Task> ours)
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

static async Task<(double Wall, double Cpu)> TimeAsync(Func<Task> act)
{
    GC.Collect();
    using var process = Process.GetCurrentProcess();
    var (cpu, start) = (process.TotalProcessorTime, Stopwatch.GetTimestamp());
    await act();
    process.Refresh();
    return (Stopwatch.GetElapsedTime(start).TotalSeconds, (process.TotalProcessorTime - cpu).TotalSeconds);
}

static (double Wall, double Cpu) Median(List<(double Wall, double Cpu)> all) => (all.Select(a => a.Wall).Order().ElementAt(all.Count / 2), all.Select(a => a.Cpu).Order().ElementAt(all.Count / 2));

static Process StartServer(out string endpoint)
{
    var start = new ProcessStartInfo("dotnet", [Path.Join(AppContext.BaseDirectory, "Cairn.TestServers.dll"), "gcs", "--bucket", Bucket, "--no-md5"]) { RedirectStandardOutput = true };
    var process = Process.Start(start) ?? throw new InvalidOperationException("The server did not start.");
    var line = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The server ended.");
    endpoint = line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..];
    return process;
}
