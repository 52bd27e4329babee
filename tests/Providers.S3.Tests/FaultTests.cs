using Cairn.TestServers.Proxy;

namespace Cairn.Providers.S3.Tests;

/// <summary>A mix of operations while one request in twenty fails in one way: nothing wrong is ever stored or read, and what fails, fails with a typed error.</summary>
public sealed class FaultTests(ITestOutputHelper output)
{
    private const int OperationsPerRound = 9;

    private static readonly StoreErrorCode[] Fair = [StoreErrorCode.Unavailable, StoreErrorCode.Throttled, StoreErrorCode.IntegrityFailure];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<FaultKind> Kinds =>
    [
        FaultKind.Status500, FaultKind.Status503, FaultKind.Status429, FaultKind.ResetBeforeBody, FaultKind.ResetAfterBody, FaultKind.ResetBeforeResponse, FaultKind.ResetInResponse,
        FaultKind.TruncateResponse, FaultKind.WrongLength, FaultKind.FlipResponse, FaultKind.FlipRequest, FaultKind.Stall, FaultKind.Duplicate, FaultKind.DropResponse,
    ];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Nothing_wrong_is_stored_or_read(FaultKind kind)
    {
        var rounds = Environment.GetEnvironmentVariable("CAIRN_FULL") == "1" ? 10_000 / OperationsPerRound / Kinds.Count + 1 : 8;
        await using var box = await S3Box.CreateAsync(new FaultProxyOptions { StallFor = TimeSpan.FromSeconds(4) });
        // A request that is given up because the machine is busy is sent again, and would count.
        var store = await box.ThroughAsync(("timeout", kind == FaultKind.Stall ? "2s" : "60s"), ("retries", "4"));
        // What a round costs where nothing breaks: its number of requests does not hang on the contents.
        var tally = new Tally();
        await RoundAsync(store, box, "calm", new Random(1), tally);
        tally.Failed.ShouldBe(0);
        var ideal = box.Proxy.Counters.Requests * rounds;
        box.Proxy.ResetCounters();
        // A byte that changes in a listing or in another answer in XML is beyond what the protocol can detect; one in content is not.
        box.Proxy.Add(new FaultRule(kind, 0.05) { When = kind is FaultKind.FlipResponse or FaultKind.WrongLength ? IsContent : null });
        var random = new Random(box.Proxy.Seed);
        for (var round = 0; round < rounds; round++)
            await RoundAsync(store, box, $"r{round}", random, tally);
        var counters = box.Proxy.Counters;
        output.WriteLine($"{kind}, seed {box.Proxy.Seed}: {tally.Done} operations done, {tally.Failed} failed, ideal {ideal} requests; {counters}");
        box.Proxy.Clear();
        (tally.Done + tally.Failed).ShouldBe((1 + rounds) * OperationsPerRound);
        tally.Done.ShouldBeGreaterThan(tally.Failed);
        counters.Requests.ShouldBeLessThanOrEqualTo((long)(ideal * 1.15) + counters.Faults);
        await CheckRawAsync(box, tally);
        await foreach (var staged in store.ListStagedAsync(TimeSpan.Zero, Cancel))
            await store.RemoveStagedAsync(staged, Cancel);
        await foreach (var staged in store.ListStagedAsync(TimeSpan.Zero, Cancel))
            Assert.Fail($"It is still staged: {staged}");
    }

    private static bool IsContent(string method, string target) => method == "GET" && !target.Contains("list-type", StringComparison.Ordinal) && !target.Contains("uploads", StringComparison.Ordinal);

    private static async Task RoundAsync(ArtifactStore store, S3Box box, string name, Random random, Tally tally)
    {
        byte[] small = Bytes(random, random.Next(50_000)), next = Bytes(random, 1 + random.Next(50_000)), large = Bytes(random, (5 << 20) + random.Next(3 << 20));
        var version = await tally.WriteAsync(name, small, () => WriteAsync(store, name, small, WriteMode.CreateNew));
        await tally.ReadAsync(name, () => ReadAsync(store, name));
        var many = await tally.WriteAsync($"{name}/large", large, () => WriteAsync(store, $"{name}/large", large, WriteMode.CreateNew));
        await tally.ReadAsync($"{name}/large", () => DownloadAsync(store, $"{name}/large"));
        // Ceph keeps no checksum of a copy in one part, as a copy under a condition is made; without one nobody can tell damage on the way back.
        await tally.WriteAsync($"{name}/copy", small, () => store.CopyAsync(name, $"{name}/copy", WriteMode.Replace, Cancel), needs: version);
        await tally.WriteAsync(name, next, () => WriteAsync(store, name, next, WriteMode.Match(version!.ETag!)), needs: version);
        await tally.ReadAsync($"{name}/copy", () => ReadAsync(store, $"{name}/copy"));
        await tally.RunAsync(async () =>
        {
            await foreach (var entry in store.ListAsync(name, cancellationToken: Cancel))
                entry.Path.Name.ShouldBeOneOf("large", "copy");
        });
        await tally.RemoveAsync($"{name}/large", () => store.RemoveAsync($"{name}/large", Cancel), needs: many);
    }

    private static async Task CheckRawAsync(S3Box box, Tally tally)
    {
        var keys = await S3Backend.KeysAsync(box.Bucket);
        foreach (var (key, possible) in tally.Possible)
        {
            var now = keys.Contains(key) ? await S3Backend.ReadAsync(box.Bucket, key) : null;
            possible.Any(p => p is null ? now is null : now is not null && p.AsSpan().SequenceEqual(now)).ShouldBeTrue($"{key} is stored with content that nobody wrote there");
        }
        keys.ShouldBeSubsetOf(tally.Possible.Keys);
    }

    private static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static async Task<StoreEntry> WriteAsync(ArtifactStore store, string path, byte[] content, WriteMode mode) =>
        await store.WriteBytesAsync(path, content, mode, cancellationToken: Cancel);

    private static Task<byte[]> ReadAsync(ArtifactStore store, string path) => store.ReadBytesAsync(path, Cancel);

    private static async Task<byte[]> DownloadAsync(ArtifactStore store, string path)
    {
        var file = Path.Join(Path.GetTempPath(), $"cairn-s3-{Guid.NewGuid():N}");
        try
        {
            await store.DownloadFileAsync(path, file, WriteMode.CreateNew, cancellationToken: Cancel);
            return await File.ReadAllBytesAsync(file, Cancel);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>What may be stored, by what was done and by what failed on the way.</summary>
    private sealed class Tally
    {
        public Dictionary<string, List<byte[]?>> Possible { get; } = new(StringComparer.Ordinal);

        public int Done { get; private set; }

        public int Failed { get; private set; }

        /// <summary>A write that depends on one that failed counts as failed with it.</summary>
        public async Task<StoreEntry?> WriteAsync(string key, byte[] content, Func<Task<StoreEntry>> write, StoreEntry? needs)
        {
            if (needs is not null)
                return await WriteAsync(key, content, write);
            Failed++;
            return null;
        }

        public async Task<StoreEntry?> WriteAsync(string key, byte[] content, Func<Task<StoreEntry>> write)
        {
            var before = Possible.TryGetValue(key, out var known) ? known : [null];
            StoreEntry? info = null;
            if (await RunAsync(async () => info = await write()))
            {
                Possible[key] = [content];
                info!.Length.ShouldBe(content.Length);
            }
            else
                Possible[key] = [.. before, content];
            return info;
        }

        public async Task ReadAsync(string key, Func<Task<byte[]>> read)
        {
            byte[]? content = null;
            var possible = Possible.TryGetValue(key, out var known) ? known : [null];
            try
            {
                if (await RunAsync(async () => content = await read()))
                    possible.Any(p => p is not null && p.AsSpan().SequenceEqual(content)).ShouldBeTrue($"{key} was read with content that nobody wrote there");
            }
            catch (StoreException e) when (e.Code == StoreErrorCode.NotFound && possible.Contains(null))
            {
                Failed++;
            }
        }

        public async Task RemoveAsync(string key, Func<Task<bool>> remove, StoreEntry? needs)
        {
            var before = Possible.TryGetValue(key, out var known) ? known : [null];
            if (needs is null || !await RunAsync(() => remove()))
                Possible[key] = [.. before, null];
            else
                Possible[key] = [null];
            if (needs is null)
                Failed++;
        }

        public async Task<bool> RunAsync(Func<Task> operation)
        {
            try
            {
                await operation();
                Done++;
                return true;
            }
            catch (StoreException e) when (Fair.Contains(e.Code))
            {
                e.Uri.ShouldNotBeNull();
                Failed++;
                return false;
            }
        }
    }
}
