using System.Globalization;
using Cairn.Artifacts;
using Xunit;

namespace Cairn.Conformance;

public abstract partial class MaterializerTests<TMaterializerHarness>
{
    /// <summary>
    /// Tests that the kept artifacts of every version load as the saved values, and that the current version still writes them identically.
    /// <c>CAIRN_KEEP=1</c> writes artifacts that are not kept yet.
    /// </summary>
    [Fact]
    public async Task What_every_version_has_written_is_read()
    {
        var folder = Harness.KeptFolder;
        Assert.NotNull(folder);
        var now = Harness.Create().FormatVersion;
        if (Environment.GetEnvironmentVariable("CAIRN_KEEP") == "1")
            await KeepAsync(Path.Join(folder, $"v{now}"));
        for (var version = 1; version <= now; version++)
        {
            var kept = Path.Join(folder, $"v{version}", Harness.Create().Id);
            Assert.True(Directory.Exists(kept), $"No artifacts of version {version} are kept in {kept}; write them with CAIRN_KEEP=1.");
            foreach (var file in Directory.EnumerateFiles(Path.Join(kept, "blobs"), "*", SearchOption.AllDirectories))
                await Repository.Store.WriteBytesAsync(Path.GetRelativePath(kept, file).Replace('\\', '/'), await File.ReadAllBytesAsync(file, Cancel), WriteMode.Replace, cancellationToken: Cancel);
            var count = 0;
            foreach (var (name, sample) in Named())
            {
                if (!File.Exists(FileOf(kept, name)))
                    continue;
                count++;
                var stored = await Repository.StatAsync(BlobDigest.Parse((await File.ReadAllTextAsync(FileOf(kept, name), Cancel)).TrimEnd()), Cancel);
                Assert.Equal((Harness.Create().Id, version), (stored.Manifest.MaterializerId, stored.Manifest.FormatVersion));
                await ComesBackAsync(sample, stored.Digest);
                if (version == now)
                    Assert.True((await SaveAsync(sample)).Digest == stored.Digest, $"{sample}: the output of version {version} has changed; increase FormatVersion.");
            }
            Assert.True(count > 0, $"No artifacts of version {version} are kept in {kept}.");
        }
    }

    private IEnumerable<(string Name, MaterializerSample Sample)> Named() => Harness.Samples.Select((s, i) => (i.ToString("D2", CultureInfo.InvariantCulture), s));

    /// <summary>Returns the file that contains the digest of a kept sample.</summary>
    private static string FileOf(string kept, string name) => Path.Join(kept, "names", name + ".ref");

    private async Task KeepAsync(string folder)
    {
        var target = Path.Join(folder, Harness.Create().Id);
        await using var store = await ArtifactStore.OpenAsync(new Providers.Memory.MemoryProvider(), "mem://kept", cancellationToken: Cancel);
        var repository = new ArtifactRepository(store, new Cairn.Materializers.MaterializerRegistry().Add(Harness.Create()));
        var kept = new List<(string Name, BlobDigest Digest)>();
        foreach (var (name, sample) in Named().Where(n => !File.Exists(FileOf(target, n.Name))))
            kept.Add((name, (await repository.SaveAsAsync(sample.Make(), sample.Type, cancellationToken: Cancel)).Digest));
        await foreach (var entry in repository.Store.ListAsync(options: new() { Recursive = true }, cancellationToken: Cancel))
        {
            // The identity of the store is not part of an artifact.
            if (entry.Kind != EntryKind.File || !entry.Path.Value.Contains('/', StringComparison.Ordinal))
                continue;
            var file = Path.Join(target, entry.Path.Value);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, await repository.Store.ReadBytesAsync(entry.Path, Cancel), Cancel);
        }
        foreach (var (name, digest) in kept)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(FileOf(target, name))!);
            await File.WriteAllTextAsync(FileOf(target, name), $"{digest}\n", Cancel);
        }
    }
}
