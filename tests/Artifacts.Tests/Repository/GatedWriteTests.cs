using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Providers;
using Cairn.Providers.Memory;
using Cairn.Tests.Drivers;

namespace Cairn.Tests.Artifacts;

/// <summary>The order of a save's writes, seen from within each of them.</summary>
public sealed class GatedWriteTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task The_manifest_follows_the_small_blobs()
    {
        var (driver, store) = await OpenAsync();
        await using var closing = store;
        var repository = new ArtifactRepository(store, MaterializerRegistry.CreateDefault());
        var content = Bytes.Of(6_000);
        var blob = Cairn.Artifacts.BlobDigest.Of(content).Hex;
        var manifestBegun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        driver.Completing = async path =>
        {
            if (path.Name == blob)
                await Task.WhenAny(manifestBegun.Task, Task.Delay(Moment));
            else if (path.Parent.Value == "artifacts/blobs/sha256")
                manifestBegun.TrySetResult();
        };
        await repository.SaveAsync(content);
        var blobs = driver.Completed.Where(p => p.Parent.Value == "artifacts/blobs/sha256").Select(p => p.Name).ToList();
        (blobs.Count, blobs[0]).ShouldBe((2, blob));
    }

    [Fact]
    public async Task A_small_blob_that_fails_fails_the_save()
    {
        var (driver, store) = await OpenAsync();
        await using var closing = store;
        var repository = new ArtifactRepository(store, MaterializerRegistry.CreateDefault());
        var content = Bytes.Of(6_000);
        driver.Completing = path => path.Name == Cairn.Artifacts.BlobDigest.Of(content).Hex ? throw new StoreException(StoreErrorCode.PermissionDenied, "no") : Task.CompletedTask;
        (await Should.ThrowAsync<StoreException>(() => repository.SaveAsync(content))).Code.ShouldBe(StoreErrorCode.PermissionDenied);
        driver.Completed.ShouldAllBe(p => p.Parent.Value != "artifacts/blobs/sha256");
    }

    [Fact]
    public async Task The_index_of_a_pack_follows_the_pack()
    {
        var (driver, store) = await OpenAsync();
        await using var closing = store;
        var repository = new ArtifactRepository(store, MaterializerRegistry.CreateDefault());
        var content = Bytes.Of(3 << 20);
        var indexBegun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        driver.Completing = async path =>
        {
            if (path.Name.EndsWith(".pack", StringComparison.Ordinal))
                await Task.WhenAny(indexBegun.Task, Task.Delay(Moment));
            else if (path.Name.EndsWith(".index", StringComparison.Ordinal))
                indexBegun.TrySetResult();
        };
        await repository.SaveAsync(content, new SaveOptions { Chunked = true });
        driver.Completed.Where(p => p.Parent.Value == "artifacts/packs").Select(p => Path.GetExtension(p.Name)).ShouldBe([".pack", ".index"]);
    }

    [Fact]
    public async Task Many_large_objects_in_chunks_share_one_bound_of_memory()
    {
        var (_, store) = await OpenAsync();
        await using var closing = store;
        var repository = new ArtifactRepository(store, MaterializerRegistry.CreateDefault());
        var values = Enumerable.Range(0, 64).Select(i => Bytes.Of(2 << 20, i)).ToList();
        var saved = await repository.SaveAllAsync(values, _ => new SaveOptions { Chunked = true });
        repository.ChunkBuffers.MostRented.ShouldBeInRange(40L << 20, 4L * 72 << 20);
        (await repository.LoadAsync<byte[]>(saved[63].Digest)).ShouldBe(values[63]);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => repository.SaveAsync(Bytes.Of(2 << 20, 99), new SaveOptions { Chunked = true }, cancelled.Token));
        await repository.SaveAllAsync(values, _ => new SaveOptions { Chunked = true });
    }

    [Fact]
    public async Task A_save_of_many_packs_gives_every_buffer_back()
    {
        var (_, store) = await OpenAsync();
        await using var closing = store;
        var repository = new ArtifactRepository(store, MaterializerRegistry.CreateDefault());
        // Two packs and no more: when the content ends, the second is being written while the first is spare.
        await repository.SaveAsync(Bytes.Of(63 << 20), new SaveOptions { Chunked = true });
        repository.ChunkBuffers.Rented.ShouldBe(0);
        repository.ChunkBuffers.MostRented.ShouldBeLessThanOrEqualTo(72 << 20);
    }

    private static async Task<(GateDriver Driver, ArtifactStore Store)> OpenAsync()
    {
        var driver = new GateDriver(await new MemoryProvider().OpenAsync(new StoreContext { Root = StoreUri.Parse($"mem://gated-{Guid.NewGuid():N}") }, default));
        return (driver, new ArtifactStore(driver));
    }

    /// <summary>Calls somebody before a write completes, and notes the order in which writes did.</summary>
    private sealed class GateDriver(StoreDriver inner) : DelegatingStoreDriver(inner)
    {
        public Func<StorePath, Task> Completing { get; set; } = _ => Task.CompletedTask;

        public List<StorePath> Completed { get; } = [];

        public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
            new GateUpload(await base.BeginUploadAsync(request, cancellationToken), this, request.Path);

        private sealed class GateUpload(StoreUpload inner, GateDriver driver, StorePath path) : DelegatingStoreUpload(inner)
        {
            public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
            {
                await driver.Completing(path);
                var info = await base.CompleteAsync(last, cancellationToken);
                lock (driver.Completed)
                    driver.Completed.Add(path);
                return info;
            }
        }
    }
}
