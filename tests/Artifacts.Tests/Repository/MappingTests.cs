using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Providers;
using Cairn.Providers.Local;
using Cairn.Tests.Drivers;

namespace Cairn.Tests.Artifacts;

public sealed class MappingTests
{
    private static readonly double[] Numbers = [.. Enumerable.Range(0, 100_000).Select(i => Math.Sqrt(i))];

    [Fact]
    public async Task A_saved_array_is_mapped_with_its_shape()
    {
        await using var stage = await OpenAsync();
        var repository = stage.Repository;
        var saved = await repository.SaveAsync(Numbers);
        using (var mapped = await repository.LoadMappedAsync<double>(saved.Digest))
        {
            mapped.Shape.ShouldBe([100_000]);
            mapped.Memory.Span.SequenceEqual(Numbers).ShouldBeTrue();
            // Written to in memory, and the file is as it was.
            mapped.Memory.Span.Fill(1);
        }
        (await repository.LoadAsync<double[]>(saved.Digest)).ShouldBe(Numbers);
        var grid = new int[300, 500];
        grid[299, 499] = 7;
        var gridSaved = await repository.SaveAsync(grid);
        using var rows = await repository.LoadMappedAsync<int>(gridSaved.Digest, MappedCheck.Always);
        rows.Shape.ShouldBe([300, 500]);
        rows.Memory.Span[^1].ShouldBe(7);
        using var pin = rows.Memory.Pin();
        var smallSaved = await repository.SaveAsync(new byte[,] { { 1, 2 } });
        using var small = await repository.LoadMappedAsync<byte>(smallSaved.Digest);
        small.Memory.ToArray().ShouldBe([1, 2]);
        var used = await repository.LoadMappedAsync<double>(saved.Digest);
        var memory = used.Memory;
        used.Dispose();
        used.Dispose();
        Should.Throw<ObjectDisposedException>(() => used.Memory);
        Should.Throw<ObjectDisposedException>(() => memory.Span[0]);
    }

    [Fact]
    public async Task Arrays_of_any_store_that_names_its_local_files_are_mapped()
    {
        await using var stage = await OpenAsync();
        var saved = await stage.Repository.SaveAsync(Numbers);
        await using var local = await ArtifactStore.OpenAsync(new LocalProvider(), StoreUri.FromLocalPath(stage.Folder!["store"]));
        await using var elsewhere = new ArtifactStore(new Mounted((StoreDriver)local.GetService(typeof(StoreDriver))!));
        using var mapped = await new ArtifactRepository(elsewhere, stage.Repository.Materializers).LoadMappedAsync<double>(saved.Digest);
        mapped.Memory.Span.SequenceEqual(Numbers).ShouldBeTrue();
    }

    [Fact]
    public async Task Damage_is_found_once_always_or_never_as_asked()
    {
        await using var stage = await OpenAsync();
        var saved = await stage.Repository.SaveAsync(Numbers);
        (await stage.Repository.LoadMappedAsync<double>(saved.Digest)).Dispose();
        (await stage.CountAsync("verified")).ShouldBe(1);
        var file = stage.Folder![$"store/artifacts/blobs/sha256/{saved.Manifest.Files[0].Digest.Hex}"];
        var time = File.GetLastWriteTimeUtc(file);
        Flip(file);
        // A time that differs by less than a microsecond is another version.
        File.SetLastWriteTimeUtc(file, time.AddTicks(1));
        foreach (var check in new[] { MappedCheck.Once, MappedCheck.Always })
        {
            (await Should.ThrowAsync<StoreException>(() => stage.Repository.LoadMappedAsync<double>(saved.Digest, check))).Code.ShouldBe(StoreErrorCode.IntegrityFailure);
            // What the store has on record is of the version before, also for who reads it first.
            var fresh = new ArtifactRepository(stage.Store, stage.Repository.Materializers, StorePath.Root);
            (await Should.ThrowAsync<StoreException>(() => fresh.LoadMappedAsync<double>(saved.Digest, check))).Code.ShouldBe(StoreErrorCode.IntegrityFailure);
        }
        (await stage.Repository.LoadMappedAsync<double>(saved.Digest, MappedCheck.Never)).Dispose();
        Flip(file);
        var other = new ArtifactRepository(stage.Store, stage.Repository.Materializers, StorePath.Root);
        (await other.LoadMappedAsync<double>(saved.Digest)).Dispose();
        var third = new ArtifactRepository(stage.Store, stage.Repository.Materializers, StorePath.Root);
        (await third.LoadMappedAsync<double>(saved.Digest)).Dispose();
        File.AppendAllText(file, "x");
        (await Should.ThrowAsync<StoreException>(() => third.LoadMappedAsync<double>(saved.Digest, MappedCheck.Never))).Code.ShouldBe(StoreErrorCode.IntegrityFailure);
        File.Delete(file);
        (await Should.ThrowAsync<StoreException>(() => third.LoadMappedAsync<double>(saved.Digest))).Code.ShouldBe(StoreErrorCode.NotFound);

        static void Flip(string file)
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
            stream.Position = 4000;
            var old = stream.ReadByte();
            stream.Position = 4000;
            stream.WriteByte((byte)(old ^ 1));
        }
    }

    [Fact]
    public async Task A_file_that_is_changed_between_its_check_and_its_mapping_is_refused()
    {
        await using var stage = await OpenAsync();
        var saved = await stage.Repository.SaveAsync(Numbers);
        (await stage.Repository.LoadMappedAsync<double>(saved.Digest)).Dispose();
        var file = stage.Folder![$"store/artifacts/blobs/sha256/{saved.Manifest.Files[0].Digest.Hex}"];
        var hooked = new HookedStore(await new LocalProvider().OpenAsync(new StoreContext { Root = stage.Root.Root }, TestContext.Current.CancellationToken))
        {
            OnRead = path =>
        {
            // The record of the check is read right before the file is mapped.
            if (path.Value.StartsWith("artifacts/verified/", StringComparison.Ordinal))
                File.WriteAllBytes(file, new byte[new FileInfo(file).Length]);
        }
        };
        var repository = new ArtifactRepository(new ArtifactStore(hooked), stage.Repository.Materializers);
        (await Should.ThrowAsync<StoreException>(() => repository.LoadMappedAsync<double>(saved.Digest))).Code.ShouldBe(StoreErrorCode.PreconditionFailed);
    }

    [Fact]
    public async Task What_cannot_be_mapped_says_why()
    {
        await using var stage = await OpenAsync();
        var saved = await stage.Repository.SaveAsync(Numbers);
        (await Should.ThrowAsync<MaterializationException>(() => stage.Repository.LoadMappedAsync<float>(saved.Digest))).Message.ShouldContain("holds f8, and not f4");
        (await Should.ThrowAsync<MaterializationException>(() => stage.Repository.LoadMappedAsync<DateTime>(saved.Digest))).Message.ShouldContain("not numbers");
        var t = await stage.Repository.SaveAsync("text");
        (await Should.ThrowAsync<MaterializationException>(() => stage.Repository.LoadMappedAsync<double>(t.Digest))).Message.ShouldContain("saved by text");
        var c = await stage.Repository.SaveAsync(new double[1_000_000], new SaveOptions { Chunked = true });
        (await Should.ThrowAsync<StoreException>(() => stage.Repository.LoadMappedAsync<double>(c.Digest))).Code.ShouldBe(StoreErrorCode.Unsupported);
        await using var remote = await Stage.OpenAsync(local: false);
        (await Should.ThrowAsync<StoreException>(() => remote.Repository.LoadMappedAsync<double>(saved.Digest))).Code.ShouldBe(StoreErrorCode.Unsupported);
    }

    /// <summary>Does something when a file was opened.</summary>
    private sealed class HookedStore(StoreDriver inner) : DelegatingStoreDriver(inner)
    {
        public required Action<StorePath> OnRead { get; init; }

        public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
        {
            var read = await Inner.OpenReadAsync(request, cancellationToken);
            OnRead(request.Path);
            return read;
        }
    }

    private static async Task<Stage> OpenAsync()
    {
        var stage = await Stage.OpenAsync(local: true);
        foreach (var built in MaterializerRegistry.CreateDefault().List())
            stage.Repository.Materializers.Add(built.Materializer);
        return stage;
    }

    /// <summary>A driver of another scheme over files of the local disk.</summary>
    private sealed class Mounted(StoreDriver inner) : DelegatingStoreDriver(inner, StoreUri.Parse("disk://here/"));
}
