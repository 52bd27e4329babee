using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Cairn;
using Cairn.Bench.Local;
using Cairn.Providers.Local;
using FluentStorage;
using FluentStorage.Storage;

var folder = Environment.GetEnvironmentVariable("CAIRN_BENCH_DIR") ?? Path.Join(Directory.GetCurrentDirectory(), "artifacts", "bench");
Directory.CreateDirectory(folder);
folder = Path.Join(folder, Guid.NewGuid().ToString("n"));
Directory.CreateDirectory(folder);
try
{
    var what = args.Length == 0 ? "all" : args[0];
    if (what == "list-once")
        return await ListOnceAsync(args[1]);
    Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {folder}");
    if (what is "all" or "big") await BigAsync();
    if (what is "all" or "small") await SmallAsync();
    if (what is "all" or "list") await ListAsync();
    if (what is "all" or "list-memory") await ListMemoryAsync();
    if (what is "all" or "fluent") await FluentAsync();
    return 0;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

async Task<ArtifactStore> OpenAsync(string name, string durability = "full")
{
    Directory.CreateDirectory(Path.Join(folder, name));
    return await ArtifactStore.OpenAsync(new LocalProvider(), StoreUri.FromLocalPath(Path.Join(folder, name)), new Dictionary<string, string> { ["durability"] = durability });
}

async Task BigAsync()
{
    const long Length = 1L << 30;
    var chunk = new byte[Raw.Chunk];
    Random.Shared.NextBytes(chunk);
    Directory.CreateDirectory(Path.Join(folder, "raw"));
    await using var store = await OpenAsync("cairn");

    await CompareAsync("write 1 GiB", "raw RandomAccess loop, flush, rename, directory flush", 5,
        () => { Raw.WriteBig(Path.Join(folder, "raw"), "big", chunk, Length); return Task.CompletedTask; },
        async () =>
        {
            await using var stream = await store.OpenWriteAsync("big", WriteMode.Replace, new() { Length = Length });
            for (long at = 0; at < Length; at += chunk.Length)
                await stream.WriteAsync(chunk);
            await stream.CompleteAsync();
        });
    await CompareAsync("read 1 GiB", "raw RandomAccess loop", 5,
        () => { Check(Raw.ReadBig(Path.Join(folder, "raw", "big"), chunk) == Length); return Task.CompletedTask; },
        async () =>
        {
            await using var stream = await store.OpenReadAsync("big");
            long total = 0;
            for (int n; (n = await stream.ReadAsync(chunk)) > 0;)
                total += n;
            Check(total == Length);
        });
    var raw = "";
    await CompareAsync("hash and write 1 GiB", "hash, then write", 5,
        () => { raw = Raw.Hash(chunk, Length); Raw.WriteBig(Path.Join(folder, "raw"), "big", chunk, Length); return Task.CompletedTask; }, HashAndWriteAsync);
    await CompareAsync("hash and write 1 GiB", "hash, then write, chunk by chunk", 5,
        () => { raw = Raw.HashAndWrite(Path.Join(folder, "raw"), "big", chunk, Length); return Task.CompletedTask; }, HashAndWriteAsync);

    async Task HashAndWriteAsync()
    {
        await using var stream = await store.OpenWriteAsync("big", WriteMode.Replace, new() { Length = Length, ExpectedChecksum = raw.Length == 0 ? null : new Checksum(Checksum.Sha256, raw) });
        for (long at = 0; at < Length; at += chunk.Length)
            await stream.WriteAsync(chunk);
        await stream.CompleteAsync();
    }
}

async Task SmallAsync()
{
    const int Count = 10_000, Threads = 32;
    var content = RandomNumberGenerator.GetBytes(4096);
    var run = 0;
    await CompareAsync("10,000 durable files of 4 KiB", "32 threads: temp, flush, rename, directory flush", 3,
        () =>
        {
            var target = Path.Join(folder, $"raw-small-{run++}");
            Directory.CreateDirectory(target);
            Raw.WriteSmall(target, Count, Threads, content);
            return Task.CompletedTask;
        },
        async () =>
        {
            await using var store = await OpenAsync($"small-{run++}");
            await Parallel.ForAsync(0, Count, new ParallelOptions { MaxDegreeOfParallelism = Threads }, async (i, token) =>
                await store.WriteBytesAsync($"{i}", content, WriteMode.Replace, cancellationToken: token));
        });
}

void Populate(string name, int folders, int files)
{
    for (var d = 0; d < folders; d++)
    {
        var target = Path.Join(folder, name, $"folder-{d:d5}");
        Directory.CreateDirectory(target);
        for (var f = 0; f < files; f++)
            File.WriteAllBytes(Path.Join(target, $"file-{f:d5}.bin"), [1, 2, 3]);
    }
}

async Task ListAsync()
{
    Populate("list", 100, 1000);
    await using var store = await OpenAsync("list");
    await CompareAsync("list 100,000 files with size and time", "DirectoryInfo.EnumerateFiles with Length and LastWriteTimeUtc", 7,
        () => { Check(Raw.List(Path.Join(folder, "list")).Count == 100_000); return Task.CompletedTask; },
        async () => Check(await CountAsync(store) == 100_000));
}

static async Task<long> CountAsync(ArtifactStore store)
{
    long count = 0, bytes = 0, ticks = 0;
    await foreach (var item in store.ListAsync(options: new() { Recursive = true }))
    {
        count++;
        bytes += item.Length;
        ticks ^= item.Modified!.Value.UtcTicks;
    }
    GC.KeepAlive((bytes, ticks));
    return count;
}

async Task ListMemoryAsync()
{
    Populate("few", 10, 1000);
    Populate("many", 1000, 1000);
    // By default the collector lets garbage pile up to the size of the last-level cache before it looks; with 4 MiB of it, what is seen is what the listing holds.
    foreach (var budget in (string?[])[null, "0x400000"])
    {
        var (few, many) = (PeakOf("few", budget), PeakOf("many", budget));
        var garbage = budget is null ? "the collector's default" : "at most 4 MiB";
        Console.WriteLine($"| list memory, garbage: {garbage} | peak resident set for 10,000 files in 10 folders: {few / 1024} MiB; 1,000,000 in 1,000: {many / 1024} MiB | {(double)many / few:f2} |");
    }
    await Task.CompletedTask;

    long PeakOf(string name, string? budget)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["list-once", Path.Join(folder, name)]) { RedirectStandardOutput = true };
        if (budget is not null)
            start.Environment["DOTNET_GCGen0MaxBudget"] = budget;
        using var child = Process.Start(start)!;
        var peak = long.Parse(child.StandardOutput.ReadToEnd());
        child.WaitForExit();
        return peak;
    }
}

static async Task<int> ListOnceAsync(string path)
{
    await using (var store = await ArtifactStore.OpenAsync(new LocalProvider(), StoreUri.FromLocalPath(path)))
        await CountAsync(store);
    Console.WriteLine(File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]);
    return 0;
}

// FluentStorage writes into the file itself: it neither flushes nor renames. So Cairn does not flush here either; it still renames, so that a reader sees the old content or the new.
async Task FluentAsync()
{
    var length = (args.Length > 1 ? long.Parse(args[1], CultureInfo.InvariantCulture) : 1024) << 20;
    const int Count = 10_000;
    var chunk = new byte[Raw.Chunk];
    Random.Shared.NextBytes(chunk);
    var content = chunk[..4096];
    using IStore fluent = StorageFactory.Disk(Directory.CreateDirectory(Path.Join(folder, "fluent")).FullName);
    await using var store = await OpenAsync("cairn-fluent", "none");
    await CompareAsync($"write {length >> 20} MiB, not flushed", "FluentStorage", 3,
        async () =>
        {
            await using var stream = await fluent.OpenWrite("big", overwrite: true);
            for (long at = 0; at < length; at += chunk.Length)
                await stream.WriteAsync(chunk);
        },
        async () =>
        {
            await using var stream = await store.OpenWriteAsync("big", WriteMode.Replace, new() { Length = length });
            for (long at = 0; at < length; at += chunk.Length)
                await stream.WriteAsync(chunk);
            await stream.CompleteAsync();
        },
        // To replace a file costs the freeing of the old one, which is not what is measured.
        () => Array.ForEach(["fluent", "cairn-fluent"], f => File.Delete(Path.Join(folder, f, "big"))));
    foreach (var name in new[] { "fluent", "cairn-fluent" })
        Raw.WriteBig(Path.Join(folder, name), "big", chunk, length);
    await CompareAsync($"read {length >> 20} MiB", "FluentStorage", 3,
        async () =>
        {
            await using var stream = await fluent.OpenRead("big");
            Check(await DrainAsync(stream, chunk) == length);
        },
        async () =>
        {
            await using var stream = await store.OpenReadAsync("big");
            Check(await DrainAsync(stream, chunk) == length);
        });
    var parallel = new ParallelOptions { MaxDegreeOfParallelism = 32 };
    await CompareAsync("10,000 files of 4 KiB, not flushed, 32 at once", "FluentStorage", 3,
        () => Parallel.ForAsync(0, Count, parallel, async (i, token) => await fluent.SetBytes($"small/{i % 100}/{i}", content, cancellationToken: token)),
        () => Parallel.ForAsync(0, Count, parallel, async (i, token) => await store.WriteBytesAsync($"small/{i % 100}/{i}", content, WriteMode.Replace, cancellationToken: token)),
        () => Array.ForEach(["fluent", "cairn-fluent"], f => Empty(Path.Join(folder, f, "small"))));
    await Parallel.ForAsync(0, Count, parallel, async (i, token) =>
    {
        await fluent.SetBytes($"small/{i % 100}/{i}", content, cancellationToken: token);
        await store.WriteBytesAsync($"small/{i % 100}/{i}", content, WriteMode.Replace, cancellationToken: token);
    });
    await CompareAsync("read 10,000 files of 4 KiB, 32 at once", "FluentStorage", 3,
        () => Parallel.ForAsync(0, Count, parallel, async (i, token) => Check((await fluent.GetBytes($"small/{i % 100}/{i}", token)).Length == content.Length)),
        () => Parallel.ForAsync(0, Count, parallel, async (i, token) => Check((await store.ReadBytesAsync($"small/{i % 100}/{i}", cancellationToken: token)).Length == content.Length)));
    await CompareAsync("list 10,000 files with size and time", "FluentStorage", 3,
        async () =>
        {
            var found = await fluent.ListObjects(new StorageListOptions { FolderPath = "small", Recurse = true });
            Check(found.Count(f => f.IsFile && f.Size == content.Length && f.DateModified is not null) == Count);
        },
        async () => Check(await store.ListAsync("small", new() { Recursive = true }).CountAsync(i => i.Length == content.Length && i.Modified is not null) == Count));
}

static void Empty(string folder)
{
    if (Directory.Exists(folder))
        Directory.Delete(folder, recursive: true);
}

static async Task<long> DrainAsync(Stream stream, byte[] buffer)
{
    long total = 0;
    for (int n; (n = await stream.ReadAsync(buffer)) > 0;)
        total += n;
    return total;
}

static void Check(bool ok)
{
    if (!ok)
        throw new InvalidOperationException("A measured run gave a wrong result.");
}

// Alternates raw and Cairn, so that what the machine does beside hits both; prints the median of the ratios of each pair.
static async Task CompareAsync(string name, string against, int rounds, Func<Task> raw, Func<Task> cairn, Action? prepare = null)
{
    await raw();
    await cairn();
    var pairs = new List<(double Raw, double Cairn)>();
    for (var i = 0; i < rounds; i++)
        pairs.Add((await TimeAsync(raw), await TimeAsync(cairn)));
    var ratio = pairs.Select(p => p.Raw / p.Cairn).Order().ElementAt(rounds / 2);
    Console.WriteLine($"| {name} | {against}: {Median(pairs.Select(p => p.Raw)):f2} s, Cairn: {Median(pairs.Select(p => p.Cairn)):f2} s | {ratio:f2} |");

    static double Median(IEnumerable<double> values) => values.Order().ToList() is var list ? list[list.Count / 2] : 0;

    async Task<double> TimeAsync(Func<Task> run)
    {
        prepare?.Invoke();
        var watch = Stopwatch.StartNew();
        await run();
        return watch.Elapsed.TotalSeconds;
    }
}
