using System.Text;
using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Providers.Local;
using Cairn.Tests.Drivers;
using Cairn.Tests.Workspaces;

namespace Cairn.Tests.Artifacts;

/// <summary>The versions of the format, and how artifacts of version 1 are copied to the current one.</summary>
public sealed class FormatVersionTests : IDisposable
{
    /// <summary>The artifacts that the command line of version 1 saved: one in its manifest alone, one with a blob, one of several files, and one in chunks.</summary>
    private static readonly string Fixture = SourceFolder.Find("tests/Artifacts.Tests/Repository/Data/version1");

    private static readonly BlobDigest Note = BlobDigest.Parse("sha256:84ee4662c96d25961dfe4df08722888a8799c8415d3dc4f134a3d9b7e67ce1c5");
    private static readonly BlobDigest Nobody = BlobDigest.Of("nobody"u8);
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task A_repository_is_of_version_2_and_the_store_is_looked_at_once()
    {
        await using var stage = await Stage.OpenAsync(local: false);
        var saved = await stage.Repository.SaveAsync(Bundle.Of(("a", [1])));
        (await stage.Root.ReadTextAsync("artifacts/cairn.json")).ShouldContain("\"format\":2");
        Looks().ShouldBe(1);
        await stage.Repository.SaveAsync(Bundle.Of(("a", [2])));
        foreach (var repository in new[] { stage.Repository, new(stage.Root, stage.Repository.Materializers) })
        {
            await repository.LoadAsync<Bundle>(saved.Digest);
            (await Should.ThrowAsync<StoreException>(() => repository.StatAsync(Nobody))).Code.ShouldBe(StoreErrorCode.NotFound);
            (await repository.DeleteAsync(Nobody)).ShouldBeFalse();
            await repository.SaveAsync(Bundle.Of(("a", [3])));
        }
        Looks().ShouldBe(1);

        int Looks() => stage.Driver!.Opened.Count(r => r.Path == "cairn.json");
    }

    [Fact]
    public async Task A_store_without_artifacts_is_looked_at_only_when_something_is_missing()
    {
        await using var stage = await Stage.OpenAsync(local: false);
        (await Should.ThrowAsync<StoreException>(() => stage.Repository.StatAsync(Nobody))).Code.ShouldBe(StoreErrorCode.NotFound);
        stage.Driver!.Opened.Count(r => r.Path == "cairn.json").ShouldBe(1);
        (await stage.FilesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_store_of_version_1_is_refused_by_every_use_with_the_way_on()
    {
        await using var store = await OldStoreAsync();
        var before = await FilesAsync(store);
        var repository = New(store);
        foreach (var use in new Func<Task>[]
        {
            () => repository.SaveAsync("text"), () => repository.SaveAllAsync(["text"]), () => repository.LoadAsync<Stream>(Note), () => repository.StatAsync(Note), () => repository.OpenAsync(Note),
            () => repository.DownloadAsync(Note, _folder["out"]), () => repository.VerifyAsync(Note).CountAsync().AsTask(), () => repository.VerifyAllAsync().CountAsync().AsTask(),
            () => repository.DeleteAsync(Note), () => repository.CopyToAsync(Note, New(store)), () => repository.SetChunkedByDefaultAsync(true),
            () => repository.LoadMappedAsync<double>(Note), () => repository.ExportOciAsync(Note, store.Under("layout")),
        })
        {
            var error = await Should.ThrowAsync<StoreException>(use);
            error.Code.ShouldBe(StoreErrorCode.Unsupported);
            error.Reason.ShouldContain("a repository of format 1");
            error.Advice.ShouldBe("Bring its artifacts over with 'cairn asset adopt'.");
            error.Uri.ShouldBe(store.GetUri("cairn.json"));
        }
        (await repository.CleanStagingAsync(TimeSpan.Zero).CountAsync()).ShouldBe(0);
        (await FilesAsync(store)).ShouldBe(before);
    }

    [Fact]
    public async Task A_folder_of_version_1_is_refused_before_anything_is_read_or_written()
    {
        await using var root = await OldStoreAsync("store/artifacts");
        await using var store = await ArtifactStore.OpenAsync(new LocalProvider(), StoreUri.FromLocalPath(_folder["store"]));
        foreach (var use in new Func<Task>[]
        {
            () => New(store).SaveAsync("text"), () => New(store).LoadAsync<Stream>(Note), () => New(store).DeleteAsync(Note), () => New(store).VerifyAllAsync().CountAsync().AsTask(),
        })
            (await Should.ThrowAsync<StoreException>(use)).Advice.ShouldBe("Move the folder to another place in the store, then bring its artifacts over with 'cairn asset adopt'.");
        (await Should.ThrowAsync<StoreException>(() => New(root, StorePath.Root).SaveAsync("text"))).Code.ShouldBe(StoreErrorCode.Unsupported);

        await store.MoveAsync("artifacts", "old", WriteMode.CreateNew);
        var old = await Version1Repository.OpenAsync(store, "old");
        (await old.CopyToAsync(await old.ResolveAsync("note"), New(store))).Artifact.Digest.ShouldBe(Note);
    }

    [Theory]
    [InlineData("""{"digest":"sha256","format":3,"store":"x"}""", StoreErrorCode.Unsupported, "Use a newer version of Cairn.")]
    [InlineData("""{"digest":"sha3","format":2,"store":"x"}""", StoreErrorCode.Unsupported, null)]
    [InlineData("""{"digest":"sha256","store":"x"}""", StoreErrorCode.InvalidConfiguration, "Is this the folder of a Cairn repository?")]
    [InlineData("[]", StoreErrorCode.InvalidConfiguration, "Is this the folder of a Cairn repository?")]
    public async Task Another_format_is_refused(string content, StoreErrorCode code, string? advice)
    {
        await using var stage = await Stage.OpenAsync(local: true);
        await stage.Store.WriteTextAsync("cairn.json", content, WriteMode.CreateNew);
        foreach (var use in new Func<Task>[] { () => stage.Repository.SaveAsync(Bundle.Of(("a", [1]))), () => stage.Repository.StatAsync(Nobody) })
        {
            var error = await Should.ThrowAsync<StoreException>(use);
            (error.Code, error.Advice).ShouldBe((code, advice));
        }
        (await stage.FilesAsync()).ShouldBe(["cairn.json"]);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"name":"cairn","format":"a book"}""")]
    [InlineData("")]
    [InlineData("not JSON")]
    public async Task A_file_of_the_user_that_has_the_name_of_the_format_is_let_alone(string content)
    {
        await using var stage = await Stage.OpenAsync(local: true);
        await stage.Root.WriteTextAsync("cairn.json", content, WriteMode.CreateNew);
        var saved = await stage.Repository.SaveAsync(Bundle.Of(("a", [1])));
        (await stage.Repository.LoadAsync<Bundle>(saved.Digest)).Files["a"].ShouldBe([1]);
        (await stage.Root.ReadTextAsync("cairn.json")).ShouldBe(content);
        (await ArtifactRepository.ExistsAsync(stage.Root)).ShouldBeTrue();
        (await ArtifactRepository.ExistsAsync(stage.Root, StorePath.Root)).ShouldBeFalse();
    }

    [Fact]
    public async Task The_folder_of_a_repository_is_not_taken_for_a_store()
    {
        await using var stage = await Stage.OpenAsync(local: true);
        var saved = await stage.Repository.SaveAsync(Bundle.Of(("a", [1])));
        var inside = new ArtifactRepository(stage.Root.Under("artifacts"), stage.Repository.Materializers);
        foreach (var use in new Func<Task>[] { () => inside.SaveAsync(Bundle.Of(("a", [2]))), () => inside.StatAsync(saved.Digest) })
            (await Should.ThrowAsync<StoreException>(use)).Reason.ShouldContain("it is the folder of a repository");
        (await stage.FilesAsync()).ShouldNotContain(f => f.StartsWith("artifacts", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Artifacts_and_names_of_version_1_are_brought_over_into_the_same_store()
    {
        await using var store = await OldStoreAsync();
        var before = await FilesAsync(store);
        var old = await Version1Repository.OpenAsync(store);
        var repository = New(store);
        (await old.ListNamesAsync().ToListAsync()).ShouldBe(["data/set", "models/chunked", "models/whole", "note"]);
        var adopted = new Dictionary<string, BlobDigest>();
        await foreach (var name in old.ListNamesAsync())
        {
            adopted[name] = await old.ResolveAsync(name);
            var (artifact, bytes) = await old.CopyToAsync(adopted[name], repository);
            artifact.Digest.ShouldBe(adopted[name]);
            bytes.ShouldBeGreaterThan(0);
            (await old.CopyToAsync(adopted[name], repository)).BytesCopied.ShouldBe(0, name);
        }
        adopted["note"].ShouldBe(Note);
        (await FilesAsync(store)).Where(f => !f.Path.StartsWith("artifacts/", StringComparison.Ordinal)).ShouldBe(before);

        // From now on it is a store like any other, also for who opens it anew.
        repository = New(store);
        (await ReadAsync("note", "note.txt")).ShouldBe("hello\n"u8.ToArray());
        (await ReadAsync("data/set", "a.txt")).ShouldBe("alpha\n"u8.ToArray());
        (await ReadAsync("data/set", "deep/b.csv")).ShouldBe(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("x,y\n1,2\n", 700))));
        (await repository.StatAsync(adopted["data/set"])).Manifest.Files.Select(f => f.Name.Value).ShouldBe(["a.txt", "deep/b.csv", "empty"], ignoreOrder: true);
        (await ReadAsync("models/whole", "whole.bin")).Length.ShouldBe(5000);
        (await ReadAsync("models/chunked", "model.bin")).Length.ShouldBe(1_150_000);
        (await repository.VerifyAllAsync().CountAsync(c => !c.IsIntact)).ShouldBe(0);
        await repository.SaveAsync("text");
        (await Should.ThrowAsync<StoreException>(() => repository.StatAsync(Nobody))).Code.ShouldBe(StoreErrorCode.NotFound);

        async Task<byte[]> ReadAsync(string name, string file)
        {
            await using var stream = await repository.OpenFileAsync(adopted[name], file);
            return await Bytes.ReadAllAsync(stream);
        }
    }

    [Fact]
    public async Task A_new_repository_keeps_the_default_for_chunks_of_the_one_that_is_brought_over()
    {
        await using var store = await OldStoreAsync();
        await store.WriteTextAsync("cairn.json", """{"store":"x","digest":"sha256","format":1,"chunked":true}""", WriteMode.Replace);
        var old = await Version1Repository.OpenAsync(store);
        await old.CopyToAsync(await old.ResolveAsync("models/chunked"), New(store));
        (await store.ListAsync("artifacts/chunked").CountAsync()).ShouldBe(1);
        (await store.ReadTextAsync("artifacts/cairn.json")).ShouldContain("\"chunked\":true");
    }

    [Fact]
    public async Task Damage_of_version_1_is_refused_by_name_and_ends_nothing_else()
    {
        await using var store = await OldStoreAsync();
        await store.WriteTextAsync("names/bad.ref", "sha256:12\n", WriteMode.CreateNew);
        var whole = (await store.ListAsync("blobs/sha256").ToListAsync()).Single(e => e.Length == 5000).Path;
        await store.WriteBytesAsync(whole, new byte[5000], WriteMode.Replace);
        var old = await Version1Repository.OpenAsync(store);
        (await old.ListNamesAsync().ToListAsync()).ShouldContain("bad");
        var error = await Should.ThrowAsync<StoreException>(() => old.ResolveAsync("bad"));
        (error.Code, error.Uri).ShouldBe((StoreErrorCode.IntegrityFailure, store.GetUri("names/bad.ref")));
        (await Should.ThrowAsync<StoreException>(() => old.ResolveAsync("absent"))).Code.ShouldBe(StoreErrorCode.NotFound);
        var damaged = await old.ResolveAsync("models/whole");
        (await Should.ThrowAsync<StoreException>(() => old.CopyToAsync(damaged, New(store)))).Code.ShouldBe(StoreErrorCode.IntegrityFailure);
        (await Should.ThrowAsync<StoreException>(() => New(store).StatAsync(damaged))).Code.ShouldBe(StoreErrorCode.NotFound);
        (await Should.ThrowAsync<StoreException>(() => old.CopyToAsync(Nobody, New(store)))).Code.ShouldBe(StoreErrorCode.NotFound);
        (await old.CopyToAsync(Note, New(store))).Artifact.Digest.ShouldBe(Note);
    }

    [Fact]
    public async Task Only_version_1_is_opened_as_version_1()
    {
        await using var stage = await Stage.OpenAsync(local: true);
        (await Should.ThrowAsync<StoreException>(() => Version1Repository.OpenAsync(stage.Root))).Code.ShouldBe(StoreErrorCode.NotFound);
        await stage.Repository.SaveAsync(Bundle.Of(("a", [1])));
        (await Should.ThrowAsync<StoreException>(() => Version1Repository.OpenAsync(stage.Root, "artifacts"))).Code.ShouldBe(StoreErrorCode.Unsupported);
    }

    public void Dispose() => _folder.Dispose();

    private static ArtifactRepository New(ArtifactStore store, StorePath? folder = null) => new(store, MaterializerRegistry.CreateDefault(), folder);

    private static async Task<List<(string Path, string? ETag)>> FilesAsync(ArtifactStore store) =>
        await store.ListAsync(default, new() { Recursive = true }).Where(f => f.IsFile).Select(f => (f.Path.Value, f.ETag)).ToListAsync();

    /// <summary>Opens a copy of the store of version 1.</summary>
    private async Task<ArtifactStore> OldStoreAsync(string folder = "store")
    {
        var store = await ArtifactStore.OpenAsync(new LocalProvider(), StoreUri.FromLocalPath(_folder[folder]));
        await store.UploadDirectoryAsync(Fixture, StorePath.Root);
        return store;
    }
}
