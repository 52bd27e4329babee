using Cairn.Providers;
using Cairn.Providers.Memory;
using Cairn.Transfers;

namespace Cairn.Tests.Io;

public sealed class StoreIoTests
{
    [Fact]
    public async Task One_store_is_opened_per_container_and_disposed_with_it()
    {
        var provider = new CountingProvider();
        var io = new StoreIo().Register(provider);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => io.OpenWriteAsync($"mem://a/f{i}", WriteMode.CreateNew).ContinueWith(async t =>
        {
            await using var stream = await t;
            await stream.CompleteAsync();
        }, TaskScheduler.Default).Unwrap()));
        (await io.ExistsAsync("mem://b/f")).ShouldBeFalse();
        provider.Opened.ShouldBe(2);
        (await io.ListAsync("mem://a").CountAsync()).ShouldBe(20);
        await io.DisposeAsync();
        await io.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(() => io.ExistsAsync("mem://a/f0"));
    }

    [Fact]
    public async Task The_deepest_registered_store_that_holds_an_address_serves_it()
    {
        var (one, two) = (new MemoryProvider(), new MemoryProvider());
        await using var outer = await ArtifactStore.OpenAsync(one, "mem://a");
        await using var inner = await ArtifactStore.OpenAsync(two, "mem://a/b/c");
        await using var io = new StoreIo().Register(outer).Register(inner);
        (await io.StoreFor(StoreUri.Parse("mem://a/b/c/d"))).ShouldBe(new(inner, "d"));
        (await io.StoreFor(StoreUri.Parse("mem://a/b/c"))).ShouldBe(new(inner, ""));
        (await io.StoreFor(StoreUri.Parse("mem://a/b/cd"))).ShouldBe(new(outer, "b/cd"));
        await io.DisposeAsync();
        (await outer.ExistsAsync("x")).ShouldBeFalse();
    }

    [Fact]
    public async Task An_unknown_scheme_lists_what_there_is()
    {
        await using var store = await ArtifactStore.OpenAsync(new MemoryProvider(), "mem://kept/x");
        await using var io = new StoreIo().Register(new CountingProvider()).Register(store);
        var e = await Should.ThrowAsync<StoreException>(() => io.StatAsync("s3://bucket/key"));
        e.Code.ShouldBe(StoreErrorCode.InvalidConfiguration);
        e.Message.ShouldContain("'s3'");
        e.Message.ShouldContain("mem://, mem://kept/x");
        await Should.ThrowAsync<ArgumentException>(async () => await io.StatAsync("no address"));
    }

    [Fact]
    public async Task Files_and_trees_go_between_any_two()
    {
        await using var io = new StoreIo().Register(new MemoryProvider());
        await using (var stream = await io.OpenWriteAsync("mem://a/t/x/f.txt", WriteMode.CreateNew))
        {
            await stream.WriteAsync("hello"u8.ToArray());
            await stream.CompleteAsync();
        }
        await io.MakeDirectoryAsync("mem://a/t/e");
        await io.CopyAsync("mem://a/t/x/f.txt", "mem://b/g", WriteMode.CreateNew);
        (await io.GetLengthAsync("mem://b/g")).ShouldBe(5);
        (await io.CopyTreeAsync("mem://a/t", "mem://b/t")).ShouldBe(new TransferResult(1, 5, 1));
        (await io.IsDirectoryAsync("mem://b/t/e")).ShouldBeTrue();
        await io.MoveAsync("mem://b/t", "mem://c/u", WriteMode.CreateNew);
        (await io.ExistsAsync("mem://b/t")).ShouldBeFalse();
        (await io.GlobAsync("mem://c/u", "**/*.txt").Select(i => i.Path.Value).ToListAsync()).ShouldBe(["u/x/f.txt"]);
        (await io.WalkAsync("mem://c").CountAsync()).ShouldBe(4);
        await io.MoveAsync("mem://c/u/x/f.txt", "mem://a/moved", WriteMode.CreateNew);
        (await io.IsFileAsync("mem://c/u/x/f.txt")).ShouldBeFalse();
        await io.TouchAsync("mem://a/moved");
        await using (var read = await io.OpenReadAsync("mem://a/moved"))
            read.Length.ShouldBe(5);
        (await io.RemoveAsync("mem://a/moved")).ShouldBeTrue();
        (await io.RemoveTreeAsync("mem://a")).ShouldBe(1);
        (await io.TryStatAsync("mem://a/t")).ShouldBeNull();
    }

    [StoreFlavor("counting", "mem")]
    public sealed class CountingProvider : IStoreProvider
    {
        private readonly MemoryProvider _inner = new();
        private int _opened;

        public int Opened => _opened;

        public ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _opened);
            return _inner.OpenAsync(context, cancellationToken);
        }
    }
}
