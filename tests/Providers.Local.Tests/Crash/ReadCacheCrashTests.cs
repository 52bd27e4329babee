using Cairn.Durable;
using Cairn.Layers;
using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local.Tests.Crash;

/// <summary>The read cache flushes nothing. Whatever a crash has left of it, a read gives the content of the store.</summary>
public sealed class ReadCacheCrashTests
{
    private static readonly (string Path, byte[] Content)[] Files = [("small", CrashRun.Content(1, 300)), ("two-blocks", CrashRun.Content(2, 300_000)), ("empty", [])];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_read_gives_the_content_of_the_store_after_a_crash_at_any_moment()
    {
        using var run = new RecordedFolder();
        using var kept = new ShortFolder();
        await using var store = new CountingDriver(CrashRun.Open(LocalPlatform.Current, kept.Path, LocalDurability.None));
        foreach (var (path, content) in Files)
        {
            await using var upload = await store.BeginUploadAsync(new UploadRequest(path, WriteMode.CreateNew), Cancel);
            await upload.CompleteAsync(new UploadPart(0, 0, content), Cancel);
        }
        var cache = new ReadCacheDriver(store, new() { Directory = run.Folder }, null, run.Disk);
        foreach (var (path, content) in Files)
            (await ReadAsync(cache, path)).AsSpan().SequenceEqual(content).ShouldBeTrue();
        run.Disk.Look();

        var (hits, misses) = (0, 0);
        var (problem, states) = await run.LookAsync(async folder =>
        {
            var reopened = new ReadCacheDriver(store, new() { Directory = folder }, null, DurableDisk.Local);
            foreach (var (path, content) in Files)
            {
                var before = store.Reads;
                if (!(await ReadAsync(reopened, path)).AsSpan().SequenceEqual(content))
                    return $"{path} is damaged";
                _ = store.Reads == before ? hits++ : misses++;
            }
            return null;
        });
        problem.ShouldBeNull();
        hits.ShouldBeGreaterThan(0, $"{states} states");
        misses.ShouldBeGreaterThan(0, $"{states} states");
    }

    private static async Task<byte[]> ReadAsync(StoreDriver driver, string path)
    {
        await using var read = await driver.OpenReadAsync(new ReadRequest(path), Cancel);
        using var memory = new MemoryStream();
        await read.Content.CopyToAsync(memory, Cancel);
        return memory.ToArray();
    }

    /// <summary>Counts the reads that reach the store.</summary>
    private sealed class CountingDriver(StoreDriver inner) : DelegatingStoreDriver(inner)
    {
        public int Reads { get; private set; }

        public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
        {
            Reads++;
            return Inner.OpenReadAsync(request, cancellationToken);
        }
    }
}
