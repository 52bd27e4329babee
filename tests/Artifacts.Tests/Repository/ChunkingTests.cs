using Cairn.Artifacts;
using Cairn.Artifacts.Chunking;
using Cairn.Tests.Drivers;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Tests.Artifacts;

public sealed class ChunkingTests
{
    public static TheoryData<bool> Stores => Stage.Both;

    [Fact]
    public void Cuts_stay_what_they_were()
    {
        // Other cuts would make all that is stored unlike all that is new.
        var cuts = Cuts(Bytes.Of(1_000_000, 77));
        cuts.Sum().ShouldBe(1_000_000);
        string.Join(",", cuts).ShouldBe(Known);
    }

    [Fact]
    public void Chunks_keep_their_bounds_and_their_average()
    {
        var cuts = Cuts(Bytes.Of(64 << 20, 3));
        cuts[..^1].ShouldAllBe(c => c > FastCdc.Min && c <= FastCdc.Max);
        cuts.Average().ShouldBeInRange(60 << 10, 68 << 10);
        Cuts(new byte[1 << 20]).ShouldAllBe(c => c == FastCdc.Max, "where nothing ever cuts, the bound does");
        Cuts([]).ShouldBeEmpty();
        Cuts(Bytes.Of(FastCdc.Min, 1)).ShouldBe([FastCdc.Min]);
    }

    [Fact]
    public void After_an_insert_the_cuts_are_soon_the_same() =>
        Prop.ForAll(Gen.Choose(0, 3 << 20).Zip(Gen.Choose(1, 5000)).Zip(Gen.Choose(0, 1000)).ToArbitrary(), sample =>
        {
            var ((at, length), seed) = sample;
            var before = Bytes.Of(4 << 20, seed);
            byte[] after = [.. before[..at], .. Bytes.Of(length, seed + 1), .. before[at..]];
            var old = Digests(before);
            var fresh = Digests(after).Where(d => !old.Contains(d)).Count();
            return fresh is > 0 and <= 20;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task What_is_written_does_not_depend_on_the_sizes_of_the_writes(bool local)
    {
        var content = Bytes.Of(20 << 20, 5);
        byte[]? recipe = null;
        foreach (var size in new[] { content.Length, 1 << 20, 77_777 })
        {
            await using var stage = await Stage.OpenAsync(local);
            stage.Driver?.PartSize = 4 << 20;
            var blobs = new BlobStore(stage.Store, above: null);
            await using var writer = new ChunkWriter(blobs);
            for (var at = 0; at < content.Length; at += size)
                await writer.WriteAsync(content.AsMemory(at, Math.Min(size, content.Length - at)), default);
            var digest = await writer.CompleteAsync(default);
            digest.ShouldBe(BlobDigest.Of(content));
            var written = await stage.Store.ReadBytesAsync(ChunkStore.RecipePath(digest));
            (recipe ??= written).ShouldBe(written);
            await using var read = await blobs.OpenAsync(digest, content.Length, default);
            (await Bytes.ReadAllAsync(read)).AsSpan().SequenceEqual(content).ShouldBeTrue();
        }
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_reader_does_not_see_that_an_artifact_is_in_chunks(bool local)
    {
        await using var stage = await Stage.OpenAsync(local);
        stage.Driver?.PartSize = 1 << 20;
        var large = Bytes.Of(9 << 20, 1);
        var bundle = Bundle.Of(("large", large), ("half", Bytes.Of(900_000, 2)), ("tiny", [1]));
        var chunked = await stage.Repository.SaveAsync(bundle, new SaveOptions { Chunked = true });
        (await stage.CountAsync("packs")).ShouldBe(2);
        (await stage.CountAsync("chunked")).ShouldBe(1);
        (await stage.CountAsync("blobs")).ShouldBe(2, "what is up to 1 MiB stays whole");
        (await stage.CountAsync("staging")).ShouldBe(0);
        (await stage.Repository.LoadAsync<Bundle>(chunked.Digest)).ShouldEqual(bundle);

        var files = await stage.FilesAsync();
        (await stage.Repository.SaveAsync(bundle)).Digest.ShouldBe(chunked.Digest, "whichever way it is stored");
        (await stage.Repository.SaveAsync(bundle, new SaveOptions { Chunked = true })).Digest.ShouldBe(chunked.Digest);
        var near = large.AsSpan().ToArray();
        near[5_000_000] ^= 1;
        var saved = await stage.Repository.SaveAsync(Bundle.Of(("large", near)), new SaveOptions { Chunked = true });
        var added = (await stage.FilesAsync()).Except(files).Where(f => f.EndsWith(".pack", StringComparison.Ordinal)).ToList();
        (await stage.Store.GetLengthAsync(added.ShouldHaveSingleItem())).ShouldBeLessThanOrEqualTo(2 * FastCdc.Max);
        (await stage.Repository.LoadAsync<Bundle>(saved.Digest)).Files["large"].AsSpan().SequenceEqual(near).ShouldBeTrue();
        (await stage.Repository.VerifyAllAsync().Where(c => !c.IsIntact).ToListAsync()).ShouldBeEmpty();
        (await stage.Repository.VerifyAsync(saved.Digest).CountAsync(c => c.IsIntact)).ShouldBe(2);
    }

    [Fact]
    public async Task The_default_of_a_store_is_kept_and_copies_follow_that_of_the_target()
    {
        await using var stage = await Stage.OpenAsync(local: true);
        await using var to = await Stage.OpenAsync(local: true);
        await stage.Repository.SetChunkedByDefaultAsync(true);
        await stage.Repository.SetChunkedByDefaultAsync(true);
        (await stage.Store.ReadTextAsync("cairn.json")).ShouldContain("\"chunked\":true");
        var again = new ArtifactRepository(stage.Store, stage.Repository.Materializers, StorePath.Root);
        var bundle = Bundle.Of(("large", Bytes.Of(3 << 20, 1)));
        var saved = await again.SaveAsync(bundle);
        (await stage.CountAsync("chunked")).ShouldBe(1);
        (await again.DeleteAsync(saved.Digest)).ShouldBeTrue();
        (await again.SaveAsync(bundle)).Digest.ShouldBe(saved.Digest);

        (await again.CopyToAsync(saved.Digest, to.Repository)).BytesCopied.ShouldBe((3 << 20) + saved.ManifestLength);
        (await to.CountAsync("chunked")).ShouldBe(0);
        (await again.CopyToAsync(saved.Digest, to.Repository)).BytesCopied.ShouldBe(0);
        await using var chunks = await Stage.OpenAsync(local: true);
        await chunks.Repository.SetChunkedByDefaultAsync(true);
        await to.Repository.CopyToAsync(saved.Digest, chunks.Repository);
        (await chunks.CountAsync("chunked")).ShouldBe(1);
        (await again.CopyToAsync(saved.Digest, chunks.Repository)).BytesCopied.ShouldBe(0);
        (await chunks.Repository.LoadAsync<Bundle>(saved.Digest)).ShouldEqual(bundle);

        // Tools of others know whole blobs alone.
        await using var layout = await Stage.OpenAsync(local: true);
        await chunks.Repository.ExportOciAsync(saved.Digest, layout.Store, "v1");
        (await layout.FilesAsync()).ShouldContain($"blobs/sha256/{saved.Manifest.Files[0].Digest.Hex}");
        await using var imported = await Stage.OpenAsync(local: true);
        (await imported.Repository.ImportOciAsync(layout.Store, "v1")).Digest.ShouldBe(saved.Digest);
    }

    [Fact]
    public async Task Damage_of_packs_indexes_and_recipes_is_found_and_refused()
    {
        await using var stage = await Stage.OpenAsync(local: true);
        var bundle = Bundle.Of(("large", Bytes.Of(3 << 20, 1)));
        var saved = await stage.Repository.SaveAsync(bundle, new SaveOptions { Chunked = true });
        var files = (await stage.FilesAsync()).Where(f => f.StartsWith("packs", StringComparison.Ordinal) || f.StartsWith("chunked", StringComparison.Ordinal)).ToList();
        files.Count.ShouldBe(3);
        foreach (var file in files)
        {
            var intact = await stage.Store.ReadBytesAsync(file);
            foreach (var damaged in new[] { Flipped(intact, 0), Flipped(intact, intact.Length / 2), Flipped(intact, intact.Length - 1), intact[..^1], [], [.. intact, 0] })
            {
                await stage.Store.WriteBytesAsync(file, damaged, WriteMode.Replace);
                (await stage.Repository.VerifyAllAsync().Where(c => !c.IsIntact).Select(c => c.Path.Value).ToListAsync()).ShouldContain(file);
                if (file.EndsWith(".index", StringComparison.Ordinal) || damaged.Length > intact.Length && file.EndsWith(".pack", StringComparison.Ordinal))
                    (await stage.Repository.LoadAsync<Bundle>(saved.Digest)).ShouldEqual(bundle);
                else
                    (await Should.ThrowAsync<StoreException>(() => stage.Repository.LoadAsync<Bundle>(saved.Digest))).Code
                        .ShouldBeOneOf(StoreErrorCode.IntegrityFailure, StoreErrorCode.RangeNotSatisfiable);
            }
            await stage.Store.RemoveAsync(file);
            if (!file.EndsWith(".index", StringComparison.Ordinal))
            {
                (await stage.Repository.VerifyAllAsync().CountAsync(c => !c.IsIntact)).ShouldBeGreaterThan(0);
                (await Should.ThrowAsync<StoreException>(() => stage.Repository.LoadAsync<Bundle>(saved.Digest))).Code.ShouldBe(StoreErrorCode.NotFound);
            }
            await stage.Store.WriteBytesAsync(file, intact, WriteMode.CreateNew);
        }
        (await stage.Repository.LoadAsync<Bundle>(saved.Digest)).ShouldEqual(bundle);

        static byte[] Flipped(byte[] bytes, int at)
        {
            var damaged = bytes.AsSpan().ToArray();
            damaged[at] ^= 4;
            return damaged;
        }
    }

    [Fact]
    public async Task A_damaged_index_is_not_used_for_saving()
    {
        await using var stage = await Stage.OpenAsync(local: true);
        var bundle = Bundle.Of(("large", Bytes.Of(3 << 20, 1)));
        await stage.Repository.SaveAsync(bundle, new SaveOptions { Chunked = true });
        var index = (await stage.FilesAsync()).Single(f => f.EndsWith(".index", StringComparison.Ordinal));
        await stage.Store.WriteBytesAsync(index, new byte[] { 1, 2, 3 }, WriteMode.Replace);
        var near = Bundle.Of(("large", [.. Bytes.Of(3 << 20, 1), 7]));
        var saved = await new ArtifactRepository(stage.Store, stage.Repository.Materializers, StorePath.Root).SaveAsync(near, new SaveOptions { Chunked = true });
        (await stage.Repository.LoadAsync<Bundle>(saved.Digest)).ShouldEqual(near);
    }

    /// <summary>Random damage of recipes and indexes: read as nothing, or as exactly what was written.</summary>
    [Fact]
    public void Indexes_and_recipes_are_believed_in_nothing()
    {
        var random = new Random(6);
        var chunks = Enumerable.Range(1, 40).Select(i => new PackedChunk(BlobDigest.Of([(byte)i]), i * 100)).ToList();
        var index = PackIndex.Write(chunks);
        var pack = BlobDigest.Of(index);
        PackIndex.Read(pack, index).ShouldBe(chunks);
        var blob = BlobDigest.Of("x"u8);
        var recipe = new ChunkRecipe(blob, 300, [pack, blob], [new(0, 0, 100), new(1, 7, 50), new(0, 100, 150)]);
        var written = recipe.Write();
        var read = ChunkRecipe.Read(blob, written).ShouldNotBeNull();
        (read.Length, read.Digest).ShouldBe((300, blob));
        read.Packs.ShouldBe(recipe.Packs);
        read.Runs.ShouldBe(recipe.Runs);
        for (var i = 0; i < 10_000; i++)
        {
            PackIndex.Read(pack, Damaged(index)).ShouldBeNull();
            ChunkRecipe.Read(blob, Damaged(written)).ShouldBeNull();
        }
        // Lies with a right checksum.
        foreach (var lie in new[] { recipe with { Length = 299 }, recipe with { Runs = [new(2, 0, 300)] }, recipe with { Runs = [new(0, -1, 300)] },
            recipe with { Runs = [new(0, 0, 0), new(0, 0, 300)] }, recipe with { Runs = [new(0, int.MaxValue, 300)] }, recipe with { Digest = pack } })
            ChunkRecipe.Read(blob, lie.Write()).ShouldBeNull();
        foreach (var lie in (PackedChunk[][])[[new(blob, 0)], [new(blob, -5)], [new(blob, FastCdc.Max + 1)]])
        {
            var lying = PackIndex.Write(lie);
            PackIndex.Read(BlobDigest.Of(lying), lying).ShouldBeNull();
        }

        byte[] Damaged(byte[] bytes)
        {
            if (random.Next(3) == 0)
                return bytes[..random.Next(bytes.Length)];
            var damaged = bytes.AsSpan().ToArray();
            damaged[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            return damaged;
        }
    }

    private const string Known = "49501,50755,75561,81118,53558,154619,56306,63760,55126,103478,24456,53365,79870,44865,53662";

    private static List<int> Cuts(ReadOnlySpan<byte> data)
    {
        var cuts = new List<int>();
        for (; data.Length > 0; data = data[cuts[^1]..])
            cuts.Add(FastCdc.Cut(data));
        return cuts;
    }

    private static HashSet<BlobDigest> Digests(ReadOnlySpan<byte> data)
    {
        var digests = new HashSet<BlobDigest>();
        foreach (var length in Cuts(data))
        {
            digests.Add(BlobDigest.Of(data[..length]));
            data = data[length..];
        }
        return digests;
    }
}
