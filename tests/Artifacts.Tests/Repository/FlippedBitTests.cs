using Cairn.Artifacts;
using Cairn.Artifacts.Chunking;
using Cairn.Materializers;
using Cairn.Providers.Local;
using Cairn.Tests.Drivers;
using Cairn.Tests.Workspaces;

namespace Cairn.Tests.Artifacts;

/// <summary>One bit is flipped somewhere in what is stored: it is found, the loads that need it are refused, and no other is disturbed.</summary>
public sealed class FlippedBitTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Each_flipped_bit_is_found_and_refused_and_disturbs_nothing_else()
    {
        var rounds = Environment.GetEnvironmentVariable("CAIRN_FULL") == "1" ? 10_000 : 150;
        using var folder = new TempFolder();
        await using var root = await ArtifactStore.OpenAsync(new LocalProvider(), StoreUri.FromLocalPath(folder["store"]), new Dictionary<string, string> { ["durability"] = "none" });
        var repository = new ArtifactRepository(root, new MaterializerRegistry().Add(new BundleMaterializer()));
        var store = repository.Store;
        var near = Bytes.Of(1_300_000, 1);
        var changed = near.AsSpan().ToArray();
        changed[600_000] ^= 1;
        List<(Bundle Bundle, bool Chunked)> samples =
        [
            (Bundle.Of(("tiny", [1, 2, 3])), false),
            (Bundle.Of(("tiny", [1]), ("small", Bytes.Of(9000, 1)), ("large", Bytes.Of(300_000, 2))), false),
            (Bundle.Of(("other", Bytes.Of(9000, 1)), ("more", Bytes.Of(40_000, 3))), false),
            (Bundle.Of(("near", near)), true),
            (Bundle.Of(("near", changed), ("small", Bytes.Of(9000, 1))), true),
        ];
        var saved = new List<Artifact>();
        foreach (var (bundle, chunked) in samples)
            saved.Add(await repository.SaveAsync(bundle, new SaveOptions { Chunked = chunked }));
        var recipes = new Dictionary<Checksum, ChunkRecipe>();
        foreach (var file in saved.SelectMany(a => a.Manifest.Files).Where(f => f.Length > SpoolStream.ChunkedLimit))
            recipes[file.Digest] = await new ChunkStore(store).ReadRecipeAsync(BlobDigest.From(file.Digest), default);
        var files = await store.ListAsync(default, new() { Recursive = true }).Select(f => f.Path).Where(p => p.Segments[0] is "blobs" or "packs" or "chunked").ToListAsync();
        files.Count.ShouldBe(14);
        var random = new Random(11);
        var kinds = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var round = 0; round < rounds; round++)
        {
            var file = files[random.Next(files.Count)];
            var bit = random.NextInt64(8 * await store.GetLengthAsync(file));
            var real = folder[$"store/artifacts/{file}"];
            Flip(real, bit);
            var where = $"{file}, bit {bit}";
            var damaged = await repository.VerifyAllAsync().Where(c => !c.IsIntact).Select(c => c.Path).ToListAsync();
            damaged.ShouldContain(file, where);
            damaged.Where(p => p != file && !NeedsByte(p, file, bit / 8)).ShouldBeEmpty(where);
            for (var i = 0; i < saved.Count; i++)
            {
                var load = () => repository.LoadAsync<Bundle>(saved[i].Digest);
                if (Needs(saved[i], file, bit / 8))
                {
                    (await Should.ThrowAsync<StoreException>(load, where)).Code.ShouldBe(StoreErrorCode.IntegrityFailure, where);
                    (await repository.VerifyAsync(saved[i].Digest).CountAsync(c => !c.IsIntact)).ShouldBe(1, where);
                }
                else
                    (await load()).ShouldEqual(samples[i].Bundle);
            }
            Flip(real, bit);
            var kind = file.Segments[0] + Path.GetExtension(file.Name);
            kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
        }
        (await repository.VerifyAllAsync().CountAsync(c => !c.IsIntact)).ShouldBe(0);
        output.WriteLine($"{rounds} bits flipped ({string.Join(", ", kinds.Select(k => $"{k.Key} {k.Value}"))}): each found, each load that needs it refused, no other disturbed");

        bool Needs(Artifact artifact, StorePath file, long at) =>
            file == BlobStore.PathOf(artifact.Digest) || artifact.Manifest.Blobs.Any(f =>
                recipes.TryGetValue(f.Digest, out var recipe)
                    ? file == ChunkStore.RecipePath(recipe.Digest) || recipe.Runs.Any(r => file == ChunkStore.PackPath(recipe.Packs[r.Pack]) && at >= r.Offset && at < r.Offset + r.Length)
                    : file == BlobStore.PathOf(BlobDigest.From(f.Digest)));

        // The recipe of a blob whose chunk is damaged is told of too; and so is a pack that a damaged index cannot vouch for.
        bool NeedsByte(StorePath told, StorePath file, long at) =>
            recipes.Values.Any(r => told == ChunkStore.RecipePath(r.Digest) && r.Runs.Any(run => file == ChunkStore.PackPath(r.Packs[run.Pack]) && at >= run.Offset && at < run.Offset + run.Length));
    }

    private static void Flip(string file, long bit)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Position = bit / 8;
        var value = stream.ReadByte();
        stream.Position = bit / 8;
        stream.WriteByte((byte)(value ^ (1 << (int)(bit % 8))));
    }
}
