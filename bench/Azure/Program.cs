using System.Buffers;
using System.Diagnostics;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Cairn;
using Cairn.Bench;
using Cairn.Providers.Azure;
using Cairn.TestServers.Fixtures;
using Cairn.Transfers;

// 1 GiB up and down, list and small files against Azurite: Cairn, the SDK's BlobClient at its defaults and with parts like Cairn's, a raw loop of 8 x 16 MiB,
// and rclone where it is installed, in turn. Wall and the client's CPU.
var what = args.Length > 0 ? args[0] : "all";
var rounds = args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 3;
var length = (args.Length > 2 ? long.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture) : 1024) << 20;
const int Block = 16 << 20, Parallel8 = 8;
var tuned = new Azure.Storage.StorageTransferOptions { InitialTransferSize = Block, MaximumTransferSize = Block, MaximumConcurrency = Parallel8 };
var server = await AzuriteServer.StartAsync();
var latency = what == "latency" ? 20 : 0;
await using var proxy = latency > 0 ? await ProxyProcess.StartAsync(new(server.BlobEndpoint.GetLeftPart(UriPartial.Authority)), latency) : null;
if (proxy is not null)
    server = server.At(proxy.Endpoint);
var container = await server.CreateContainerAsync();
var folder = Directory.CreateTempSubdirectory("cairn-bench-").FullName;
var file = Path.Join(folder, "file");
try
{
    Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, Azurite {server.Origin}, {length >> 20} MiB, {rounds} rounds, latency {latency} ms");
    await using (var stream = File.Create(file))
    {
        var chunk = new byte[1 << 20];
        Random.Shared.NextBytes(chunk);
        for (long at = 0; at < length; at += chunk.Length)
            await stream.WriteAsync(chunk);
    }
    var raw = new BlobContainerClient(server.ConnectionString, container);
    // Older rclones take an endpoint for a host's name alone; a signed address says all of it.
    var signed = raw.GenerateSasUri(Azure.Storage.Sas.BlobContainerSasPermissions.All, DateTimeOffset.UtcNow.AddDays(1));
    var remote = new Dictionary<string, string> { ["type"] = "azureblob", ["sas_url"] = signed.AbsoluteUri };
    await using var store = await ArtifactStore.OpenAsync(new AzureProvider(), $"az://{container}", new Dictionary<string, string> { ["connection-string"] = server.ConnectionString });
    await using var none = await ArtifactStore.OpenAsync(new AzureProvider(), $"az://{container}",
        new Dictionary<string, string> { ["connection-string"] = server.ConnectionString, ["checksum"] = "none" });

    (string Name, Func<Task> Act)[] Peer(string name, params string[] arguments) => Rclone.IsInstalled ? [(name, () => Rclone.RunAsync(remote, arguments))] : [];

    if (what is "all" or "big" or "latency")
    {
        await CompareAsync("up", [
            .. Peer("rclone", "copyto", file, $"bench:{container}/rclone"),
            ("BlobClient at its defaults", async () => { await raw.GetBlobClient("sdk").UploadAsync(file, overwrite: true); }),
            ("BlobClient, 8 x 16 MiB", async () => { await raw.GetBlobClient("tuned").UploadAsync(file, new BlobUploadOptions { TransferOptions = tuned }); }),
            ("raw 8 x 16 MiB", () => RawUpAsync(raw.GetBlockBlobClient("raw"))),
            ("Cairn, MD5 as Azurite verifies", async () => { await store.UploadFileAsync(file, "cairn", WriteMode.Replace); }),
            ("Cairn, checksum=none", async () => { await none.UploadFileAsync(file, "cairn", WriteMode.Replace); }),
        ]);
        await CompareAsync("down", [
            .. Peer("rclone", "copyto", $"bench:{container}/rclone", Path.Join(folder, "rclone")),
            ("BlobClient at its defaults", async () => { using var response = await raw.GetBlobClient("sdk").DownloadToAsync(Path.Join(folder, "sdk")); }),
            ("BlobClient, 8 x 16 MiB", async () => { using var response = await raw.GetBlobClient("tuned")
                .DownloadToAsync(Path.Join(folder, "tuned"), new BlobDownloadToOptions { TransferOptions = tuned }); }),
            ("raw 8 x 16 MiB", () => RawDownAsync(raw.GetBlobClient("raw"), Path.Join(folder, "raw"))),
            ("Cairn", async () => { await store.DownloadFileAsync("cairn", Path.Join(folder, "cairn"), WriteMode.Replace); }),
        ]);
    }
    if (what is "all" or "small")
    {
        const int Count = 1_000;
        var content = new byte[4096];
        var small = Directory.CreateDirectory(Path.Join(folder, "small")).FullName;
        for (var i = 0; i < Count; i++)
            await File.WriteAllBytesAsync(Path.Join(small, $"{i}"), content);
        await CompareAsync($"{Count} x 4 KiB up, 32 at once", [
            .. Peer("rclone, of files", "copy", small, $"bench:{container}/rclone-small", "--transfers", "32"),
            ("BlockBlobClient.UploadAsync", () => EachAsync(Count, i => raw.GetBlockBlobClient($"raw/{i}").UploadAsync(new MemoryStream(content)))),
            ("Cairn", () => EachAsync(Count, i => store.WriteBytesAsync($"small/{i}", content, WriteMode.Replace))),
        ]);
        await CompareAsync($"{Count} x 4 KiB down, 32 at once", [
            .. Peer("rclone, of files", "copy", $"bench:{container}/rclone-small", Path.Join(folder, "back"), "--transfers", "32"),
            ("BlobClient.DownloadContentAsync", () => EachAsync(Count, i => raw.GetBlobClient($"raw/{i}").DownloadContentAsync())),
            ("Cairn", () => EachAsync(Count, i => store.ReadBytesAsync($"small/{i}"))),
        ]);
        await CompareAsync("list", [
            ("BlobContainerClient.GetBlobsAsync", async () => { await foreach (var _ in raw.GetBlobsAsync()) { } }),
            ("Cairn", async () => { await foreach (var _ in store.ListAsync(StorePath.Root, new() { Recursive = true })) { } }),
        ]);
    }
    if (what is "memory")
    {
        await store.UploadFileAsync(file, "cairn", WriteMode.Replace);
        await store.DownloadFileAsync("cairn", Path.Join(folder, "cairn"), WriteMode.Replace);
    }
    Console.WriteLine($"peak working set {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB");
}
finally
{
    Directory.Delete(folder, recursive: true);
    await server.DeleteContainerAsync(container);
}

async Task RawUpAsync(BlockBlobClient blob)
{
    using var handle = File.OpenHandle(file, options: FileOptions.Asynchronous);
    var ids = Enumerable.Range(0, (int)((length + Block - 1) / Block)).Select(static i => Convert.ToBase64String(BitConverter.GetBytes(i))).ToArray();
    await Parallel.ForAsync(0, ids.Length, new ParallelOptions { MaxDegreeOfParallelism = Parallel8 }, async (i, token) =>
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Block);
        var count = await ReadAsync(handle, buffer, (long)i * Block, token);
        await blob.StageBlockAsync(ids[i], new MemoryStream(buffer, 0, count), (BlockBlobStageBlockOptions?)null, token);
        ArrayPool<byte>.Shared.Return(buffer);
    });
    await blob.CommitBlockListAsync(ids);
}

async Task<int> ReadAsync(Microsoft.Win32.SafeHandles.SafeFileHandle handle, byte[] buffer, long at, CancellationToken token)
{
    var count = 0;
    while (count < Block && await RandomAccess.ReadAsync(handle, buffer.AsMemory(count, Block - count), at + count, token) is var read and > 0)
        count += read;
    return count;
}

async Task RawDownAsync(BlobClient blob, string target)
{
    using var handle = File.OpenHandle(target, FileMode.Create, FileAccess.Write, options: FileOptions.Asynchronous);
    await Parallel.ForAsync(0, (length + Block - 1) / Block, new ParallelOptions { MaxDegreeOfParallelism = Parallel8 }, async (i, token) =>
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        using var response = (await blob.DownloadStreamingAsync(new BlobDownloadOptions { Range = new(i * Block, Block) }, token)).Value;
        for (long at = i * Block; await response.Content.ReadAsync(buffer, token) is var count and > 0; at += count)
            await RandomAccess.WriteAsync(handle, buffer.AsMemory(0, count), at, token);
        ArrayPool<byte>.Shared.Return(buffer);
    });
}

static Task EachAsync(int count, Func<int, Task> act) =>
    Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) => await act(i));

async Task CompareAsync(string name, (string Name, Func<Task> Act)[] all)
{
    var times = all.Select(static _ => (Wall: new List<double>(), Cpu: new List<double>())).ToArray();
    for (var round = 0; round <= rounds; round++)
    {
        for (var i = 0; i < all.Length; i++)
        {
            // To replace a file costs the freeing of the old one, which is not what is measured.
            foreach (var old in Directory.EnumerateFiles(folder).Where(f => f != file))
                File.Delete(old);
            GC.Collect();
            var (cpu, watch) = (Cpu(), Stopwatch.StartNew());
            await all[i].Act();
            if (round == 0)
                continue;
            times[i].Wall.Add(watch.Elapsed.TotalSeconds);
            times[i].Cpu.Add(Cpu() - cpu);
        }
    }
    foreach (var (act, time) in all.Zip(times))
        Console.WriteLine($"{name,-32} {act.Name,-32} {Median(time.Wall),7:0.00} s wall  {Median(time.Cpu),6:0.00} s CPU");
    for (var i = 0; i < all.Length; i++)
    {
        for (var j = i + 1; j < all.Length; j++)
        {
            if (all[j].Name.StartsWith("Cairn", StringComparison.Ordinal))
                Console.WriteLine($"    {all[j].Name} over {all[i].Name}: {Median(times[i].Wall) / Median(times[j].Wall):0.00} in wall, {Median(times[i].Cpu) / Median(times[j].Cpu):0.00} in CPU");
        }
    }

    static double Cpu() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds + Rclone.CpuSeconds;

    static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
