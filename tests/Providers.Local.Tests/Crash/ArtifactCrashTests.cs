using System.Security.Cryptography;
using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local.Tests.Crash;

/// <summary>A save that returned survives a crash: the artifact loads, and its name leads to it. What else is visible is whole.</summary>
public sealed class ArtifactCrashTests
{
    private static readonly bool Full = Environment.GetEnvironmentVariable("CAIRN_FULL") is not null;

    private static readonly IReadOnlyDictionary<string, Func<ArtifactRun, Task>> All = new Dictionary<string, Func<ArtifactRun, Task>>
    {
        ["small"] = static run => run.SaveAsync("n/0", 200),
        ["a name that leads elsewhere"] = static async run =>
        {
            await run.SaveAsync("n", 200);
            await run.SaveAsync("n", 300);
        },
        ["six at the same time"] = static run => Task.WhenAll(Enumerable.Range(0, 6).Select(n => run.SaveAsync($"n/{n}", 200))),
        ["beside its manifest"] = static run => Task.WhenAll(Enumerable.Range(0, 3).Select(n => run.SaveAsync($"n/{n}", 6_000))),
        ["staged and moved"] = static async run =>
        {
            await Task.WhenAll(run.SaveAsync("n/0", 300_000), run.SaveAsync("n/1", 300_000));
            await run.SaveAsync("n/0", 300_000);
        },
        ["in chunks"] = static async run =>
        {
            await Task.WhenAll(run.SaveAsync("n/0", 1_200_000, chunked: true), run.SaveAsync("n/1", 1_200_000, chunked: true));
            await run.SaveAsync("n/0", 1_200_000, chunked: true);
        },
        ["the same content at the same time"] = static run => Task.WhenAll(run.SaveAsync("n/0", 6_000, seed: 7), run.SaveAsync("n/1", 6_000, seed: 7)),
        ["the same content once more, in chunks"] = static async run =>
        {
            await run.SaveAsync("n/0", 1_200_000, chunked: true, seed: 8);
            await run.SaveAsync("n/1", 1_200_000, chunked: true, seed: 8);
        },
        ["one batch of small and large"] = static run => run.SaveAllAsync("n", 200, 6_000, 200, 300_000, 200, 6_000),
        ["batches one after the other"] = static async run =>
        {
            await run.SaveAllAsync("a", 200, 200, 200, 200);
            await run.SaveAllAsync("b", 200, 200, 200, 200);
            await run.SaveAllAsync("a", 300, 300, 300, 300);
        },
        ["a name removed and set again"] = static async run =>
        {
            await run.SaveAsync("n", 200);
            await run.RemoveNameAsync("n");
            await run.SaveAsync("n", 300);
        },
    };

    public static TheoryData<string> Scenarios => [.. All.Keys];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task What_was_saved_survives_a_crash_at_any_moment(string scenario)
    {
        Assert.SkipUnless(LocalPlatform.Current.UsesHandles, "Only Linux offers a flush of directories, which the promise rests on.");
        await using var crash = new CrashRun();
        var run = new ArtifactRun(crash);
        await All[scenario](run);
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

    /// <summary>The manifest waits for the blobs beside it: that one of them is lost ends the save before anything refers to it.</summary>
    [Fact]
    public async Task A_save_whose_blob_cannot_be_published_fails_and_publishes_no_manifest()
    {
        await using var crash = new CrashRun();
        var content = CrashRun.Content(1, 6_000);
        var lost = Convert.ToHexStringLower(SHA256.HashData(content));
        var repository = await FailAsync(crash, content, name => name == lost, chunked: false);
        (await repository.Names.TryGetAsync("n", Cancel)).ShouldBeNull();
        await foreach (var entry in crash.Store.ListAsync("blobs", new() { Recursive = true }, Cancel))
            entry.IsDirectory.ShouldBeTrue(entry.Path.Value);
    }

    /// <summary>An index is published after its pack: who saves the same content later must not rely on chunks that are nowhere.</summary>
    [Fact]
    public async Task A_save_whose_pack_cannot_be_published_leaves_nothing_that_a_later_save_relies_on()
    {
        await using var crash = new CrashRun();
        var content = CrashRun.Content(2, 1_200_000);
        await FailAsync(crash, content, name => name.EndsWith(".pack", StringComparison.Ordinal), chunked: true);
        var later = ArtifactRun.Open(crash.Driver);
        await later.SaveAsync(content, new SaveOptions { Name = "n", Chunked = true }, Cancel);
        (await later.LoadAsync<byte[]>("n", Cancel)).AsSpan().SequenceEqual(content).ShouldBeTrue();
    }

    /// <summary>Saves on a disk that refuses to publish some file.</summary>
    private static async Task<ArtifactRepository> FailAsync(CrashRun crash, byte[] content, Func<string, bool> refused, bool chunked)
    {
        Assert.SkipUnless(LocalPlatform.Current.UsesHandles, "Only the implementation that works with handles is recorded.");
        await crash.Driver.MakeDirectoryAsync("blobs", Cancel);
        var isAsked = false;
        crash.Disk.Before = (operation, name) =>
        {
            if (operation != "rename" || !refused(name))
                return;
            isAsked = true;
            throw new IOException("The device refuses.");
        };
        var repository = ArtifactRun.Open(crash.Driver);
        await Should.ThrowAsync<StoreException>(() => repository.SaveAsync(content, new SaveOptions { Name = "n", Chunked = chunked }, Cancel));
        isAsked.ShouldBeTrue();
        crash.Disk.Before = null;
        return repository;
    }

    /// <summary>A repository whose disk is recorded, and what its user was told of each save.</summary>
    private sealed class ArtifactRun(CrashRun run)
    {
        private const int ChunkedLength = 1_000_000;

        private readonly ArtifactRepository _repository = Open(run.Driver);
        private readonly List<Change> _changes = [];
        private int _seed = 100;

        /// <summary>A name leads to an artifact from some moment on, or to none.</summary>
        private sealed record Change(string Name, BlobDigest? Digest, byte[]? Content, int Begun, int Done);

        public async Task SaveAsync(string name, int length, bool chunked = false, int? seed = null)
        {
            var content = CrashRun.Content(seed ?? Interlocked.Increment(ref _seed), length);
            var begun = run.Log.Now;
            var artifact = await _repository.SaveAsync(content, new SaveOptions { Name = name, Chunked = chunked }, Cancel);
            Add(new(name, artifact.Digest, content, begun, run.Log.Now));
        }

        public async Task SaveAllAsync(string folder, params int[] lengths)
        {
            var contents = lengths.Select(l => CrashRun.Content(Interlocked.Increment(ref _seed), l)).ToArray();
            var begun = run.Log.Now;
            var artifacts = await _repository.SaveAllAsync(contents, c => new() { Name = $"{folder}/{Array.IndexOf(contents, c)}" }, Cancel);
            for (var i = 0; i < contents.Length; i++)
                Add(new($"{folder}/{i}", artifacts[i].Digest, contents[i], begun, run.Log.Now));
        }

        public async Task RemoveNameAsync(string name)
        {
            var begun = run.Log.Now;
            (await _repository.Names.RemoveAsync(name, Cancel)).ShouldBeTrue();
            Add(new(name, null, null, begun, run.Log.Now));
        }

        /// <summary>Compares a repository with what its user may expect after a crash at a moment.</summary>
        /// <returns>The first difference; null where there is none.</returns>
        public async Task<string?> ProblemAsync(LocalDriver driver, int at)
        {
            var repository = Open(driver);
            foreach (var change in _changes.Where(c => c.Done <= at && c.Digest is not null))
            {
                if (!(await repository.LoadAsync<byte[]>(change.Digest.ToString()!, Cancel)).AsSpan().SequenceEqual(change.Content))
                    return $"{change.Name} of {change.Digest} does not load";
            }
            foreach (var named in _changes.GroupBy(c => c.Name))
            {
                var allowed = named.Where(c => c.Begun <= at && c.Done > at).Select(c => c.Digest).Append(named.LastOrDefault(c => c.Done <= at)?.Digest).ToList();
                if ((await repository.Names.TryGetAsync(named.Key, Cancel))?.Digest is var found && !allowed.Contains(found))
                    return $"{named.Key} leads to {found?.ToString() ?? "nothing"}";
            }
            try
            {
                await foreach (var check in repository.VerifyAllAsync(cancellationToken: Cancel))
                {
                    if (!check.IsIntact)
                        return $"{check.Path}: {check.Problem}";
                }
            }
            catch (StoreException e) when (e.Code == StoreErrorCode.NotFound && !_changes.Exists(c => c.Done <= at))
            {
                // Nothing of the repository has reached the disk yet.
                return null;
            }
            await foreach (var name in repository.Names.ListAsync(Cancel))
                _ = await repository.LoadAsync<byte[]>(name, Cancel);
            // What was under way is saved once more: nothing that the crash left is taken for a part that is not there.
            var again = Open(driver);
            foreach (var change in _changes.Where(c => c.Done > at && c.Content is not null))
            {
                var saved = await again.SaveAsync(change.Content!, new SaveOptions { Chunked = change.Content!.Length > ChunkedLength }, Cancel);
                if (!(await again.LoadAsync<byte[]>(saved.Digest.ToString(), Cancel)).AsSpan().SequenceEqual(change.Content))
                    return $"{change.Name} is damaged when it is saved again";
            }
            return null;
        }

        public static ArtifactRepository Open(LocalDriver driver) => new(new ArtifactStore(driver), MaterializerRegistry.CreateDefault());

        /// <summary>Changes of one name follow each other.</summary>
        private void Add(Change change)
        {
            lock (_changes)
                _changes.Add(change);
        }
    }
}
