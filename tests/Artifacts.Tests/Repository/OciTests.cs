using System.Text.Json;
using Cairn.Tests.Drivers;
using Cairn.Tests.Tools;

namespace Cairn.Tests.Artifacts;

public sealed class OciTests : IDisposable
{
    private static readonly Bundle Mixed = Bundle.Of(("tiny", [1, 2, 3]), ("sub/small", Bytes.Of(10_000, 2)), ("sub/large", Bytes.Of(700_000, 3)));
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cairn-oci-");

    private string Layout => Path.Join(_folder.FullName, "layout");

    [Fact]
    public async Task An_artifact_goes_out_and_comes_back_with_its_digest()
    {
        await using var stage = await Stage.OpenAsync(local: false);
        await using var back = await Stage.OpenAsync(local: false);
        await using var layout = await OpenLayoutAsync();
        var saved = await stage.Repository.SaveAsync(Mixed);

        (await stage.Repository.ExportOciAsync(saved.Digest, layout, "v1")).Digest.ShouldBe(saved.Digest);
        (await stage.Repository.ExportOciAsync(saved.Digest, layout, "v1")).Digest.ShouldBe(saved.Digest);

        using (var index = JsonDocument.Parse(File.ReadAllBytes(Path.Join(Layout, "index.json"))))
        {
            var entry = index.RootElement.GetProperty("manifests").EnumerateArray().ShouldHaveSingleItem();
            entry.GetProperty("digest").GetString().ShouldBe(saved.Digest.ToString());
            entry.GetProperty("size").GetInt64().ShouldBe(new FileInfo(Path.Join(Layout, "blobs/sha256", saved.Digest.Hex)).Length);
        }
        // The config and each file, the small one too: other tools look for them there.
        Directory.GetFiles(Path.Join(Layout, "blobs/sha256")).Length.ShouldBe(5);
        File.Exists(Path.Join(Layout, "cairn.json")).ShouldBeFalse();

        (await back.Repository.ImportOciAsync(layout)).Digest.ShouldBe(saved.Digest);
        (await back.Repository.LoadAsync<Bundle>(saved.Digest)).ShouldEqual(Mixed);
    }

    [Fact]
    public async Task A_tag_stands_for_one_manifest_and_what_others_wrote_stays()
    {
        await using var stage = await Stage.OpenAsync(local: false);
        await using var layout = await OpenLayoutAsync();
        var other = new string('a', 64);
        await layout.WriteTextAsync("index.json", $$$"""{"schemaVersion":2,"annotations":{"mine":"kept"},"manifests":[{"mediaType":"x/y","digest":"sha256:{{{other}}}","size":3,"annotations":{"org.opencontainers.image.ref.name":"other"}}]}""", WriteMode.CreateNew);
        var first = await stage.Repository.SaveAsync(Bundle.Of(("f", [1])));
        var second = await stage.Repository.SaveAsync(Bundle.Of(("f", [2])));
        await stage.Repository.ExportOciAsync(first.Digest, layout, "v1");
        await stage.Repository.ExportOciAsync(first.Digest, layout, "old");
        await stage.Repository.ExportOciAsync(second.Digest, layout, "v1");

        (await stage.Repository.ImportOciAsync(layout, "v1")).Digest.ShouldBe(second.Digest);
        (await stage.Repository.ImportOciAsync(layout, "old")).Digest.ShouldBe(first.Digest);
        var text = await layout.ReadTextAsync("index.json");
        text.ShouldContain(other);
        text.ShouldContain("kept");
        (await Should.ThrowAsync<StoreException>(() => stage.Repository.ImportOciAsync(layout))).Message.ShouldContain("v1");
        (await Should.ThrowAsync<StoreException>(() => stage.Repository.ImportOciAsync(layout, "v2"))).Code.ShouldBe(StoreErrorCode.NotFound);
        (await Should.ThrowAsync<StoreException>(() => stage.Repository.ImportOciAsync(layout, "other"))).Code.ShouldBe(StoreErrorCode.NotFound, "its manifest is not there");
        (await Should.ThrowAsync<StoreException>(() => stage.Repository.ExportOciAsync(first.Digest, layout, "no tag"))).Message.ShouldContain("'no tag' cannot be a tag");
    }

    [Fact]
    public async Task Exports_side_by_side_all_arrive()
    {
        await using var stage = await Stage.OpenAsync(local: false);
        await using var layout = await OpenLayoutAsync();
        var saved = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => stage.Repository.SaveAsync(Bundle.Of(("f", [(byte)i])))));
        await Task.WhenAll(saved.Select((a, i) => Task.Run(() => stage.Repository.ExportOciAsync(a.Digest, layout, $"t{i}"))));
        for (var i = 0; i < saved.Length; i++)
            (await stage.Repository.ImportOciAsync(layout, $"t{i}")).Digest.ShouldBe(saved[i].Digest);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"manifests":{}}""")]
    [InlineData("""{"manifests":[],"manifests":[]}""")]
    [InlineData("""{"manifests":[{"digest":"sha256:../../etc"}]}""")]
    [InlineData("""{"manifests":[{"digest":7}]}""")]
    [InlineData("""{"manifests":[{"digest":"md5:00"}]}""")]
    public async Task An_index_that_lies_is_a_clear_error(string index)
    {
        await using var stage = await Stage.OpenAsync(local: false);
        await using var layout = await OpenLayoutAsync();
        await layout.WriteTextAsync("index.json", index, WriteMode.CreateNew);
        (await Should.ThrowAsync<StoreException>(() => stage.Repository.ImportOciAsync(layout))).Code.ShouldBe(StoreErrorCode.InvalidConfiguration);
    }

    [Fact]
    public async Task Damage_is_refused_and_no_manifest_is_written()
    {
        await using var stage = await Stage.OpenAsync(local: false);
        await using var layout = await OpenLayoutAsync();
        (await Should.ThrowAsync<StoreException>(() => stage.Repository.ImportOciAsync(layout))).Code.ShouldBe(StoreErrorCode.NotFound);
        var saved = await stage.Repository.SaveAsync(Mixed);
        await stage.Repository.ExportOciAsync(saved.Digest, layout);
        var large = Directory.GetFiles(Path.Join(Layout, "blobs/sha256")).Single(f => new FileInfo(f).Length == 700_000);
        var bytes = File.ReadAllBytes(large);
        bytes[350_000] ^= 1;
        File.WriteAllBytes(large, bytes);
        await using var back = await Stage.OpenAsync(local: false);
        (await Should.ThrowAsync<StoreException>(() => back.Repository.ImportOciAsync(layout))).Code.ShouldBe(StoreErrorCode.IntegrityFailure);
        (await back.FilesAsync()).ShouldNotContain($"blobs/sha256/{saved.Digest.Hex}");
    }

    [Fact]
    public async Task It_goes_through_a_registry_of_images_and_back()
    {
        var skopeo = await DebianTool.ProgramAsync("skopeo");
        await using var registry = await DockerRegistry.StartAsync(await DebianTool.ProgramAsync("docker-registry"));
        await using var stage = await Stage.OpenAsync(local: true);
        await using var layout = await OpenLayoutAsync();
        var saved = await stage.Repository.SaveAsync(Mixed);
        await stage.Repository.ExportOciAsync(saved.Digest, layout, "v1");

        using (var seen = JsonDocument.Parse(await DebianTool.RunAsync(skopeo, "--insecure-policy", "inspect", "--raw", $"oci:{Layout}:v1")))
            seen.RootElement.GetProperty("layers").GetArrayLength().ShouldBe(3);
        var image = $"docker://{registry.Address}/cairn/mixed:v1";
        await DebianTool.RunAsync(skopeo, "--insecure-policy", "copy", "--preserve-digests", "--dest-tls-verify=false", $"oci:{Layout}:v1", image);
        var pulled = Path.Join(_folder.FullName, "pulled");
        await DebianTool.RunAsync(skopeo, "--insecure-policy", "copy", "--preserve-digests", "--src-tls-verify=false", image, $"oci:{pulled}:v1");

        await using var back = await Stage.OpenAsync(local: true);
        await using var from = await ArtifactStore.OpenAsync(new Cairn.Providers.Local.LocalProvider(), new Uri(pulled).AbsoluteUri);
        (await back.Repository.ImportOciAsync(from, "v1")).Digest.ShouldBe(saved.Digest);
        (await back.Repository.LoadAsync<Bundle>(saved.Digest)).ShouldEqual(Mixed);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private ValueTask<ArtifactStore> OpenLayoutAsync() => ArtifactStore.OpenAsync(new Cairn.Providers.Local.LocalProvider(), new Uri(Layout).AbsoluteUri);
}
