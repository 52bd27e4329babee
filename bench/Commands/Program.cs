using System.Diagnostics;
using System.Globalization;
using Cairn.Bench.Commands;

// Usage: Cairn.Bench.Commands [all|ls|small|big|startup|local] [s3|azure|gcs]... [--rounds N] [--mib N] [--files N] [--cairn PROGRAM] [--folder F]
int Number(string name, int otherwise) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
string? Text(string name) => Array.IndexOf(args, name) is var at and >= 0 ? args[at + 1] : null;
var what = args.FirstOrDefault(a => a is "ls" or "small" or "big" or "startup" or "local") ?? "all";
var named = args.Where(a => a is "s3" or "azure" or "gcs").ToList();
int rounds = Number("--rounds", 5), files = Number("--files", 2000);
var length = (long)Number("--mib", 512) << 20;
var folder = Path.Join(Text("--folder") ?? Path.GetTempPath(), $"cairn-bench-commands-{Guid.NewGuid():N}");
Directory.CreateDirectory(folder);
string many = Path.Join(folder, "many"), few = Path.Join(folder, "few"), big = Path.Join(folder, "big"), spill = Path.Join(folder, "spill");
var cairn = Text("--cairn") ?? await BuildAsync();
var rclone = Run.Find("rclone");
Process? fake = null;
Console.WriteLine($"{Environment.ProcessorCount} cores, {cairn}, rclone {(rclone is null ? "not installed" : "as the peer")}; ratios below 1 mean that cairn is faster. Load average {File.ReadAllText("/proc/loadavg").Split(' ')[0]}.");
try
{
    Directory.CreateDirectory(spill);
    Write(few, 20, 4096);
    if (what is "all" or "small")
        Write(many, files, 4096);
    if (what is "all" or "big")
        WriteFile(big, length);
    if (what is "local")
    {
        Comparison.Head();
        await LocalCopies.RunAsync(folder, cairn, rclone, Number("--files", 20_000), rounds);
        return 0;
    }
    List<Cloud> clouds = [];
    if (named.Count == 0 || named.Contains("s3"))
        clouds.Add(await Cloud.S3Async(folder));
    if (named.Count == 0 || named.Contains("azure"))
        clouds.Add(await Cloud.AzureAsync());
    if (named.Count == 0 || named.Contains("gcs"))
        clouds.Add(Cloud.Gcs(spill, out fake));
    if (what != "startup")
        Comparison.Head();
    foreach (var cloud in clouds)
    {
        await Run.AsyncOf(cloud.Environment, cairn, "cp", "-r", few, cloud.Root + "/few");
        if (what is "all" or "ls")
            await LsAsync(cloud);
        if (what is "all" or "small")
            await SmallAsync(cloud);
        if (what is "all" or "big")
            await BigAsync(cloud);
    }
    if (what is "all" or "startup")
    {
        Console.WriteLine();
        Startup.Head();
        var none = new Dictionary<string, string?>();
        await Startup.RowAsync("the runtime, the command line", rounds, none, folder, cairn, "--version");
        await Startup.RowAsync("a local store", rounds, none, folder, cairn, "ls", few);
        foreach (var cloud in clouds)
            await Startup.RowAsync($"the plugin for {cloud.Name}, its SDK, HTTP, the service's answers", rounds, cloud.Environment, folder, cairn, "ls", cloud.Root + "/few");
    }
    foreach (var cloud in clouds)
        await Run.AsyncOf(cloud.Environment, cairn, "rm", "-r", cloud.Root + "/few");
    return 0;
}
finally
{
    fake?.Kill();
    fake?.Dispose();
    Directory.Delete(folder, recursive: true);
}

Task LsAsync(Cloud cloud) => Comparison.RunAsync($"{cloud.Name}: ls of 20 files", rounds * 2,
[
    new("cairn", _ => Run.AsyncOf(cloud.Environment, cairn, "ls", cloud.Root + "/few")),
    .. Rclone(_ => Run.AsyncOf(cloud.Environment, rclone!, "--config", "/dev/null", "lsf", cloud.Remote + "/few")),
]);

async Task SmallAsync(Cloud cloud)
{
    // Into an empty folder each time: neither program compares with what is there.
    await Comparison.RunAsync($"{cloud.Name}: {files} x 4 KiB up", rounds,
    [
        new("cairn", round => Run.AsyncOf(cloud.Environment, cairn, "cp", "-r", many, $"{cloud.Root}/cairn-{round}")),
        .. Rclone(round => Run.AsyncOf(cloud.Environment, rclone!, "--config", "/dev/null", "copy", many, $"{cloud.Remote}/rclone-{round}", "--transfers", "32", "--checkers", "32")),
    ]);
    await Comparison.RunAsync($"{cloud.Name}: {files} x 4 KiB down", rounds,
    [
        new("cairn", round => DownAsync(() => Run.AsyncOf(cloud.Environment, cairn, "cp", "-r", cloud.Root + "/cairn-0", Path.Join(folder, "down")))),
        .. Rclone(round => DownAsync(() => Run.AsyncOf(cloud.Environment, rclone!, "--config", "/dev/null", "copy", cloud.Remote
            + "/cairn-0", Path.Join(folder, "down"), "--transfers", "32", "--checkers", "32"))),
    ]);
    for (var round = 0; round <= rounds; round++)
    {
        foreach (var program in rclone is null ? ["cairn"] : new[] { "cairn", "rclone" })
            await Run.AsyncOf(cloud.Environment, cairn, "rm", "-r", $"{cloud.Root}/{program}-{round}");
    }
}

async Task BigAsync(Cloud cloud)
{
    string key = "big", down = Path.Join(folder, "down");
    await Comparison.RunAsync($"{cloud.Name}: {length >> 20} MiB up", rounds,
    [
        new("cairn", _ => EmptyAsync(cloud, () => Run.AsyncOf(cloud.Environment, cairn, "cp", big, $"{cloud.Root}/{key}"))),
        .. Rclone(_ => EmptyAsync(cloud, () => Run.AsyncOf(cloud.Environment, rclone!, "--config", "/dev/null", "copyto", big, $"{cloud.Remote}/{key}"))),
        .. cloud.Others.Select(o => new Way(o.Name, _ => EmptyAsync(cloud, () => Run.AsyncOf(cloud.Environment, o.Up(big, key))))),
    ]);
    await Comparison.RunAsync($"{cloud.Name}: {length >> 20} MiB down", rounds,
    [
        new("cairn", _ => DownAsync(() => Run.AsyncOf(cloud.Environment, cairn, "cp", $"{cloud.Root}/{key}", down))),
        .. Rclone(_ => DownAsync(() => Run.AsyncOf(cloud.Environment, rclone!, "--config", "/dev/null", "copyto", $"{cloud.Remote}/{key}", down, "--multi-thread-streams", "8",
            "--multi-thread-cutoff", "32M"))),
        .. cloud.Others.Select(o => new Way(o.Name, _ => DownAsync(() => Run.AsyncOf(cloud.Environment, o.Down(key, down))))),
    ]);
    await Run.AsyncOf(cloud.Environment, cairn, "rm", $"{cloud.Root}/{key}");
}

IEnumerable<Way> Rclone(Func<int, Task<Cost>> run) => rclone is null ? [] : [new("rclone", run)];

// To replace what is there costs the removal of the old: it is done outside the measurement.
async Task<Cost> EmptyAsync(Cloud cloud, Func<Task<Cost>> run)
{
    await Run.AsyncOf(cloud.Environment, cairn, "rm", "--force", $"{cloud.Root}/big");
    return await run();
}

async Task<Cost> DownAsync(Func<Task<Cost>> run)
{
    var down = Path.Join(folder, "down");
    if (Directory.Exists(down))
        Directory.Delete(down, recursive: true);
    File.Delete(down);
    var cost = await run();
    if (!File.Exists(down) && !Directory.Exists(down))
        throw new InvalidOperationException("Nothing was downloaded.");
    return cost;
}

static async Task<string> BuildAsync()
{
    var root = AppContext.BaseDirectory;
    while (!File.Exists(Path.Join(root, "Cairn.slnx")))
        root = Path.GetDirectoryName(root.TrimEnd('/'))!;
    await Run.AsyncOf(new Dictionary<string, string?>(), Path.Join(root, "cairn"), "--version");
    return Path.Join(root, "artifacts", "cairn", "Cairn.Cli");
}

static void Write(string folder, int count, int length)
{
    Directory.CreateDirectory(folder);
    for (var i = 0; i < count; i++)
        WriteFile(Path.Join(folder, $"{i:d5}"), length);
}

static void WriteFile(string path, long length)
{
    using var file = File.Create(path);
    var chunk = new byte[Math.Min(length, 1 << 20)];
    Random.Shared.NextBytes(chunk);
    for (long at = 0; at < length; at += chunk.Length)
        file.Write(chunk);
}
