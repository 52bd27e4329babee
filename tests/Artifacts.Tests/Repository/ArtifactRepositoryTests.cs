using System.Text;
using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Tests.Drivers;

namespace Cairn.Tests.Artifacts;

public sealed class ArtifactRepositoryTests
{
    private static readonly Bundle Mixed = Bundle.Of(("empty", []), ("tiny", [1, 2, 3]), ("sub/small", Bytes.Of(10_000, 2)), ("sub/large", Bytes.Of(700_000, 3)), ("sub/same", Bytes.Of(700_000, 3)));

    public static TheoryData<bool> Stores => Stage.Both;

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task What_is_saved_is_loaded_by_its_digest_and_stored_once(bool local)
    {
        await using var stage = await Stage.OpenAsync(local);
        var repository = stage.Repository;
        var saved = await repository.SaveAsync(Mixed, new SaveOptions { Metadata = new Dictionary<string, string> { ["source"] = "test" } });
        (await repository.LoadAsync<Bundle>(saved.Digest)).ShouldEqual(Mixed);
        ((Bundle)await repository.LoadAsync<object>(saved.Digest)).ShouldEqual(Mixed);
        var files = await stage.FilesAsync();
        files.Count(f => f.StartsWith("blobs/sha256/", StringComparison.Ordinal)).ShouldBe(4, "small, large once, empty, and the manifest, which holds tiny");
        files.ShouldContain("cairn.json");
        files.ShouldContain("oci-layout");
        files.ShouldNotContain(f => f.StartsWith("staging", StringComparison.Ordinal));

        (await repository.SaveAsync(Mixed, new SaveOptions { Metadata = new Dictionary<string, string> { ["source"] = "test" } })).Digest.ShouldBe(saved.Digest);
        (await stage.FilesAsync()).ShouldBe(files);

        var stat = await repository.StatAsync(saved.Digest);
        stat.Manifest.TypeName.ShouldBe("Cairn.Tests.Artifacts.Bundle");
        stat.Manifest.Facts["files"].ShouldBe("5");
        stat.Manifest.Metadata["source"].ShouldBe("test");
        stat.Manifest.TotalLength.ShouldBe(1_410_003);
        stat.Manifest.Files.Select(f => f.Name.Value).ShouldBe(Mixed.Files.Keys);
        await foreach (var check in repository.VerifyAllAsync())
            check.IsIntact.ShouldBeTrue(check.ToString());
        var all = await stage.Root.ListAsync(default, new() { Recursive = true }).Select(f => f.Path.Value).ToListAsync();
        all.ShouldBe(files.Select(f => "artifacts/" + f), "everything is in one folder of the store");
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_file_of_an_artifact_is_opened_alone(bool local)
    {
        await using var stage = await Stage.OpenAsync(local);
        var saved = await stage.Repository.SaveAsync(Mixed);
        await using (var stream = await stage.Repository.OpenFileAsync(saved.Digest, "sub/large"))
            (await Bytes.ReadAllAsync(stream)).ShouldBe(Mixed.Files["sub/large"]);
        (await Should.ThrowAsync<StoreException>(() => stage.Repository.OpenFileAsync(saved.Digest, "nope"))).Code.ShouldBe(StoreErrorCode.NotFound);
        (await Should.ThrowAsync<MaterializationException>(() => stage.Repository.OpenFileAsync(saved.Digest))).Message.ShouldContain("has 5");
        await using var reader = await stage.Repository.OpenAsync(saved.Digest);
        var path = await reader.GetLocalFileAsync("sub/small");
        Path.GetFileName(path).ShouldBe("small");
        File.ReadAllBytes(path).ShouldBe(Mixed.Files["sub/small"]);
        await reader.DisposeAsync();
        File.Exists(path).ShouldBeFalse();
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Parts_of_a_file_are_opened(bool local, bool chunked)
    {
        await using var stage = await Stage.OpenAsync(local);
        var large = Bytes.Of(1_200_000);
        var saved = await stage.Repository.SaveAsync(Bundle.Of(("large", large), ("small", Bytes.Of(50))), new SaveOptions { Chunked = chunked });
        await using var reader = await stage.Repository.OpenAsync(saved.Digest);
        foreach (var (offset, length) in new[] { (0, 1), (0, 1_200_000), (65_536, 70_000), (700_001, 499_999), (1_199_999, 1) })
        {
            await using var part = await reader.OpenRangeAsync("large", new(offset, length));
            (await Bytes.ReadAllAsync(part)).ShouldBe(large[offset..(offset + length)]);
        }
        await using (var rest = await reader.OpenRangeAsync("small", new(20)))
            (await Bytes.ReadAllAsync(rest)).ShouldBe(Bytes.Of(50)[20..]);
        (await Should.ThrowAsync<StoreException>(async () => await reader.OpenRangeAsync("small", new(20, 31)))).Code.ShouldBe(StoreErrorCode.RangeNotSatisfiable);
        (await Should.ThrowAsync<StoreException>(async () => await reader.OpenRangeAsync("large", new(1_200_000, 1)))).Code.ShouldBe(StoreErrorCode.RangeNotSatisfiable);
        (await Should.ThrowAsync<StoreException>(async () => await reader.OpenRangeAsync("nope", new(0, 1)))).Code.ShouldBe(StoreErrorCode.NotFound);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_materializer_that_fails_leaves_nothing_visible_and_nothing_staged(bool local)
    {
        await using var stage = await Stage.OpenAsync(local);
        stage.Bundles.OnSaved = writer =>
        {
            writer.Create("open").Write(Bytes.Of(400_000));
            throw new InvalidDataException("no.");
        };
        var error = await Should.ThrowAsync<MaterializationException>(() => stage.Repository.SaveAsync(Mixed));
        error.Message.ShouldBe("Cannot save a Cairn.Tests.Artifacts.Bundle: InvalidDataException: no (materializer bundle).");
        (await stage.CountAsync("staging")).ShouldBe(0);
        var left = await stage.FilesAsync();
        stage.Bundles.OnSaved = writer =>
        {
            writer.Create("open");
            return ValueTask.CompletedTask;
        };
        (await Should.ThrowAsync<MaterializationException>(() => stage.Repository.SaveAsync(Mixed))).Message.ShouldContain("was not disposed");
        stage.Bundles.OnSaved = writer =>
        {
            Should.Throw<ArgumentException>(() => writer.Create("tiny")).Message.ShouldContain("already");
            return ValueTask.CompletedTask;
        };
        var saved = await stage.Repository.SaveAsync(Mixed);
        left.ShouldNotContain($"blobs/sha256/{saved.Digest.Hex}");
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Each_flipped_byte_is_refused_and_found(bool local)
    {
        await using var stage = await Stage.OpenAsync(local);
        var repository = stage.Repository;
        var other = await repository.SaveAsync(Bundle.Of(("other", Bytes.Of(5000, 9))));
        var saved = await repository.SaveAsync(Mixed);
        var store = stage.Store;
        foreach (var file in (await stage.FilesAsync()).Where(f => f.StartsWith("blobs", StringComparison.Ordinal)))
        {
            var intact = await store.ReadBytesAsync(file);
            if (intact.Length == 0)
                continue;
            foreach (var at in new[] { 0, intact.Length / 2, intact.Length - 1 })
            {
                var damaged = (byte[])intact.Clone();
                damaged[at] ^= 0x10;
                await store.WriteBytesAsync(file, damaged, WriteMode.Replace);
                (await repository.VerifyAllAsync().Where(c => !c.IsIntact).Select(c => c.Path.Value).ToListAsync()).ShouldBe([file]);
                var load = () => repository.LoadAsync<Bundle>(saved.Digest);
                var needed = saved.Manifest.Files.Any(f => file.EndsWith(f.Digest.Hex, StringComparison.Ordinal)) || file.EndsWith(saved.Digest.Hex, StringComparison.Ordinal);
                if (needed)
                {
                    (await Should.ThrowAsync<StoreException>(load)).Code.ShouldBe(StoreErrorCode.IntegrityFailure);
                    (await repository.LoadAsync<Bundle>(other.Digest)).Files["other"].ShouldBe(Bytes.Of(5000, 9));
                }
                else
                    (await load()).ShouldEqual(Mixed);
            }
            await store.WriteBytesAsync(file, intact[..^1], WriteMode.Replace);
            (await repository.VerifyAllAsync().CountAsync(c => !c.IsIntact)).ShouldBe(1);
            await store.WriteBytesAsync(file, intact, WriteMode.Replace);
        }
        (await repository.LoadAsync<Bundle>(saved.Digest)).ShouldEqual(Mixed);
    }

    [Fact]
    public async Task Damage_is_told_as_damage_though_the_materializer_stumbles_over_it_or_reads_too_little()
    {
        await using var stage = await Stage.OpenAsync(local: true);
        var saved = await stage.Repository.SaveAsync(Bundle.Of(("a", Bytes.Of(50_000))));
        var blob = (await stage.Repository.StatAsync(saved.Digest)).Manifest.Files[0].Digest.Hex;
        var bytes = Bytes.Of(50_000);
        bytes[^1] ^= 1;
        await stage.Store.WriteBytesAsync($"blobs/sha256/{blob}", bytes, WriteMode.Replace);
        stage.Bundles.OnLoad = async reader =>
        {
            await using var stream = await reader.OpenAsync("a");
            await stream.ReadExactlyAsync(new byte[10]);
            throw new FormatException("not what I expected");
        };
        (await Should.ThrowAsync<StoreException>(() => stage.Repository.LoadAsync<Bundle>(saved.Digest))).Code.ShouldBe(StoreErrorCode.IntegrityFailure);
        await stage.Store.WriteBytesAsync($"blobs/sha256/{blob}", Bytes.Of(50_000), WriteMode.Replace);
        (await Should.ThrowAsync<MaterializationException>(() => stage.Repository.LoadAsync<Bundle>(saved.Digest))).Message.ShouldBe(
            $"Cannot load {saved} as Cairn.Tests.Artifacts.Bundle: FormatException: not what I expected; it was saved as Cairn.Tests.Artifacts.Bundle by bundle 1 (materializer bundle).");
    }

    [Fact]
    public async Task Missing_blobs_are_found_and_the_check_goes_on_where_it_stopped()
    {
        await using var stage = await Stage.OpenAsync(local: true);
        var saved = await stage.Repository.SaveAsync(Mixed);
        var blobs = (await stage.FilesAsync()).Where(f => f.StartsWith("blobs", StringComparison.Ordinal)).Select(f => BlobDigest.Parse("sha256:" + f.Split('/')[2])).ToList();
        (await stage.Repository.VerifyAllAsync(blobs[1]).Select(c => c.Digest).ToListAsync()).Order().ShouldBe(blobs[2..]);
        var large = saved.Manifest.Files.Single(f => f.Name == "sub/large").Digest.Hex;
        await stage.Store.RemoveAsync($"blobs/sha256/{large}");
        await stage.Store.WriteTextAsync("blobs/sha256/readme", "x", WriteMode.CreateNew);
        var problems = await stage.Repository.VerifyAllAsync().Where(c => !c.IsIntact).ToListAsync();
        problems.Count.ShouldBe(2);
        problems.ShouldContain(p => p.Digest.Hex == large && p.Problem!.Contains("missing"));
        problems.ShouldContain(p => p.Path.Name == "readme");
        (await stage.Repository.VerifyAsync(saved.Digest).Where(c => !c.IsIntact).Select(c => c.Digest.Hex).ToListAsync()).ShouldBe([large]);
        (await Should.ThrowAsync<StoreException>(() => stage.Repository.LoadAsync<Bundle>(saved.Digest))).Code.ShouldBe(StoreErrorCode.NotFound);
    }

    [Fact]
    public async Task Only_blobs_that_are_missing_travel()
    {
        await using var from = await Stage.OpenAsync(local: true);
        await using var to = await Stage.OpenAsync(local: false);
        var large = Bytes.Of(700_000, 3);
        await to.Repository.SaveAsync(Bundle.Of(("x", large)));
        var saved = await from.Repository.SaveAsync(Mixed);
        var (artifact, bytes) = await from.Repository.CopyToAsync(saved.Digest, to.Repository);
        artifact.Digest.ShouldBe(saved.Digest);
        bytes.ShouldBe(10_000 + saved.ManifestLength);
        (await to.Repository.LoadAsync<Bundle>(saved.Digest)).ShouldEqual(Mixed);
        (await from.Repository.CopyToAsync(saved.Digest, to.Repository)).BytesCopied.ShouldBe(0);
    }

    [Fact]
    public async Task A_copy_of_damaged_blobs_is_refused()
    {
        await using var from = await Stage.OpenAsync(local: true);
        await using var to = await Stage.OpenAsync(local: true);
        var saved = await from.Repository.SaveAsync(Bundle.Of(("a", Bytes.Of(9000))));
        await from.Store.WriteBytesAsync($"blobs/sha256/{saved.Manifest.Files[0].Digest.Hex}", new byte[9000], WriteMode.Replace);
        (await Should.ThrowAsync<StoreException>(() => from.Repository.CopyToAsync(saved.Digest, to.Repository))).Code.ShouldBe(StoreErrorCode.IntegrityFailure);
        (await to.CountAsync("blobs")).ShouldBe(0);
    }

    [Fact]
    public async Task Deleting_takes_the_manifest()
    {
        await using var stage = await Stage.OpenAsync(local: true);
        var repository = stage.Repository;
        var saved = await repository.SaveAsync(Mixed);
        var blob = BlobDigest.From(saved.Manifest.Files.Single(f => f.Name == "sub/small").Digest);
        (await Should.ThrowAsync<StoreException>(() => repository.DeleteAsync(blob))).Code.ShouldBe(StoreErrorCode.Unsupported);
        (await repository.DeleteAsync(saved.Digest)).ShouldBeTrue();
        (await Should.ThrowAsync<StoreException>(() => repository.StatAsync(saved.Digest))).Code.ShouldBe(StoreErrorCode.NotFound);
        (await repository.DeleteAsync(saved.Digest)).ShouldBeFalse();
        (await repository.SaveAsync(Mixed)).Digest.ShouldBe(saved.Digest);
        (await repository.LoadAsync<Bundle>(saved.Digest)).ShouldEqual(Mixed);
    }

    [Fact]
    public async Task A_wrong_type_a_newer_version_and_an_unknown_materializer_say_what_is_stored()
    {
        await using var stage = await Stage.OpenAsync(local: true);
        var saved = await stage.Repository.SaveAsync(Mixed);
        (await Should.ThrowAsync<MaterializationException>(() => stage.Repository.LoadAsync<string>(saved.Digest))).Message.ShouldBe(
            $"Cannot load {saved} as String: it was saved as Cairn.Tests.Artifacts.Bundle by bundle 1, which can be loaded as Cairn.Tests.Artifacts.Bundle (materializer bundle).");
        var none = new ArtifactRepository(stage.Store, new MaterializerRegistry(), StorePath.Root);
        (await Should.ThrowAsync<MaterializationException>(() => none.LoadAsync<Bundle>(saved.Digest))).Message.ShouldContain("not registered");
        await using (var stream = await none.OpenFileAsync(saved.Digest, "tiny"))
            (await Bytes.ReadAllAsync(stream)).ShouldBe([1, 2, 3]);
        (await none.PreviewAsync(saved.Digest)).ShouldBeNull();
        var newer = new BundleMaterializer { Version = 3 };
        var later = new ArtifactRepository(stage.Store, new MaterializerRegistry().Add(newer), StorePath.Root);
        (await later.LoadAsync<Bundle>(saved.Digest)).ShouldEqual(Mixed);
        newer.Migrated.ShouldBe(1);
        var n = await later.SaveAsync(Mixed);
        (await Should.ThrowAsync<MaterializationException>(() => stage.Repository.LoadAsync<Bundle>(n.Digest))).Message.ShouldContain("reads up to version 1");
    }

    [Fact]
    public async Task A_materializer_is_two_lambdas()
    {
        await using var stage = await Stage.OpenAsync(local: true);
        stage.Repository.Materializers
            .Add<StringBuilder>("builder", "text/plain", async (b, s, c) => await s.WriteAsync(Encoding.UTF8.GetBytes(b.ToString()), c),
                async (s, c) => new(await new StreamReader(s).ReadToEndAsync(c)))
            .AddLocalFile<Version>("version", "text/plain", "v.txt", (v, file) => File.WriteAllText(file, v.ToString()), file => Path.GetExtension(file) == ".txt"
                ? Version.Parse(File.ReadAllText(file)) : new());
        var saved = await stage.Repository.SaveAsync(new StringBuilder("hello"));
        (await stage.Repository.LoadAsync<StringBuilder>(saved.Digest)).ToString().ShouldBe("hello");
        var vSaved = await stage.Repository.SaveAsync<object>(new Version(1, 2));
        (await stage.Repository.LoadAsync<Version>(vSaved.Digest)).ShouldBe(new(1, 2));
        stage.Repository.Materializers.AddLocalFile<Uri>("lazy", "text/plain", "u", (_, _) => { }, _ => new("urn:a"));
        (await Should.ThrowAsync<MaterializationException>(() => stage.Repository.SaveAsync(new Uri("urn:a")))).Message.ShouldContain("announced and not written");
    }

    [Fact]
    public async Task Downloading_places_each_file_whole_or_not_at_all()
    {
        await using var stage = await Stage.OpenAsync(local: true);
        var saved = await stage.Repository.SaveAsync(Mixed);
        var folder = stage.Folder!["out"];
        await stage.Repository.DownloadAsync(saved.Digest, folder);
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Length.ShouldBe(5);
        File.ReadAllBytes(Path.Join(folder, "sub", "large")).ShouldBe(Mixed.Files["sub/large"]);
        (await Should.ThrowAsync<StoreException>(() => stage.Repository.DownloadAsync(saved.Digest, folder))).Message.ShouldContain("empty");
        File.WriteAllText(Path.Join(folder, "tiny"), "old");
        File.WriteAllText(Path.Join(folder, "own"), "of the user");
        await stage.Repository.DownloadAsync(saved.Digest, folder, replace: true);
        (File.ReadAllBytes(Path.Join(folder, "tiny")), File.ReadAllText(Path.Join(folder, "own"))).ShouldSatisfyAllConditions(
            f => f.Item1.ShouldBe(Mixed.Files["tiny"]), f => f.Item2.ShouldBe("of the user"));
        await stage.Store.WriteBytesAsync($"blobs/sha256/{saved.Manifest.Files[2].Digest.Hex}", new byte[10_000], WriteMode.Replace);
        (await Should.ThrowAsync<StoreException>(() => stage.Repository.DownloadAsync(saved.Digest, stage.Folder["other"]))).Code.ShouldBe(StoreErrorCode.IntegrityFailure);
        Directory.GetFiles(stage.Folder["other"], "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order().ShouldBe(["empty", "tiny"]);
    }
}
