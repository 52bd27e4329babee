using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Cairn;
using Cairn.Artifacts;
using Cairn.Bench.Artifacts;
using Cairn.Materializers;
using Cairn.Providers.Local;

// Artifacts -- [mode] [--mib N] [--small N] [--runs N] [--memory-mib N] [--folder F]
var what = args.Length == 0 || args[0].StartsWith("--", StringComparison.Ordinal) ? "all" : args[0];
var (mib, small, runs, memoryMib) = (Option("--mib", 1024), Option("--small", 10_000), Option("--runs", 3), Option("--memory-mib", 4096));
var given = Array.IndexOf(args, "--folder") is var at and >= 0 ? args[at + 1] : null;
if (what == "memory-child")
    return await MemoryChildAsync(given!, args[^1]);
var folder = Path.Join(given ?? Path.Join(Directory.GetCurrentDirectory(), "artifacts", "bench"), Guid.NewGuid().ToString("n"));
Directory.CreateDirectory(folder);
try
{
    Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {mib} MiB, {small} small, {runs} runs, {folder}");
    Console.WriteLine("| what | medians | ratio, above 1 Cairn is faster | aim | load |\n|---|---|---|---|---|");
    if (what is "all" or "array") await ArrayAsync();
    if (what is "all" or "mapped") await MappedAsync();
    if (what is "all" or "json") await JsonAsync();
    if (what is "all" or "unchanged") await UnchangedAsync();
    if (what is "all" or "record") await RecordAsync();
    if (what is "all" or "batch") await BatchAsync();
    if (what is "all" or "near") await NearAsync();
    if (what is "all" or "verify") await VerifyAsync();
    if (what is "all" or "memory") Memory();
    return 0;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

int Option(string name, int otherwise) => Array.IndexOf(args, name) is var at and >= 0 ? int.Parse(args[at + 1]) : otherwise;

double[] Numbers(int seed, int size)
{
    var numbers = new double[(long)size * 131072];
    new Random(seed).NextBytes(MemoryMarshal.AsBytes(numbers.AsSpan()));
    return numbers;
}

string Fresh(string name)
{
    var path = Path.Join(folder, name);
    if (Directory.Exists(path))
        Directory.Delete(path, recursive: true);
    Directory.CreateDirectory(path);
    return path;
}

static async Task<ArtifactRepository> OpenAsync(string path) =>
    new(await ArtifactStore.OpenAsync(new LocalProvider(), StoreUri.FromLocalPath(path)), MaterializerRegistry.CreateDefault());

static void Sync() => Comparison.Program("sync", []);

async Task ArrayAsync()
{
    var numbers = Numbers(1, mib);
    var raw = Fresh("raw");
    Artifact? saved = null;
    await Comparison.RunAsync($"save {mib} MiB double[]", "hash on one thread, write and flush on another", runs, "≥ 0.9",
        () =>
        {
            Raw.Save(numbers, raw, "a");
            return Task.CompletedTask;
        },
        async () => saved = await (await OpenAsync(Path.Join(folder, "cairn"))).SaveAsync(numbers),
        () =>
        {
            Fresh("cairn");
            Sync();
            return Task.CompletedTask;
        });
    var repository = await OpenAsync(Path.Join(folder, "cairn"));
    await Comparison.RunAsync($"load {mib} MiB double[], verified, from the cache", "read, each piece hashed while the next is read", runs, "≥ 0.9",
        () =>
        {
            Raw.Load(Path.Join(raw, "a"));
            GC.Collect();
            return Task.CompletedTask;
        },
        async () =>
        {
            await repository.LoadAsync<double[]>(saved!.Digest);
            GC.Collect();
        });
}

async Task MappedAsync()
{
    var repository = await OpenAsync(Fresh("mapped"));
    var saved = await repository.SaveAsync(Numbers(1, mib));
    var first = await Comparison.TimeAsync(MapAsync);
    var again = new List<double>();
    for (var i = 0; i < 50; i++)
        again.Add(await Comparison.TimeAsync(MapAsync));
    var others = new List<double>();
    for (var i = 0; i < 10; i++)
    {
        repository = await OpenAsync(Path.Join(folder, "mapped"));
        others.Add(await Comparison.TimeAsync(MapAsync));
    }
    Console.WriteLine($"| map {mib} MiB | first, verified: {Comparison.Seconds(first)}; again: {Comparison.Seconds(Comparison.Median(again))}; again, store just opened: {Comparison.Seconds(Comparison.Median(others))} | | under 1 ms | {Comparison.Load()} |");

    async Task MapAsync()
    {
        using var mapped = await repository.LoadMappedAsync<double>(saved.Digest);
        GC.KeepAlive(mapped.Memory.Span[^1]);
    }
}

async Task JsonAsync()
{
    var numbers = Numbers(2, Math.Min(mib, 128)).Select(d => double.IsFinite(d) ? d : 0).ToArray();
    await Comparison.RunAsync($"save and load {numbers.Length / 131072} MiB double[]", "the same as JSON, in a durable file", 1, "≥ 20",
        async () =>
        {
            var file = Path.Join(Fresh("json"), "a");
            await using (var stream = new FileStream(file, FileMode.Create))
            {
                await JsonSerializer.SerializeAsync(stream, numbers);
                stream.Flush(flushToDisk: true);
            }
            await using var read = new FileStream(file, FileMode.Open);
            await JsonSerializer.DeserializeAsync<double[]>(read);
        },
        async () =>
        {
            var repository = await OpenAsync(Fresh("json-cairn"));
            var saved = await repository.SaveAsync(numbers);
            await repository.LoadAsync<double[]>(saved.Digest);
        });
}

async Task UnchangedAsync()
{
    var numbers = Numbers(1, mib);
    var repository = await OpenAsync(Fresh("unchanged"));
    await repository.SaveAsync(numbers);
    Sync();
    var before = Raw.Written();
    await Comparison.RunAsync($"save {mib} MiB double[] unchanged", "hash alone", runs + 2, "≥ 0.91",
        () =>
        {
            Raw.Hash(numbers);
            return Task.CompletedTask;
        },
        () => repository.SaveAsync(numbers));
    Console.WriteLine($"|   bytes written by {runs + 3} saves | {Raw.Written() - before} | | 0 | |");
}

async Task RecordAsync()
{
    var repository = await OpenAsync(Fresh("record"));
    var raw = Fresh("record-raw");
    var number = 0;
    await Comparison.RunAsync("save and load a small record, 200 times", "durable write, rename and read", runs + 2, "≥ 0.77",
        () =>
        {
            for (var i = 0; i < 200; i++)
            {
                var name = $"{number++}";
                Raw.WriteSmall(raw, name, JsonSerializer.SerializeToUtf8Bytes(new Sample(number, "name", 1.5)));
                JsonSerializer.Deserialize<Sample>(File.ReadAllBytes(Path.Join(raw, name)));
            }
            return Task.CompletedTask;
        },
        async () =>
        {
            for (var i = 0; i < 200; i++)
            {
                var saved = await repository.SaveAsync(new Sample(number++, "name", 1.5));
                await repository.LoadAsync<Sample>(saved.Digest);
            }
        });
}

async Task BatchAsync()
{
    var number = 0;
    // One by one takes long: a tenth of them, times ten.
    var one = await OpenAsync(Fresh("one"));
    var alone = 10 * await Comparison.TimeAsync(async () =>
    {
        for (var i = 0; i < small / 10; i++)
            await one.SaveAsync(new Sample(number++, "one", 1.5));
    });
    var all = await OpenAsync(Fresh("batch"));
    var together = await Comparison.TimeAsync(() => all.SaveAllAsync(Enumerable.Range(0, small).Select(i => new Sample(i, "batch", 1.5))));
    Console.WriteLine($"| {small} small records in one batch | one by one (a tenth of them, times 10): {Comparison.Seconds(alone)}; batch: {Comparison.Seconds(together)} | {alone / together:f2} | ≥ 5 | {Comparison.Load()} |");
}

async Task NearAsync()
{
    var size = Math.Max(16, mib / 2);
    var source = Path.Join(folder, "near.bin");
    var first = new byte[size << 20];
    new Random(3).NextBytes(first);
    File.WriteAllBytes(source, first);
    var repository = await OpenAsync(Fresh("near"));
    await repository.SaveAsync(new FileInfo(source), new SaveOptions { Chunked = true });
    var restic = Fresh("restic");
    (string, string)[] environment = [("RESTIC_PASSWORD", "bench"), ("RESTIC_REPOSITORY", restic), ("RESTIC_CACHE_DIR", Path.Join(folder, "restic-cache"))];
    var hasRestic = Comparison.Program("restic", ["init"], environment) is not null;
    if (hasRestic)
        Comparison.Program("restic", ["backup", source], environment);
    var results = new List<(double Cairn, double? Restic)>();
    long added = 0, addedRestic = 0;
    for (var round = 0; round < runs; round++)
    {
        var random = new Random(100 + round);
        var ats = Enumerable.Range(0, 100).Select(_ => random.Next(first.Length)).Order().ToArray();
        using (var target = new FileStream(source, FileMode.Create))
        {
            var from = 0;
            foreach (var insert in ats)
            {
                target.Write(first, from, insert - from);
                target.Write(RandomNumberGenerator.GetBytes(random.Next(1, 200)));
                from = insert;
            }
            target.Write(first, from, first.Length - from);
        }
        Sync();
        var before = Size(Path.Join(folder, "near"));
        var cairn = await Comparison.TimeAsync(() => repository.SaveAsync(new FileInfo(source), new SaveOptions { Chunked = true }));
        added = Size(Path.Join(folder, "near")) - before;
        before = Size(restic);
        var other = hasRestic ? Comparison.Program("restic", ["backup", source], environment) : null;
        addedRestic = Size(restic) - before;
        results.Add((cairn, other));
    }
    var took = Comparison.Median(results.Select(r => r.Cairn));
    var peer = hasRestic ? $"restic backup: {Comparison.Seconds(Comparison.Median(results.Select(r => r.Restic!.Value)))}, {100.0 * addedRestic / first.Length:f2} % new" : "restic is not installed";
    var ratio = hasRestic ? $"{Comparison.Median(results.Select(r => r.Restic!.Value / r.Cairn)):f2}" : "";
    Console.WriteLine($"| 100 inserts scattered in {size} MiB, in chunks | {peer}; Cairn: {Comparison.Seconds(took)}, {100.0 * added / first.Length:f2} % new | {ratio} | ≥ 3, under 2 % | {Comparison.Load()} |");
    File.Delete(source);

    static long Size(string path) => new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);
}

async Task VerifyAsync()
{
    var source = Fresh("verify-source");
    var repository = await OpenAsync(Fresh("verify"));
    for (var i = 0; i < 16; i++)
    {
        var file = Path.Join(source, $"{i}");
        var bytes = new byte[Math.Max(1, mib / 16) << 20];
        new Random(i).NextBytes(bytes);
        File.WriteAllBytes(file, bytes);
        await repository.SaveAsync(new FileInfo(file));
    }
    var data = Numbers(4, 1);
    await Comparison.RunAsync($"verify --all of {mib} MiB in 16 blobs, from the cache", "SHA-256 of as much memory on every core", runs, "≥ 0.9",
        () =>
        {
            Parallel.For(0, Environment.ProcessorCount, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, _ =>
            {
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                for (var i = 0; i < mib / Environment.ProcessorCount; i++)
                    hash.AppendData(MemoryMarshal.AsBytes(data.AsSpan()));
                hash.GetHashAndReset();
            });
            return Task.CompletedTask;
        },
        async () =>
        {
            await foreach (var check in repository.VerifyAllAsync())
                if (!check.IsIntact)
                    throw new InvalidOperationException(check.ToString());
        });
    var restic = Fresh("restic-verify");
    (string, string)[] environment = [("RESTIC_PASSWORD", "bench"), ("RESTIC_REPOSITORY", restic), ("RESTIC_CACHE_DIR", Path.Join(folder, "restic-cache"))];
    if (Comparison.Program("restic", ["init"], environment) is null)
    {
        Console.WriteLine("| verify | restic is not installed | | | |");
        return;
    }
    Comparison.Program("restic", ["backup", source], environment);
    await Comparison.RunAsync($"verify --all of {mib} MiB", "restic check --read-data", runs, "≥ 2",
        () =>
        {
            Comparison.Program("restic", ["check", "--read-data"], environment);
            return Task.CompletedTask;
        },
        async () => await repository.VerifyAllAsync().CountAsync());
}

void Memory()
{
    // Each in a process of its own, since a peak is never forgotten.
    var path = Fresh("memory");
    foreach (var step in new[] { "stream", "chunks", "together", "save", "load" })
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["memory-child", "--folder", path, "--memory-mib", $"{memoryMib}", step]) { RedirectStandardOutput = true };
        using var child = Process.Start(start)!;
        Console.Write(child.StandardOutput.ReadToEnd());
        child.WaitForExit();
    }
}

async Task<int> MemoryChildAsync(string path, string step)
{
    var repository = await OpenAsync(Path.Join(path, step is "save" or "load" ? "array" : step));
    var idle = Raw.Peak();
    if (step is "stream" or "chunks")
    {
        Artifact copy;
        using (var stream = new Pieces(memoryMib))
            copy = await repository.SaveAsync<Stream>(stream, new SaveOptions { Chunked = step == "chunks" });
        await using (var loaded = await repository.LoadAsync<Stream>(copy.Digest))
            await loaded.CopyToAsync(Stream.Null);
        Directory.Delete(Path.Join(path, step), recursive: true);
        return Tell($"save and load a stream of {memoryMib} MiB{(step == "chunks" ? " in chunks" : "")}", Raw.Peak() - idle);
    }
    if (step == "together")
    {
        const int Count = 64;
        var saved = await repository.SaveAllAsync<Stream>(Enumerable.Range(0, Count).Select(_ => new Pieces(memoryMib / Count)), _ => new() { Chunked = true });
        if (saved.DistinctBy(a => a.Digest).Count() != Count)
            throw new InvalidOperationException("Two of the objects were alike.");
        Directory.Delete(Path.Join(path, step), recursive: true);
        return Tell($"SaveAllAsync of {Count} streams of {memoryMib / Count} MiB in chunks", Raw.Peak() - idle, 384);
    }
    var array = (long)memoryMib << 20;
    if (step == "load")
        return Tell($"load a double[] of {memoryMib} MiB, beyond the array", await PeakOfLoadAsync() - array - idle);
    var numbers = new double[array / 8];
    for (var i = 0; i < numbers.Length; i += 512)
        numbers[i] = i;
    File.WriteAllText(Path.Join(path, "array.digest"), $"{await repository.SaveAsync(numbers)}");
    return Tell($"save a double[] of {memoryMib} MiB, beyond the array", Raw.Peak() - array - idle);

    async Task<long> PeakOfLoadAsync()
    {
        var back = await repository.LoadAsync<double[]>(BlobDigest.Parse(File.ReadAllText(Path.Join(path, "array.digest"))));
        var peak = Raw.Peak();
        GC.KeepAlive(back);
        return peak;
    }

    static int Tell(string name, long bytes, int aim = 256)
    {
        Console.WriteLine($"| {name} | peak resident over an idle program: {bytes >> 20} MiB | | under {aim} MiB | {Comparison.Load()} |");
        return 0;
    }
}

internal sealed record Sample(int Id, string Name, double Value);

/// <summary>A stream of so many MiB, no two alike, that can be read once.</summary>
internal sealed class Pieces(int mib) : Stream
{
    private readonly byte[] _piece = RandomNumberGenerator.GetBytes(1 << 20);
    private long _at;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => _at; set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var within = (int)(_at & 0xFFFFF);
        if (within == 0)
            for (var i = 0; i < _piece.Length; i += 8192)
                BitConverter.TryWriteBytes(_piece.AsSpan(i), _at + i);
        var count = (int)Math.Min(Math.Min(buffer.Length, _piece.Length - within), ((long)mib << 20) - _at);
        _piece.AsSpan(within, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));
    public override void Flush()
    {
    }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
