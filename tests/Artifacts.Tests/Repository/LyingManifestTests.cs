using System.Text;
using Cairn.Artifacts;
using Cairn.Tests.Drivers;

namespace Cairn.Tests.Artifacts;

/// <summary>Manifests whose own digest is right and whose content lies: a clear error by every way in, and memory that is bounded.</summary>
[Collection(nameof(LyingManifestTests))]
public sealed class LyingManifestTests
{
    private const string Canonical = """{"artifactType":"application/vnd.cairn.artifact.v1","config":{"data":"CONFIG","digest":"CONFIGDIGEST","mediaType":"application/vnd.cairn.config.v1+json","size":CONFIGSIZE},"layers":[LAYERS],"mediaType":"application/vnd.oci.image.manifest.v1+json","schemaVersion":2}""";
    private const string Config = """{"facts":{},"format":1,"materializer":{"id":"bundle","version":1},"metadata":{},"type":"x"}""";
    private static readonly byte[] Blob = Bytes.Of(5000, 3);

    public static TheoryData<string, string> Lies => new()
    {
        { "size too large", Layer("a", size: 5001) },
        { "size too small", Layer("a", size: 4999) },
        { "size enormous", Layer("a", size: long.MaxValue) },
        { "sizes that overflow together", $"{Layer("a", size: long.MaxValue)},{Layer("b", size: long.MaxValue)}" },
        { "digest of something else", Layer("a", digest: BlobDigest.Of("nothing"u8).ToString()) },
        { "digest of another algorithm", Layer("a", digest: "sha512:" + new string('0', 128)) },
        { "digest that is a path", Layer("a", digest: "sha256:../../../../etc/passwd") },
        { "title that climbs", Layer("../../a") },
        { "title that climbs inside", Layer("a/../../b") },
        { "absolute title", Layer("/etc/passwd") },
        { "empty title", Layer("") },
        { "title that is a dot", Layer(".") },
        { "one title twice", $"{Layer("a")},{Layer("a")}" },
        { "a file that is a folder", $"{Layer("a")},{Layer("a/b")}" },
        { "a member twice", Layer("a").Replace("\"size\":5000", "\"size\":5000,\"size\":1", StringComparison.Ordinal) },
        { "a layer that is no object", "7" },
        { "a deep layer", new string('[', 5000) + new string(']', 5000) },
        { "a media type that is no text", Layer("a").Replace("\"a/b\"", "[]", StringComparison.Ordinal) },
        { "content that is not its digest's", Layer("a", size: 1).Replace("\"digest\"", "\"data\":\"eA==\",\"digest\"", StringComparison.Ordinal) },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task A_lie_is_refused_by_loading_downloading_copying_and_exporting(string lie, string layers)
    {
        await using var stage = await Stage.OpenAsync(local: true);
        await using var target = await Stage.OpenAsync(local: true);
        var repository = stage.Repository;
        var honest = await repository.SaveAsync(Bundle.Of(("a", Blob)));
        var digest = await PutAsync(stage, Manifest(layers));
        var folder = stage.Folder!["out"];
        foreach (var way in new Func<Task>[]
        {
            () => repository.LoadAsync<Bundle>(digest), () => repository.DownloadAsync(digest, folder), () => repository.CopyToAsync(digest, target.Repository),
            () => repository.ExportOciAsync(digest, target.Store, "v1"), async () => await (await repository.OpenFileAsync(digest, "a")).CopyToAsync(Stream.Null),
        })
        {
            var error = await Should.ThrowAsync<Exception>(way, lie);
            error.ShouldBeOfType<StoreException>(lie).Code.ShouldBeOneOf(StoreErrorCode.Unsupported, StoreErrorCode.IntegrityFailure, StoreErrorCode.NotFound);
            error.Message.Length.ShouldBeLessThan(1000);
        }
        if (Directory.Exists(folder))
            Directory.GetFiles(folder, "*", SearchOption.AllDirectories).ShouldBeEmpty(lie);
        File.Exists(stage.Folder["a"]).ShouldBeFalse();
        (await target.FilesAsync()).ShouldNotContain($"blobs/sha256/{digest.Hex}", lie);
        (await repository.LoadAsync<Bundle>(honest.Digest)).Files["a"].ShouldBe(Blob);
    }

    [Fact]
    public async Task Large_lies_cost_little_more_than_their_own_bytes()
    {
        await using var stage = await Stage.OpenAsync(local: true);
        await stage.Repository.SaveAsync(Bundle.Of(("a", [1])));
        var layer = Layer("x") + ",";
        string[] lies =
        [
            Manifest(string.Concat(Enumerable.Repeat(layer, 150_000))[..^1]),
            Manifest(Layer("x").Replace("\"size\"", $"\"more\":\"{new string('a', 8 << 20)}\",\"size\"", StringComparison.Ordinal)),
            Manifest(new string('[', 4 << 20)),
            Manifest("") + new string(' ', 33 << 20),
        ];
        foreach (var lie in lies)
        {
            var digest = await PutAsync(stage, lie);
            GC.Collect();
            var before = GC.GetTotalAllocatedBytes(precise: true);
            try
            {
                (await stage.Repository.StatAsync(digest)).Manifest.Files.Count.ShouldBe(1);
            }
            catch (StoreException e)
            {
                e.Code.ShouldBe(StoreErrorCode.Unsupported);
            }
            (GC.GetTotalAllocatedBytes(precise: true) - before).ShouldBeLessThan((6L * lie.Length) + (64 << 20));
        }
    }

    [Fact]
    public async Task A_million_layers_are_refused_before_they_are_read()
    {
        await using var stage = await Stage.OpenAsync(local: true);
        await stage.Repository.SaveAsync(Bundle.Of(("a", [1])));
        var digest = await PutAsync(stage, Manifest(string.Join(',', Enumerable.Repeat("{}", 1_000_000))));
        var error = await Should.ThrowAsync<StoreException>(() => stage.Repository.LoadAsync<Bundle>(digest));
        error.Code.ShouldBe(StoreErrorCode.Unsupported);
        error.Message.ShouldContain("it has 1000000 files, more than 100000");
    }

    private static string Layer(string title, long size = 5000, string? digest = null) =>
        $$"""{"annotations":{"org.opencontainers.image.title":"{{title}}"},"digest":"{{digest ?? BlobDigest.Of(Blob).ToString()}}","mediaType":"a/b","size":{{size}}}""";

    private static string Manifest(string layers)
    {
        var config = Encoding.UTF8.GetBytes(Config);
        return Canonical.Replace("CONFIGDIGEST", BlobDigest.Of(config).ToString(), StringComparison.Ordinal).Replace("CONFIGSIZE", $"{config.Length}", StringComparison.Ordinal)
            .Replace("CONFIG", Convert.ToBase64String(config), StringComparison.Ordinal).Replace("LAYERS", layers, StringComparison.Ordinal);
    }

    private static async Task<BlobDigest> PutAsync(Stage stage, string manifest)
    {
        var content = Encoding.UTF8.GetBytes(manifest);
        var digest = BlobDigest.Of(content);
        await stage.Store.WriteBytesAsync(BlobStore.PathOf(digest), content, WriteMode.CreateNew);
        return digest;
    }
}

/// <summary>The test counts what the whole process allocates, so nothing runs beside it.</summary>
[CollectionDefinition(nameof(LyingManifestTests), DisableParallelization = true)]
public sealed class AloneCollection;
