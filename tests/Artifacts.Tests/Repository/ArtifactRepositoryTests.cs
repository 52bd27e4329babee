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
    public async Task What_is_saved_is_loaded_by_digest_and_by_name_and_stored_once(bool local)
    {
        await using var stage = await Stage.OpenAsync(local);
        var repository = stage.Repository;
        var saved = await repository.SaveAsync(Mixed, new SaveOptions { Name = "data/mixed", Metadata = new Dictionary<string, string> { ["source"] = "test" } });
        (await repository.LoadAsync<Bundle>("data/mixed")).ShouldEqual(Mixed);
        (await repository.LoadAsync<Bundle>(saved.Digest.ToString())).ShouldEqual(Mixed);
        ((Bundle)await repository.LoadAsync<object>("data/mixed")).ShouldEqual(Mixed);
        var files = await stage.FilesAsync();
        files.Count(f => f.StartsWith("blobs/sha256/", StringComparison.Ordinal)).ShouldBe(4, "small, large once, empty, and the manifest, which holds tiny");
        files.ShouldContain("cairn.json");
        files.ShouldContain("oci-layout");
        files.ShouldNotContain(f => f.StartsWith("staging", StringComparison.Ordinal));

        (await repository.SaveAsync(Mixed, new SaveOptions { Metadata = new Dictionary<string, string> { ["source"] = "test" } })).Digest.ShouldBe(saved.Digest);
        (await stage.FilesAsync()).ShouldBe(files);

        var stat = await repository.StatAsync("data/mixed");
        stat.Manifest.TypeName.ShouldBe("Cairn.Tests.Artifacts.Bundle");
        stat.Manifest.Facts["files"].ShouldBe("5");
        stat.Manifest.Metadata["source"].ShouldBe("test");
        stat.Manifest.TotalLength.ShouldBe(1_410_003);
        stat.Manifest.Files.Select(f => f.Name.Value).ShouldBe(Mixed.Files.Keys);
        await foreach (var check in repository.VerifyAllAsync())
            check.IsIntact.ShouldBeTrue(check.ToString());
        (await repository.Names.ListAsync().ToListAsync()).ShouldBe(["data/mixed"]);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_file_of_an_artifact_is_opened_alone(bool local)
    {
        await using var stage = await Stage.OpenAsync(local);
        await stage.Repository.SaveAsync(Mixed, "m");
        await using (var stream = await stage.Repository.OpenFileAsync("m", "sub/large"))
            (await Bytes.ReadAllAsync(stream)).ShouldBe(Mixed.Files["sub/large"]);
        (await Should.ThrowAsync<StoreException>(() => stage.Repository.OpenFileAsync("m", "nope"))).Code.ShouldBe(StoreErrorCode.NotFound);
        (await Should.ThrowAsync<MaterializationException>(() => stage.Repository.OpenFileAsync("m"))).Message.ShouldContain("has 5");
        await using var reader = await stage.Repository.OpenAsync("m");
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
        await stage.Repository.SaveAsync(Bundle.Of(("large", large), ("small", Bytes.Of(50))), new SaveOptions { Name = "m", Chunked = chunked });
        await using var reader = await stage.Repository.OpenAsync("m");
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
        var error = await Should.ThrowAsync<MaterializationException>(() => stage.Repository.SaveAsync(Mixed, "m"));
        error.Message.ShouldBe("Cannot save a Cairn.Tests.Artifacts.Bundle: InvalidDataException: no (materializer bundle).");
        (await stage.CountAsync("staging")).ShouldBe(0);
        (await stage.CountAsync("names")).ShouldBe(0);
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
        await stage.Repository.SaveAsync(Mixed);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Each_flipped_byte_is_refused_and_found(bool local)
    {
        await using var stage = await Stage.OpenAsync(local);
        var repository = stage.Repository;
        var other = await repository.SaveAsync(Bundle.Of(("other", Bytes.Of(5000, 9))));
        var saved = await repository.SaveAsync(Mixed, "m");
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
                var load = () => repository.LoadAsync<Bundle>("m");
                var needed = saved.Manifest.Files.Any(f => file.EndsWith(f.Digest.Hex, StringComparison.Ordinal)) || file.EndsWith(saved.Digest.Hex, StringComparison.Ordinal);
                if (needed)
                {
                    (await Should.ThrowAsync<StoreException>(load)).Code.ShouldBe(StoreErrorCode.IntegrityFailure);
                    (await repository.LoadAsync<Bundle>(other.Digest.ToString())).Files["other"].ShouldBe(Bytes.Of(5000, 9));
                }
                else
                    (await load()).ShouldEqual(Mixed);
            }
            await store.WriteBytesAsync(file, intact[..^1], WriteMode.Replace);
            (await repository.VerifyAllAsync().CountAsync(c => !c.IsIntact)).ShouldBe(1);
            await store.WriteBytesAsync(file, intact, WriteMode.Replace);
        }
        (await repository.LoadAsync<Bundle>("m")).ShouldEqual(Mixed);
    }

    [Fact]
    public async Task Damage_is_told_as_damage_though_the_materializer_stumbles_over_it_or_reads_too_little()
    {
        await using var stage = await Stage.OpenAsync(local: true);
        await stage.Repository.SaveAsync(Bundle.Of(("a", Bytes.Of(50_000))), "m");
        var blob = (await stage.Repository.StatAsync("m")).Manifest.Files[0].Digest.Hex;
        var bytes = Bytes.Of(50_000);
        bytes[^1] ^= 1;
        await stage.Store.WriteBytesAsync($"blobs/sha256/{blob}", bytes, WriteMode.Replace);
        stage.Bundles.OnLoad = async reader =>
        {
            await using var stream = await reader.OpenAsync("a");
            await stream.ReadExactlyAsync(new byte[10]);
            throw new FormatException("not what I expected");
        };
        (await Should.ThrowAsync<StoreException>(() => stage.Repository.LoadAsync<Bundle>("m"))).Code.ShouldBe(StoreErrorCode.IntegrityFailure);
        await stage.Store.WriteBytesAsync($"blobs/sha256/{blob}", Bytes.Of(50_000), WriteMode.Replace);
        (await Should.ThrowAsync<MaterializationException>(() => stage.Repository.LoadAsync<Bundle>("m"))).Message.ShouldBe(
            "Cannot load m as Cairn.Tests.Artifacts.Bundle: FormatException: not what I expected; it was saved as Cairn.Tests.Artifacts.Bundle by bundle 1 (materializer bundle).");
    }

    [Fact]
    public async Task Missing_blobs_are_found_and_the_check_goes_on_where_it_stopped()
    {
        await using var stage = await Stage.OpenAsync(local: true);
        var saved = await stage.Repository.SaveAsync(Mixed, "m");
        var blobs = (await stage.FilesAsync()).Where(f => f.StartsWith("blobs", StringComparison.Ordinal)).Select(f => BlobDigest.Parse("sha256:" + f.Split('/')[2])).ToList();
        (await stage.Repository.VerifyAllAsync(blobs[1]).Select(c => c.Digest).ToListAsync()).Order().ShouldBe(blobs[2..]);
        var large = saved.Manifest.Files.Single(f => f.Name == "sub/large").Digest.Hex;
        await stage.Store.RemoveAsync($"blobs/sha256/{large}");
        await stage.Store.WriteTextAsync("blobs/sha256/readme", "x", WriteMode.CreateNew);
        var problems = await stage.Repository.VerifyAllAsync().Where(c => !c.IsIntact).ToListAsync();
        problems.Count.ShouldBe(2);
        problems.ShouldContain(p => p.Digest.Hex == large && p.Problem!.Contains("missing"));
        problems.ShouldContain(p => p.Path.Name == "readme");
        (await stage.Repository.VerifyAsync("m").Where(c => !c.IsIntact).Select(c => c.Digest.Hex).ToListAsync()).ShouldBe([large]);
        (await Should.ThrowAsync<StoreException>(() => stage.Repository.LoadAsync<Bundle>("m"))).Code.ShouldBe(StoreErrorCode.NotFound);
    }

    [Fact]
    public async Task Only_blobs_that_are_missing_travel()
    {
        await using var from = await Stage.OpenAsync(local: true);
        await using var to = await Stage.OpenAsync(local: false);
        var large = Bytes.Of(700_000, 3);
        await to.Repository.SaveAsync(Bundle.Of(("x", large)));
        var saved = await from.Repository.SaveAsync(Mixed, "m");
        var (artifact, bytes) = await from.Repository.CopyToAsync("m", to.Repository, "copied");
        artifact.Digest.ShouldBe(saved.Digest);
        bytes.ShouldBe(10_000 + saved.ManifestLength);
        (await to.Repository.LoadAsync<Bundle>("copied")).ShouldEqual(Mixed);
        (await from.Repository.CopyToAsync("m", to.Repository)).BytesCopied.ShouldBe(0);
    }

    [Fact]
    public async Task A_copy_of_damaged_blobs_is_refused()
    {
        await using var from = await Stage.OpenAsync(local: true);
        await using var to = await Stage.OpenAsync(local: true);
        var saved = await from.Repository.SaveAsync(Bundle.Of(("a", Bytes.Of(9000))));
        await from.Store.WriteBytesAsync($"blobs/sha256/{saved.Manifest.Files[0].Digest.Hex}", new byte[9000], WriteMode.Replace);
        (await Should.ThrowAsync<StoreException>(() => from.Repository.CopyToAsync(saved.Digest.ToString(), to.Repository))).Code.ShouldBe(StoreErrorCode.IntegrityFailure);
        (await to.CountAsync("blobs")).ShouldBe(0);
    }

    [Fact]
    public async Task Deleting_takes_the_manifest_and_the_name()
    {
        await using var stage = await Stage.OpenAsync(local: true);
        var repository = stage.Repository;
        var saved = await repository.SaveAsync(Mixed, "m");
        await repository.SaveAsync(Mixed, "again");
        var blob = saved.Manifest.Files.Single(f => f.Name == "sub/small").Digest;
        (await Should.ThrowAsync<StoreException>(() => repository.DeleteAsync(blob.ToString()))).Code.ShouldBe(StoreErrorCode.Unsupported);
        (await repository.DeleteAsync("m")).ShouldBeTrue();
        (await Should.ThrowAsync<StoreException>(() => repository.StatAsync("m"))).Code.ShouldBe(StoreErrorCode.NotFound);
        (await Should.ThrowAsync<StoreException>(() => repository.StatAsync("again"))).Code.ShouldBe(StoreErrorCode.NotFound);
        (await repository.DeleteAsync(saved.Digest.ToString())).ShouldBeFalse();
        (await repository.SaveAsync(Mixed)).Digest.ShouldBe(saved.Digest);
        (await repository.LoadAsync<Bundle>("again")).ShouldEqual(Mixed);
    }

    [Fact]
    public async Task Of_two_writers_of_a_name_the_later_loses_and_its_artifact_stays()
    {
        await using var stage = await Stage.OpenAsync(local: true);
        await stage.Repository.SaveAsync(Bundle.Of(("a", [1])), "m");
        var other = new ArtifactRepository(stage.Store, new MaterializerRegistry().Add(new BundleMaterializer()));
        stage.Bundles.OnSaved = async _ => await other.SaveAsync(Bundle.Of(("a", [2])), "m");
        (await Should.ThrowAsync<StoreException>(() => stage.Repository.SaveAsync(Bundle.Of(("a", [3])), "m"))).Code.ShouldBe(StoreErrorCode.PreconditionFailed);
        (await other.LoadAsync<Bundle>("m")).Files["a"].ShouldBe([2]);
        stage.Bundles.OnSaved = null;
        await stage.Repository.SaveAsync(Bundle.Of(("a", [3])), "m");
        (await other.LoadAsync<Bundle>("m")).Files["a"].ShouldBe([3]);
    }

    [Theory]
    [InlineData("sha256:xyz")]
    [InlineData("a//b")]
    [InlineData("../a")]
    [InlineData("a.ref/b")]
    [InlineData("a/")]
    public async Task What_is_no_reference_is_refused(string reference)
    {
        await using var stage = await Stage.OpenAsync(local: true);
        foreach (var call in new Func<Task>[] { () => stage.Repository.StatAsync(reference), () => stage.Repository.LoadAsync<Bundle>(reference), () => stage.Repository.SaveAsync(Mixed, reference) })
        {
            var error = await Should.ThrowAsync<StoreException>(call);
            (error.Code, error.Reason.Contains($"'{reference}'", StringComparison.Ordinal), error.Advice).ShouldBe((StoreErrorCode.PathConflict, true, error.Advice));
            error.Advice.ShouldNotBeNullOrEmpty();
        }
        (await stage.Repository.Names.ListAsync().ToListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_wrong_type_a_newer_version_and_an_unknown_materializer_say_what_is_stored()
    {
        await using var stage = await Stage.OpenAsync(local: true);
        await stage.Repository.SaveAsync(Mixed, "m");
        (await Should.ThrowAsync<MaterializationException>(() => stage.Repository.LoadAsync<string>("m"))).Message.ShouldBe(
            "Cannot load m as String: it was saved as Cairn.Tests.Artifacts.Bundle by bundle 1, which can be loaded as Cairn.Tests.Artifacts.Bundle (materializer bundle).");
        var none = new ArtifactRepository(stage.Store, new MaterializerRegistry());
        (await Should.ThrowAsync<MaterializationException>(() => none.LoadAsync<Bundle>("m"))).Message.ShouldContain("not registered");
        await using (var stream = await none.OpenFileAsync("m", "tiny"))
            (await Bytes.ReadAllAsync(stream)).ShouldBe([1, 2, 3]);
        (await none.PreviewAsync("m")).ShouldBeNull();
        var newer = new BundleMaterializer { Version = 3 };
        var later = new ArtifactRepository(stage.Store, new MaterializerRegistry().Add(newer));
        (await later.LoadAsync<Bundle>("m")).ShouldEqual(Mixed);
        newer.Migrated.ShouldBe(1);
        await later.SaveAsync(Mixed, "n");
        (await Should.ThrowAsync<MaterializationException>(() => stage.Repository.LoadAsync<Bundle>("n"))).Message.ShouldContain("reads up to version 1");
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
        await stage.Repository.SaveAsync(new StringBuilder("hello"), "b");
        (await stage.Repository.LoadAsync<StringBuilder>("b")).ToString().ShouldBe("hello");
        await stage.Repository.SaveAsync<object>(new Version(1, 2), "v");
        (await stage.Repository.LoadAsync<Version>("v")).ShouldBe(new(1, 2));
        stage.Repository.Materializers.AddLocalFile<Uri>("lazy", "text/plain", "u", (_, _) => { }, _ => new("urn:a"));
        (await Should.ThrowAsync<MaterializationException>(() => stage.Repository.SaveAsync(new Uri("urn:a")))).Message.ShouldContain("announced and not written");
    }

    [Fact]
    public async Task A_store_of_a_newer_format_is_refused()
    {
        await using var stage = await Stage.OpenAsync(local: true);
        await stage.Store.WriteTextAsync("cairn.json", """{"digest":"sha256","format":2,"store":"x"}""", WriteMode.CreateNew);
        (await Should.ThrowAsync<StoreException>(() => stage.Repository.SaveAsync(Mixed))).Code.ShouldBe(StoreErrorCode.Unsupported);
        (await stage.CountAsync("blobs")).ShouldBe(0);
    }

    [Fact]
    public async Task Downloading_places_each_file_whole_or_not_at_all()
    {
        await using var stage = await Stage.OpenAsync(local: true);
        var saved = await stage.Repository.SaveAsync(Mixed, "m");
        var folder = stage.Folder!["out"];
        await stage.Repository.DownloadAsync("m", folder);
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Length.ShouldBe(5);
        File.ReadAllBytes(Path.Join(folder, "sub", "large")).ShouldBe(Mixed.Files["sub/large"]);
        (await Should.ThrowAsync<StoreException>(() => stage.Repository.DownloadAsync("m", folder))).Message.ShouldContain("empty");
        await stage.Store.WriteBytesAsync($"blobs/sha256/{saved.Manifest.Files[2].Digest.Hex}", new byte[10_000], WriteMode.Replace);
        (await Should.ThrowAsync<StoreException>(() => stage.Repository.DownloadAsync("m", stage.Folder["other"]))).Code.ShouldBe(StoreErrorCode.IntegrityFailure);
        Directory.GetFiles(stage.Folder["other"], "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order().ShouldBe(["empty", "tiny"]);
    }
}
