using Cairn.Providers;
using Cairn.Providers.Memory;
using Cairn.Transfers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>The stores between which a test transfers.</summary>
public enum StorePair
{
    /// <summary>Two stores of the harness.</summary>
    Same,

    /// <summary>From the store of the harness to a store in memory.</summary>
    ToMemory,

    /// <summary>From a store in memory to the store of the harness.</summary>
    FromMemory,
}

/// <summary>Tests copies and moves between two stores of the harness, and between a store of the harness and a store in memory in both directions.</summary>
public abstract class CrossStoreTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    private THarness? _otherHarness;
    private ArtifactStore? _other;
    private ArtifactStore? _memory;

    /// <summary>Gets all pairs.</summary>
    public static TheoryData<StorePair> Pairs { get; } = new(Enum.GetValues<StorePair>());

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _otherHarness = new THarness();
        await _otherHarness.StartAsync(Cancel);
        _other = new ArtifactStore(await _otherHarness.OpenDriverAsync(Cancel));
        _memory = await ArtifactStore.OpenAsync(new MemoryProvider(), "mem://other", cancellationToken: Cancel);
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var opened in new IAsyncDisposable?[] { _memory, _other, _otherHarness })
        {
            if (opened is not null)
                await opened.DisposeAsync();
        }
        await base.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task The_two_stores_are_two(StorePair pair)
    {
        var (from, to) = Of(pair);
        await from.PutAsync("file", "from", Cancel);
        Assert.False(await to.ExistsAsync("file", Cancel));
        await to.PutAsync("file", "to", Cancel);
        Assert.Equal("from", await from.ReadTextAsync("file", cancellationToken: Cancel));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_file_is_copied_with_its_bytes(StorePair pair)
    {
        var (from, to) = Of(pair);
        foreach (var length in new[] { 0, 1, 70_000, 18 << 20 })
        {
            var content = Trees.Bytes(length, length + 1);
            await from.WriteBytesAsync($"dir/{length}", content, WriteMode.CreateNew, cancellationToken: Cancel);

            var copied = await from.CopyToAsync($"dir/{length}", to, $"new/dir/{length}", WriteMode.CreateNew, Cancel);

            Assert.Equal(length, copied.Length);
            Assert.Equal($"new/dir/{length}", copied.Path.Value);
            Trees.AssertSame(content, await to.ReadBytesAsync($"new/dir/{length}", cancellationToken: Cancel), $"The copy of {length} bytes differs.");
            Assert.True(await from.ExistsAsync($"dir/{length}", Cancel));
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Attributes_go_along_where_both_keep_them(StorePair pair)
    {
        var (from, to) = Of(pair);
        var options = new OpenWriteOptions { ContentType = from.Capabilities.ContentType ? "text/x-kit" : null };
        if (from.Capabilities.Metadata)
            options = options with { Metadata = new Dictionary<string, string> { ["note"] = "säule 1" } };
        await using (var stream = await from.OpenWriteAsync("file", WriteMode.CreateNew, options, Cancel))
        {
            await stream.WriteAsync(new byte[] { 1, 2, 3 }, Cancel);
            await stream.CompleteAsync(Cancel);
        }

        await from.CopyToAsync("file", to, "file", WriteMode.CreateNew, Cancel);

        var info = await to.StatAsync("file", Cancel);
        if (from.Capabilities.ContentType && to.Capabilities.ContentType)
            Assert.Equal("text/x-kit", info.ContentType);
        if (from.Capabilities.Metadata && to.Capabilities.Metadata)
            Assert.Equal("säule 1", info.Metadata["note"]);
        Assert.Equal(3, info.Length);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task The_condition_is_the_targets(StorePair pair)
    {
        var (from, to) = Of(pair);
        await from.PutAsync("file", "from", Cancel);
        await to.PutAsync("file", "to", Cancel);

        await Expect.ErrorAsync(StoreErrorCode.AlreadyExists, () => from.CopyToAsync("file", to, "file", WriteMode.CreateNew, Cancel));
        await Expect.ErrorAsync(StoreErrorCode.AlreadyExists, () => from.MoveToAsync("file", to, "file", WriteMode.CreateNew, Cancel));
        await Expect.ErrorAsync(StoreErrorCode.NotFound, () => from.CopyToAsync("missing", to, "file", WriteMode.Replace, Cancel));
        Assert.Equal("to", await to.ReadTextAsync("file", cancellationToken: Cancel));
        Assert.Equal("from", await from.ReadTextAsync("file", cancellationToken: Cancel));
        await from.CopyToAsync("file", to, "file", WriteMode.Replace, Cancel);
        Assert.Equal("from", await to.ReadTextAsync("file", cancellationToken: Cancel));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_file_and_a_folder_move_across(StorePair pair)
    {
        var (from, to) = Of(pair);
        await from.SeedAsync(["file", "dir/a", "dir/b/c", "dir2/x"], Cancel);
        var empty = from.Capabilities.Directories != DirectoryKind.None && to.Capabilities.Directories != DirectoryKind.None;
        if (empty)
            await from.MakeDirectoryAsync("dir/empty", Cancel);

        await from.MoveToAsync("file", to, "moved/file", WriteMode.CreateNew, Cancel);
        await from.MoveToAsync("dir", to, "moved/dir", WriteMode.CreateNew, Cancel);

        Assert.Equal(["dir2/x"], await from.WholeTreeAsync(StorePath.Root, Cancel));
        List<string> expected = ["moved/dir/a", "moved/dir/b/c", "moved/file"];
        if (empty)
            expected.Insert(2, "moved/dir/empty/");
        Assert.Equal(expected, await to.WholeTreeAsync(StorePath.Root, Cancel));
        Assert.Equal("dir/b/c", await to.ReadTextAsync("moved/dir/b/c", cancellationToken: Cancel));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task An_interrupted_move_leaves_the_source(StorePair pair)
    {
        var (from, to) = Of(pair);
        await from.SeedAsync(["dir/a", "dir/b"], Cancel);
        await to.PutAsync("occupied/b", "there", Cancel);

        await Assert.ThrowsAnyAsync<StoreException>(() => from.MoveToAsync("dir", to, "occupied", WriteMode.CreateNew, Cancel));
        await Assert.ThrowsAnyAsync<StoreException>(() => from.MoveToAsync("dir/b", to, "occupied/b", WriteMode.CreateNew, Cancel));

        Assert.Equal(["dir/a", "dir/b"], await from.AllKeysAsync(StorePath.Root, Cancel));
        Assert.Equal("there", await to.ReadTextAsync("occupied/b", cancellationToken: Cancel));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_tree_copies_across(StorePair pair)
    {
        var (from, to) = Of(pair);
        var paths = Enumerable.Range(0, 150).Select(i => $"tree/{i % 5}/{i:d3}").ToArray();
        await from.SeedAsync([.. paths, "tree2/x"], Cancel);
        await to.SeedAsync(["there/kept", "there/0/000"], Cancel);

        var summary = await from.CopyTreeToAsync("tree", to, "there", new TransferOptions { Exclude = ["4/**"] }, Cancel);

        Assert.Equal(120, summary.Files);
        var contents = await to.ContentsAsync("there", Cancel);
        Assert.Equal(121, contents.Count);
        Assert.Equal("there/kept", contents["kept"]);
        Assert.All(paths.Where(p => p[5] != '4'), p => Assert.Equal(p, contents[p["tree/".Length..]]));
    }

    [Fact]
    public async Task A_view_and_its_store_are_one_store()
    {
        await Store.PutAsync("dir/file", "content", Cancel);
        var view = Store.Under("dir");

        var same = await view.CopyToAsync("file", Store, "dir/file", WriteMode.Replace, Cancel);
        Assert.Equal("dir/file", same.Path.Value);
        if (Can.Move != MoveKind.None)
            await view.MoveToAsync("file", Store, "dir/file", WriteMode.Replace, Cancel);
        Assert.Equal("content", await Store.ReadTextAsync("dir/file", cancellationToken: Cancel));
        await Expect.ErrorAsync(StoreErrorCode.PathConflict, () => Store.CopyTreeToAsync("dir", view, "inner", null, Cancel));
    }

    [Fact]
    public async Task Two_stores_on_one_storage_do_not_lose_what_moves_onto_itself()
    {
        Needs(Can.Move != MoveKind.None, "The store does not move.");
        await Store.SeedAsync(["dir/file", "dir/sub/file"], Cancel);
        var again = await OpenStoreAsync();

        await Record.ExceptionAsync(() => Store.MoveToAsync("dir/file", again, "dir/file", WriteMode.Replace, Cancel));
        await Record.ExceptionAsync(() => Store.MoveToAsync("dir", again, "dir", WriteMode.CreateNew, Cancel));
        await Record.ExceptionAsync(() => Store.CopyToAsync("dir/file", again, "dir/file", WriteMode.Replace, Cancel));

        Assert.Equal("dir/file", await Store.ReadTextAsync("dir/file", cancellationToken: Cancel));
        Assert.Equal("dir/sub/file", await Store.ReadTextAsync("dir/sub/file", cancellationToken: Cancel));
    }

    private (ArtifactStore From, ArtifactStore To) Of(StorePair pair) => pair switch
    {
        StorePair.Same => (Store, _other!),
        StorePair.ToMemory => (Store, _memory!),
        _ => (_memory!, Store),
    };
}
