using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Materializers;
using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local.Tests.Crash;

/// <summary>A change of an asset that returned survives a crash, with the content of its version; one that was under way is there completely or not at all, and work goes on.</summary>
public sealed class CatalogCrashTests
{
    private static readonly bool Full = Environment.GetEnvironmentVariable("CAIRN_FULL") is not null;

    private static readonly IReadOnlyDictionary<string, Func<CatalogRun, Task>> All = new Dictionary<string, Func<CatalogRun, Task>>
    {
        ["the first version of a store"] = static run => run.SaveAsync("x"),
        ["two versions"] = static async run =>
        {
            await run.SaveAsync("x");
            await run.SaveAsync("x");
        },
        ["two assets at the same time"] = static async run =>
        {
            await run.SaveAsync("x");
            await Task.WhenAll(run.SaveAsync("x"), run.SaveAsync("y"));
        },
        ["a version and its alias"] = static async run =>
        {
            await run.SaveAsync("x");
            await run.MoveAsync("x", "a", 1);
            await run.SaveAsync("x");
            await run.MoveAsync("x", "a", 2);
        },
        ["a rename and a release"] = static async run =>
        {
            await run.SaveAsync("x");
            await run.DoAsync(a => a.RenameAsync("x", "y"));
            await run.DoAsync(a => a.ReleaseNameAsync("x"));
            await run.SaveAsync("x");
        },
    };

    public static TheoryData<string> Scenarios => [.. All.Keys];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task What_was_acknowledged_survives_a_crash_at_any_moment(string scenario)
    {
        Assert.SkipUnless(LocalPlatform.Current.UsesHandles, "Only Linux offers a flush of directories, which the promise rests on.");
        await using var crash = new CrashRun();
        await using var run = await CatalogRun.BeginAsync(crash);
        await All[scenario](run);
        await run.EndAsync();
        var states = 0;
        foreach (var (at, state) in CrashStates.Spread([.. new CrashStates(crash.Log, Full ? 64 : 6, new Random(1)).Enumerate()], Full ? 2000 : 60))
        {
            states++;
            using var folder = new ShortFolder();
            state.WriteTo(folder.Path);
            await using var driver = CrashRun.Open(LocalPlatform.Current, Path.Join(folder.Path, crash.Below), LocalDurability.None);
            (await run.ProblemAsync(driver, at)).ShouldBeNull($"{scenario}, after a crash at {at}:\n{string.Join('\n', crash.Log.Records.Take(at + 1).Select((r, i) => $"{i} {r}"))}");
        }
        CrashTotals.Add(states, crash.Log.Records.Count);
    }

    /// <summary>A catalog whose disk is recorded, and what its user was told.</summary>
    private sealed class CatalogRun : IAsyncDisposable
    {
        private readonly CrashRun _run;
        private readonly List<(AssetVersion Version, string Content, int Done)> _versions = [];
        private readonly List<(string Name, string Alias, int To, int Begun, int Done)> _moves = [];
        private readonly List<(int Begun, int Done)> _changes = [];
        private readonly DirectoryInfo _index = Directory.CreateTempSubdirectory("cairn-crash-index-");
        private Cairn.Catalog.Catalog _catalog = null!;
        private int _content;

        private CatalogRun(CrashRun run) => _run = run;

        public static async Task<CatalogRun> BeginAsync(CrashRun run)
        {
            var begun = new CatalogRun(run);
            begun._catalog = await begun.OpenAsync(run.Driver);
            return begun;
        }

        public async Task SaveAsync(string name)
        {
            var content = $"content {Interlocked.Increment(ref _content)}";
            var version = await _catalog.Assets.SaveAsync(name, content, cancellationToken: Cancel);
            lock (_versions)
                _versions.Add((version, content, _run.Log.Now));
        }

        public async Task MoveAsync(string name, string alias, int to)
        {
            var begun = _run.Log.Now;
            await _catalog.Assets.MoveAliasAsync(name, alias, to, cancellationToken: Cancel);
            _moves.Add((name, alias, to, begun, _run.Log.Now));
        }

        public async Task DoAsync(Func<AssetCollection, Task> change)
        {
            var begun = _run.Log.Now;
            await change(_catalog.Assets);
            _changes.Add((begun, _run.Log.Now));
        }

        /// <summary>Waits for what is published in the background.</summary>
        public Task EndAsync() => _catalog.FlushAsync(Cancel);

        /// <summary>Compares a catalog with what its user may expect after a crash at a moment.</summary>
        /// <returns>The first difference; null where there is none.</returns>
        public async Task<string?> ProblemAsync(LocalDriver driver, int at)
        {
            await using var catalog = await OpenAsync(driver);
            // Without the records of the name that somebody released since, a version is found by the id of its asset.
            var assets = new Dictionary<Guid, Asset>();
            foreach (var name in (string[])["x", "y"])
            {
                try
                {
                    var asset = await catalog.Assets.GetAssetAsync(name, Cancel);
                    assets[asset.Id] = asset;
                }
                catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
                {
                    // The name does not exist yet, or its rename was cut off.
                }
            }
            foreach (var (version, content, done) in _versions.Where(v => v.Done <= at))
            {
                if (!assets.TryGetValue(version.AssetId, out var asset))
                    return $"{version} was acknowledged, and no name leads to its asset";
                if (await catalog.Assets.LoadAsync<string>($"{asset.Name}:{version.Number}", Cancel) != content)
                    return $"{version} has another content";
            }
            foreach (var moves in _moves.GroupBy(m => (m.Name, m.Alias)))
            {
                var allowed = moves.Where(m => m.Begun <= at && m.Done > at).Select(m => (int?)m.To).Append(moves.LastOrDefault(m => m.Done <= at) is { To: > 0 } last ? last.To : null).ToList();
                int? found = assets.Values.SelectMany(a => a.Aliases).Where(a => a.Key == moves.Key.Alias).Select(a => (int?)a.Value).SingleOrDefault();
                if (!allowed.Contains(found))
                    return $"{moves.Key.Alias} leads to {found?.ToString() ?? "nothing"}";
            }
            var isChanging = _changes.Exists(c => c.Begun <= at && c.Done > at);
            await foreach (var fault in catalog.VerifyAsync(Cancel))
            {
                // A name is reserved between the two records of a rename, and of a release.
                if (!isChanging || !fault.Reason.Contains("not finished", StringComparison.Ordinal))
                    return $"{fault}";
            }
            foreach (var asset in assets.Values.Where(a => a.Newest > 0))
            {
                if (await catalog.Assets.HistoryAsync(asset.Name, Cancel).CountAsync(Cancel) != asset.Newest)
                    return $"{asset} has lost a version";
            }
            // Whatever was cut off, the next save works and has the next number.
            foreach (var name in (string[])["x", "y"])
            {
                var newest = assets.Values.SingleOrDefault(a => a.FormerNames.Prepend(a.Name).Contains(name))?.Newest ?? 0;
                var saved = await catalog.Assets.SaveAsync(name, "after the crash", cancellationToken: Cancel);
                if (saved.Number != newest + 1 && assets.Values.All(a => a.Id != saved.AssetId || saved.Number != a.Newest + 1))
                    return $"{name} continues with {saved.Number} after {newest}";
                if (await catalog.Assets.LoadAsync<string>(name, Cancel) != "after the crash")
                    return $"{name} cannot be saved";
            }
            return null;
        }

        public async ValueTask DisposeAsync()
        {
            await _catalog.DisposeAsync();
            _index.Delete(recursive: true);
        }

        private Task<Cairn.Catalog.Catalog> OpenAsync(LocalDriver driver) =>
            Cairn.Catalog.Catalog.OpenAsync(new ArtifactRepository(new ArtifactStore(driver), MaterializerRegistry.CreateDefault()), new() { User = "u:ada", IndexFolder = _index.FullName }, Cancel);
    }
}
