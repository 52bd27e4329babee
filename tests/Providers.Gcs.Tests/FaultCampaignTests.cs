using System.Collections.Concurrent;
using Cairn.TestServers.Proxy;

namespace Cairn.Providers.Gcs.Tests;

/// <summary>A mix of operations while every kind of fault strikes 5 % of the requests: 0 wrong bytes, and each operation complete or a typed error. 400 operations, 10,240 with CAIRN_FULL=1.</summary>
public sealed class FaultCampaignTests : GcsTest
{
    // Most of the time is spent in stalls, so a full run has more workers and not more hours.
    private static int Workers => Full ? 64 : 8;

    private readonly ConcurrentDictionary<StoreErrorCode, int> _errors = new();
    private int _completed;

    private static bool Full => Environment.GetEnvironmentVariable("CAIRN_FULL") == "1";

    private static int Operations => Full ? 64 * 160 : 400;

    [Fact]
    public async Task Whatever_breaks_no_byte_is_wrong()
    {
        await using var proxy = FaultProxy.Start(Fake.Endpoint, new FaultProxyOptions { StallFor = TimeSpan.FromSeconds(7), Seed = 11 });
        string[] options = [$"endpoint={proxy.Endpoint.AbsoluteUri}", "timeout=5s", "retries=8"];
        await RunAsync(await OpenAsync([.. options, "composite=never"]), await OpenAsync([.. options, "composite=always"]), "calm");
        var ideal = proxy.Counters.Requests;
        _errors.ShouldBeEmpty();
        _completed = 0;
        proxy.ResetCounters();

        foreach (var kind in Enum.GetValues<FaultKind>().Where(k => k != FaultKind.None))
            proxy.Add(new FaultRule(kind, 0.05) { When = When(kind) });
        await RunAsync(await OpenAsync([.. options, "composite=never"]), await OpenAsync([.. options, "composite=always"]), "storm");
        var counters = proxy.Counters;
        TestContext.Current.TestOutputHelper!.WriteLine($"{_completed} complete, errors: {string.Join(", ", _errors)}; ideal {ideal} requests; seed {proxy.Seed}\n{counters}");

        (_completed + _errors.Values.Sum()).ShouldBe(Operations);
        _errors.Keys.ShouldAllBe(code => code != StoreErrorCode.Unknown || _errors[code] < Operations / 100);
        _completed.ShouldBeGreaterThan(Operations * 9 / 10);
        counters.Requests.ShouldBeLessThanOrEqualTo((long)(ideal * 1.15) + counters.Faults);
    }

    /// <summary>Bytes are changed in contents, which checksums guard; against a changed address or name only TLS does.</summary>
    private static Func<string, string, bool>? When(FaultKind kind) => kind switch
    {
        FaultKind.FlipResponse => static (_, target) => target.Contains("alt=media", StringComparison.Ordinal),
        FaultKind.FlipRequest => static (method, target) => method == "PUT" || target.Contains("uploadType=multipart", StringComparison.Ordinal),
        _ => null,
    };

    private Task RunAsync(ArtifactStore resumable, ArtifactStore composite, string root) =>
        Parallel.ForAsync(0, Workers, new ParallelOptions { MaxDegreeOfParallelism = Workers, CancellationToken = Cancel }, async (worker, _) =>
    {
        var random = new Random(worker);
        var model = new Dictionary<string, List<(int Seed, int Length)?>>();
        for (var i = 0; i < Operations / Workers; i++)
        {
            var store = (random.Next(2) == 0 ? resumable : composite).Under($"{root}/{worker}");
            var name = $"f{random.Next(12)}";
            var (kind, seed, length) = (random.Next(10), random.Next(1000), random.Next(4) == 0 ? random.Next(262_144, 1_000_000) : random.Next(200_000));
            try
            {
                await ActAsync(store, model, name, kind, seed, length);
                Interlocked.Increment(ref _completed);
            }
            catch (StoreException e)
            {
                if (e.Code == StoreErrorCode.Unknown)
                    TestContext.Current.TestOutputHelper!.WriteLine(e.ToString());
                _errors.AddOrUpdate(e.Code, 1, (_, n) => n + 1);
            }
        }
    });

    private static async Task ActAsync(ArtifactStore store, Dictionary<string, List<(int Seed, int Length)?>> model, string name, int kind, int seed, int length)
    {
        var known = model.TryGetValue(name, out var list) ? list : model[name] = [null];
        switch (kind)
        {
            case < 4:
                // Until it is known to be done, either version may be there.
                known.Add((seed, length));
                await PutAsync(store, name, Bytes(length, seed), WriteMode.Replace);
                model[name] = [(seed, length)];
                break;
            case < 8:
                var info = await store.TryStatAsync(name, Cancel);
                known.ShouldContain(k => (k == null) == (info == null) && (info == null || k!.Value.Length == info.Length));
                if (info is null)
                    break;
                var content = await store.ReadBytesAsync(name, Cancel);
                known.Exists(k => k is { } one && one.Length == content.Length && Bytes(one.Length, one.Seed).AsSpan().SequenceEqual(content)).ShouldBeTrue("The bytes are wrong.");
                break;
            case 8:
                known.Add(null);
                await store.RemoveAsync(name, Cancel);
                model[name] = [null];
                break;
            default:
                var target = name + "-copy";
                if (await store.TryStatAsync(name, Cancel) is null)
                    break;
                (model.TryGetValue(target, out var there) ? there : model[target] = [null]).AddRange(known);
                await store.CopyAsync(name, target, WriteMode.Replace, Cancel);
                model[target] = [.. known];
                break;
        }
    }
}
