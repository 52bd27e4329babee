using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local.Tests.Crash;

/// <summary>A save that returned survives a crash: the artifact loads, and its name leads to it. What else is visible is whole.</summary>
public sealed class ArtifactCrashTests
{
    private static readonly bool Full = Environment.GetEnvironmentVariable("CAIRN_FULL") is not null;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private sealed record Saved(string Name, BlobDigest Digest, byte[] Content, int Begun, int Done);

    [Theory]
    [InlineData("small", 1, 200, false)]
    [InlineData("small, six of one batch", 6, 200, false)]
    [InlineData("beside its manifest", 3, 6_000, false)]
    [InlineData("staged and moved", 2, 300_000, false)]
    [InlineData("in chunks", 2, 1_200_000, true)]
    public async Task What_was_saved_survives_a_crash_at_any_moment(string kind, int count, int length, bool chunked)
    {
        Assert.SkipUnless(LocalPlatform.Current.UsesHandles, "Only Linux offers a flush of directories, which the promise rests on.");
        await using var run = new CrashRun();
        var saved = new List<Saved>();
        var repository = Open(run.Driver);
        await Task.WhenAll(Enumerable.Range(0, count).Select(n => SaveAsync($"n/{n}", CrashRun.Content(n, length))));
        // A name that leads elsewhere from now on.
        await SaveAsync("n/0", CrashRun.Content(99, length));

        var states = 0;
        foreach (var (at, state) in Spread([.. new CrashStates(run.Log, Full ? 48 : 6, new Random(1)).Enumerate()], Full ? 2000 : 60))
        {
            states++;
            using var folder = new ShortFolder();
            state.WriteTo(folder.Path);
            await using var driver = CrashRun.Open(LocalPlatform.Current, Path.Join(folder.Path, run.Below), LocalDurability.None);
            (await ProblemAsync(Open(driver), saved, at)).ShouldBeNull($"{kind}, after a crash at {at}:\n{string.Join('\n', run.Log.Records.Take(at + 1).Select((r, i) => $"{i} {r}"))}");
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{states} states of {run.Log.Records.Count} records");

        async Task SaveAsync(string name, byte[] content)
        {
            var begun = run.Log.Now;
            var artifact = await repository.SaveAsync(content, new SaveOptions { Name = name, Chunked = chunked }, Cancel);
            lock (saved)
                saved.Add(new(name, artifact.Digest, content, begun, run.Log.Now));
        }
    }

    private static ArtifactRepository Open(LocalDriver driver) => new(new ArtifactStore(driver), MaterializerRegistry.CreateDefault());

    private static async Task<string?> ProblemAsync(ArtifactRepository repository, IReadOnlyList<Saved> saved, int at)
    {
        foreach (var save in saved.Where(s => s.Done <= at))
        {
            if (!(await repository.LoadAsync<byte[]>(save.Digest.ToString(), Cancel)).AsSpan().SequenceEqual(save.Content))
                return $"{save.Name} of {save.Digest} does not load";
            var known = saved.Where(s => s.Name == save.Name && (s.Done <= at || s.Begun <= at)).Select(s => s.Digest).ToList();
            if (!known.Contains(await repository.ResolveAsync(save.Name, Cancel)))
                return $"{save.Name} leads to something else";
        }
        try
        {
            await foreach (var check in repository.VerifyAllAsync(cancellationToken: Cancel))
            {
                if (!check.IsIntact)
                    return $"{check.Path}: {check.Problem}";
            }
        }
        catch (ArtifactStoreException e) when (e.Code == StoreErrorCode.NotFound && !saved.Any(s => s.Done <= at))
        {
            // Nothing of the repository has reached the disk yet.
            return null;
        }
        await foreach (var name in repository.Names.ListAsync(Cancel))
            _ = await repository.LoadAsync<byte[]>(name, Cancel);
        return null;
    }

    private static IEnumerable<T> Spread<T>(IReadOnlyList<T> all, int most)
    {
        var step = Math.Max(1.0, (double)all.Count / most);
        for (var next = 0.0; (int)next < all.Count; next += step)
            yield return all[(int)next];
    }
}
