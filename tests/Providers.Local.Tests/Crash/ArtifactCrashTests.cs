using System.Security.Cryptography;
using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local.Tests.Crash;

/// <summary>A save that returned survives a crash: the artifact loads. What else is visible is whole.</summary>
public sealed class ArtifactCrashTests
{
    private static readonly bool Full = Environment.GetEnvironmentVariable("CAIRN_FULL") is not null;

    private static readonly IReadOnlyDictionary<string, Func<ArtifactRun, Task>> All = new Dictionary<string, Func<ArtifactRun, Task>>
    {
        ["small"] = static run => run.SaveAsync(200),
        ["six at the same time"] = static run => Task.WhenAll(Enumerable.Range(0, 6).Select(_ => run.SaveAsync(200))),
        ["beside its manifest"] = static run => Task.WhenAll(Enumerable.Range(0, 3).Select(_ => run.SaveAsync(6_000))),
        ["staged and moved"] = static async run =>
        {
            await Task.WhenAll(run.SaveAsync(300_000), run.SaveAsync(300_000));
            await run.SaveAsync(300_000);
        },
        ["in chunks"] = static async run =>
        {
            await Task.WhenAll(run.SaveAsync(1_200_000, chunked: true), run.SaveAsync(1_200_000, chunked: true));
            await run.SaveAsync(1_200_000, chunked: true);
        },
        ["the same content at the same time"] = static run => Task.WhenAll(run.SaveAsync(6_000, seed: 7), run.SaveAsync(6_000, seed: 7)),
        ["the same content once more, in chunks"] = static async run =>
        {
            await run.SaveAsync(1_200_000, chunked: true, seed: 8);
            await run.SaveAsync(1_200_000, chunked: true, seed: 8);
        },
        ["one batch of small and large"] = static run => run.SaveAllAsync(200, 6_000, 200, 300_000, 200, 6_000),
        ["batches one after the other"] = static async run =>
        {
            await run.SaveAllAsync(200, 200, 200, 200);
            await run.SaveAllAsync(200, 200, 200, 200);
            await run.SaveAllAsync(300, 300, 300, 300);
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
        await foreach (var entry in repository.Store.ListAsync("blobs", new() { Recursive = true }, Cancel))
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
        var saved = await later.SaveAsync(content, new SaveOptions { Chunked = true }, Cancel);
        (await later.LoadAsync<byte[]>(saved.Digest, Cancel)).AsSpan().SequenceEqual(content).ShouldBeTrue();
    }

    /// <summary>Saves on a disk that refuses to publish some file.</summary>
    private static async Task<ArtifactRepository> FailAsync(CrashRun crash, byte[] content, Func<string, bool> refused, bool chunked)
    {
        Assert.SkipUnless(LocalPlatform.Current.UsesHandles, "Only the implementation that works with handles is recorded.");
        await crash.Driver.MakeDirectoryAsync("artifacts/blobs", Cancel);
        var isAsked = false;
        crash.Disk.Before = (operation, name) =>
        {
            if (operation != "rename" || !refused(name))
                return;
            isAsked = true;
            throw new IOException("The device refuses.");
        };
        var repository = ArtifactRun.Open(crash.Driver);
        await Should.ThrowAsync<StoreException>(() => repository.SaveAsync(content, new SaveOptions { Chunked = chunked }, Cancel));
        isAsked.ShouldBeTrue();
        crash.Disk.Before = null;
        return repository;
    }

    /// <summary>A repository whose disk is recorded, and what its user was told of each save.</summary>
    private sealed class ArtifactRun(CrashRun run)
    {
        private const int ChunkedLength = 1_000_000;

        private readonly ArtifactRepository _repository = Open(run.Driver);
        private readonly List<Save> _saves = [];
        private int _seed = 100;

        /// <summary>A save, and the moment when it returned.</summary>
        private sealed record Save(BlobDigest Digest, byte[] Content, int Done);

        public async Task SaveAsync(int length, bool chunked = false, int? seed = null)
        {
            var content = CrashRun.Content(seed ?? Interlocked.Increment(ref _seed), length);
            var artifact = await _repository.SaveAsync(content, new SaveOptions { Chunked = chunked }, Cancel);
            Add(new(artifact.Digest, content, run.Log.Now));
        }

        public async Task SaveAllAsync(params int[] lengths)
        {
            var contents = lengths.Select(l => CrashRun.Content(Interlocked.Increment(ref _seed), l)).ToArray();
            var artifacts = await _repository.SaveAllAsync(contents, cancellationToken: Cancel);
            for (var i = 0; i < contents.Length; i++)
                Add(new(artifacts[i].Digest, contents[i], run.Log.Now));
        }

        /// <summary>Compares a repository with what its user may expect after a crash at a moment.</summary>
        /// <returns>The first difference; null where there is none.</returns>
        public async Task<string?> ProblemAsync(LocalDriver driver, int at)
        {
            var repository = Open(driver);
            foreach (var save in _saves.Where(s => s.Done <= at))
            {
                if (!(await repository.LoadAsync<byte[]>(save.Digest, Cancel)).AsSpan().SequenceEqual(save.Content))
                    return $"{save.Digest} does not load";
            }
            try
            {
                await foreach (var check in repository.VerifyAllAsync(cancellationToken: Cancel))
                {
                    if (!check.IsIntact)
                        return $"{check.Path}: {check.Problem}";
                }
            }
            catch (StoreException e) when (e.Code == StoreErrorCode.NotFound && !_saves.Exists(s => s.Done <= at))
            {
                // Nothing of the repository has reached the disk yet.
                return null;
            }
            // What was under way is saved once more: nothing that the crash left is taken for a part that is not there.
            var again = Open(driver);
            foreach (var save in _saves.Where(s => s.Done > at))
            {
                var saved = await again.SaveAsync(save.Content, new SaveOptions { Chunked = save.Content.Length > ChunkedLength }, Cancel);
                if (!(await again.LoadAsync<byte[]>(saved.Digest, Cancel)).AsSpan().SequenceEqual(save.Content))
                    return $"{save.Digest} is damaged when it is saved again";
            }
            return null;
        }

        public static ArtifactRepository Open(LocalDriver driver) => new(new ArtifactStore(driver), MaterializerRegistry.CreateDefault());

        private void Add(Save save)
        {
            lock (_saves)
                _saves.Add(save);
        }
    }
}
