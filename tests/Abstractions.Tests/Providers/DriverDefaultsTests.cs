using Cairn.Providers;

namespace Cairn.Tests.Providers;

/// <summary>What a driver has without writing it, and what a layer over it passes on.</summary>
public sealed class DriverDefaultsTests
{
    [Fact]
    public async Task What_a_driver_does_not_declare_is_unsupported()
    {
        await using var driver = new Bare();
        Func<Task>[] all =
        [
            async () => await driver.CopyAsync(new("a", "b", WriteMode.Replace), default), async () => await driver.MoveAsync(new("a", "b", WriteMode.Replace), default),
            async () => await driver.MakeDirectoryAsync("a", default), async () => await driver.TouchAsync("a", default),
            async () => await driver.PresignAsync(null!, default), async () => await driver.RemoveStagedAsync(null!, default),
            async () => await driver.ListStagedAsync(default).GetAsyncEnumerator().MoveNextAsync(),
        ];
        string[] named = ["copy", "move", "make a directory", "touch", "presign", "remove a staged upload", "list staged uploads"];
        foreach (var (one, name) in all.Zip(named))
        {
            var error = await Should.ThrowAsync<StoreException>(one);
            error.Code.ShouldBe(StoreErrorCode.Unsupported);
            error.Reason.ShouldBe($"this store cannot {name}");
        }
        driver.Classify(new FileNotFoundException()).Code.ShouldBe(StoreErrorCode.NotFound);
        driver.Place.ShouldBeSameAs(driver.Root);
        Should.Throw<ArgumentNullException>(() => new Bare(null!));
    }

    [Fact]
    public void A_store_that_declares_nothing_lists_and_writes_in_every_mode()
    {
        var capabilities = new StoreCapabilities();
        (capabilities.WriteModes, capabilities.List, capabilities.Directories, capabilities.Move, capabilities.DeleteBatch)
            .ShouldBe((WriteModes.All, true, DirectoryKind.Virtual, MoveKind.CopyDelete, 1));
        (capabilities.Copy, capabilities.Touch, capabilities.Presign, capabilities.Staged, capabilities.ListStartAfter).ShouldBe((false, false, false, false, false));
    }

    [Fact]
    public async Task A_service_is_the_outermost_driver_that_is_one()
    {
        await using var driver = new Bare();
        driver.GetService(typeof(StoreDriver)).ShouldBeSameAs(driver);
        driver.GetService(typeof(IMarked)).ShouldBeSameAs(driver);
        driver.GetService(typeof(string)).ShouldBeNull();
        driver.GetService(null!).ShouldBeNull();
        await using var layer = new Layer(driver);
        layer.GetService(typeof(StoreDriver)).ShouldBeSameAs(layer);
        layer.GetService(typeof(IMarked)).ShouldBeSameAs(driver);
        layer.GetService(typeof(string)).ShouldBeNull();
    }

    [Fact]
    public async Task A_layer_ends_what_it_lies_over()
    {
        var driver = new Bare();
        await new Layer(driver).DisposeAsync();
        driver.Ends.ShouldBe(1);
        Should.Throw<ArgumentNullException>(() => new Layer(null!));
    }

    [Fact]
    public async Task A_read_ends_its_content_and_then_its_owner()
    {
        var ended = new List<string>();
        await new StoreRead(new StoreEntry { Path = "a" }, new Ending(ended), new Owner(ended)).DisposeAsync();
        ended.ShouldBe(["content", "owner"]);
        ended.Clear();
        await new StoreRead(new StoreEntry { Path = "a" }, new Ending(ended)).DisposeAsync();
        ended.ShouldBe(["content"]);
    }

    private interface IMarked;

    private sealed class Layer(StoreDriver inner) : DelegatingStoreDriver(inner);

    private sealed class Bare(StoreUri root) : StoreDriver(root), IMarked
    {
        public Bare()
            : this(StoreUri.Parse("bare://x"))
        {
        }

        public int Ends { get; private set; }

        public override StoreCapabilities Capabilities { get; } = new();

        public override ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask DisposeAsync()
        {
            Ends++;
            return base.DisposeAsync();
        }
    }

    private sealed class Ending(List<string> ended) : MemoryStream
    {
        protected override void Dispose(bool disposing) => ended.Add("content");
    }

    private sealed class Owner(List<string> ended) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            ended.Add("owner");
            return default;
        }
    }
}
