using Cairn.Providers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>
/// Tests a view of a subdirectory (<see cref="ArtifactStore.Under"/>): it is the same store, and nothing outside the subdirectory is accessible.
/// </summary>
public abstract class SubstoreTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    [Fact]
    public async Task A_view_reads_and_writes_below_its_directory()
    {
        var view = Store.Under("sub/dir");
        await view.WriteTextAsync("a/file", "content", WriteMode.CreateNew, cancellationToken: Cancel);

        Assert.Equal("content", await Store.ReadTextAsync("sub/dir/a/file", cancellationToken: Cancel));
        await Store.PutAsync("sub/dir/b", "from above", Cancel);
        Assert.Equal("from above", await view.ReadTextAsync("b", cancellationToken: Cancel));
        Assert.Equal(["a/file", "b"], await view.AllKeysAsync(StorePath.Root, Cancel));
        Assert.Equal("a/file", (await view.StatAsync("a/file", Cancel)).Path.Value);
        if (await RawNamesAsync() is { } names)
            Assert.Equal(["sub/dir/a/file", "sub/dir/b"], names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_view_names_its_whole_address()
    {
        var view = Store.Under("sub");

        Assert.Equal(Store.Root / "sub", view.Root);
        Assert.Equal(Store.Capabilities, view.Capabilities);
        var error = await Expect.ErrorAsync(StoreErrorCode.NotFound, () => view.StatAsync("missing", Cancel));
        Assert.Equal(Store.Root / "sub/missing", error.Uri);
    }

    [Fact]
    public async Task Nothing_outside_is_seen_or_touched()
    {
        string[] outside = ["sub.txt", "sub2/file", "su", "file", "sub-x/file", "other/sub/file"];
        await Store.SeedAsync([.. outside, "sub/file", "sub/deep/file"], Cancel);
        var view = Store.Under("sub");

        Assert.Equal(["deep/file", "file"], await view.AllKeysAsync(StorePath.Root, Cancel));
        Assert.False(await view.ExistsAsync("sub", Cancel));
        Assert.False(await view.ExistsAsync("sub2", Cancel));
        foreach (var climbing in new[] { "..", "../file", "deep/../../file", "./file" })
            Assert.False(StorePath.TryParse(climbing, out _), climbing);
        Assert.Equal(2, await view.RemoveTreeAsync(StorePath.Root, Cancel));

        Assert.Equal(Trees.InByteOrder(outside), await Store.WholeTreeAsync(StorePath.Root, Cancel));
        foreach (var path in outside)
            Assert.Equal(path, await Store.ReadTextAsync(path, cancellationToken: Cancel));
    }

    [Fact]
    public async Task Escapes_and_backslashes_do_not_climb()
    {
        await Store.PutAsync("secret", "secret", Cancel);
        var view = Store.Under("sub");
        foreach (var name in new[] { "..\\secret", "%2e%2e/secret", "%2e%2e%2fsecret", "..%2fsecret", "\\..\\secret", "..;/secret", "．．/secret" })
        {
            if (!Harness.CanHold(StorePath.Parse("sub/" + name)))
                continue;
            Assert.False(await view.ExistsAsync(name, Cancel), name);
            await view.PutAsync(name, "inside", Cancel);
            Assert.True(await view.RemoveAsync(name, Cancel));
        }

        Assert.Equal("secret", await Store.ReadTextAsync("secret", cancellationToken: Cancel));
        Assert.Equal(["secret"], await Store.WholeTreeAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task Listing_positions_and_prefixes_are_the_views()
    {
        Needs(Can.List, "The store cannot list.");
        await Store.SeedAsync(["sub/a", "sub/b", "sub/c/d", "t"], Cancel);
        var view = Store.Under("sub");

        Assert.Equal(["b", "c/"], await view.ListAsync(StorePath.Root, new ListOptions { StartAfter = "a" }, Cancel).KeysAsync());
        Assert.Equal(["c/d"], await view.ListAsync(StorePath.Root, new ListOptions { Recursive = true, NamePrefix = "c" }, Cancel).KeysAsync());
        Assert.Equal(["c/d"], await view.ListAsync("c", new ListOptions { StartAfter = "c/" }, Cancel).KeysAsync());
    }

    [Fact]
    public async Task Copies_and_moves_stay_inside()
    {
        var view = Store.Under("sub");
        await view.PutAsync("a", "content", Cancel);

        await view.CopyAsync("a", "b/copy", WriteMode.CreateNew, Cancel);
        if (Can.Move != MoveKind.None)
            await view.MoveAsync("a", "moved", WriteMode.CreateNew, Cancel);

        Assert.Equal(Can.Move != MoveKind.None ? ["sub/b/copy", "sub/moved"] : ["sub/a", "sub/b/copy"], await Store.AllKeysAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task Directories_are_made_below_the_view()
    {
        Needs(Can.Directories != DirectoryKind.None, "The store has no directories.");
        var view = Store.Under("sub");
        await view.MakeDirectoryAsync("made/inner", Cancel);

        Assert.Equal(["sub/made/inner/"], await Store.WholeTreeAsync(StorePath.Root, Cancel));
        Assert.Equal(["made/inner/"], await view.WholeTreeAsync(StorePath.Root, Cancel));
        Assert.True(await view.IsDirectoryAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task A_view_of_a_view_goes_deeper()
    {
        var view = Store.Under("a").Under("b");
        await view.PutAsync("file", "x", Cancel);

        Assert.Equal(Store.Root / "a/b", view.Root);
        Assert.Equal(["a/b/file"], await Store.AllKeysAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task Disposing_a_view_leaves_the_store_open()
    {
        var view = Store.Under("sub");
        await view.PutAsync("file", "x", Cancel);
        await view.DisposeAsync();

        Assert.Equal("x", await Store.ReadTextAsync("sub/file", cancellationToken: Cancel));
        Assert.Equal("x", await Store.Under("sub").ReadTextAsync("file", cancellationToken: Cancel));
    }

    [Fact]
    public async Task Conditions_hold_through_a_view()
    {
        var view = Store.Under("sub");
        await Store.PutAsync("sub/file", "old", Cancel);

        await Expect.ErrorAsync(StoreErrorCode.AlreadyExists, () => view.WriteTextAsync("file", "new", WriteMode.CreateNew, cancellationToken: Cancel));
        Assert.Equal("old", await view.ReadTextAsync("file", cancellationToken: Cancel));
        Needs(Can.WriteModes.HasFlag(WriteModes.Match), "The store does not write on a version.");
        var etag = (await view.StatAsync("file", Cancel)).ETag!;
        await Store.PutAsync("sub/file", "changed", Cancel);
        await Expect.ErrorAsync(StoreErrorCode.PreconditionFailed, () => view.WriteTextAsync("file", "new", WriteMode.Match(etag), cancellationToken: Cancel));
    }
}
