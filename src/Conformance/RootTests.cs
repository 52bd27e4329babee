using Cairn.Providers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>
/// Tests that a store contains only the entries below its root: stores with different roots in one container or in different containers never see each
/// other's files.
/// </summary>
/// <remarks>Requires <see cref="StoreHarness.OpenBelowAsync"/> and <see cref="StoreHarness.OpenElsewhereAsync"/>.</remarks>
/// <typeparam name="THarness">The harness of the provider.</typeparam>
public abstract class RootTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    /// <summary>Paths with a common prefix: next to, at and below the roots <c>x</c> and <c>xy</c>.</summary>
    private static readonly string[] Seed = ["file", "x.txt", "x/deep/file", "x/file", "x0", "xy/file", "xy/y", "xyz"];

    [Fact]
    public async Task A_root_shows_what_is_below_it_alone()
    {
        await Store.SeedAsync(Seed, Cancel);
        await using var x = await OpenBelowAsync("x");
        await using var xy = await OpenBelowAsync("xy");
        await using var deep = await OpenBelowAsync("x/deep");

        Assert.Equal(["deep/file", "file"], await x.AllKeysAsync(StorePath.Root, Cancel));
        Assert.Equal(["file", "y"], await xy.AllKeysAsync(StorePath.Root, Cancel));
        Assert.Equal(["file"], await deep.AllKeysAsync(StorePath.Root, Cancel));
        Assert.Equal("x/file", await x.ReadTextAsync("file", cancellationToken: Cancel));
        Assert.Equal("xy/file", await xy.ReadTextAsync("file", cancellationToken: Cancel));
        Assert.Equal("x/deep/file", await deep.ReadTextAsync("file", cancellationToken: Cancel));
        Assert.Equal("x/file".Length, (await x.StatAsync("file", Cancel)).Length);
        foreach (var outside in new StorePath[] { "x", "x/file", "xy", "y", "x.txt", "0", ".txt", "z", "y/file" })
            Assert.False(await x.ExistsAsync(outside, Cancel), $"The store on x shows '{outside}'.");
    }

    [Fact]
    public async Task A_root_that_holds_nothing_is_empty()
    {
        await Store.SeedAsync(Seed, Cancel);
        await using var none = await OpenBelowAsync("x/d");

        Assert.Empty(await none.AllKeysAsync(StorePath.Root, Cancel));
        Assert.False(await none.ExistsAsync("file", Cancel));
        await Expect.ErrorAsync(StoreErrorCode.NotFound, () => none.ReadTextAsync("file", cancellationToken: Cancel));
    }

    [Fact]
    public async Task Positions_and_prefixes_are_those_of_the_root()
    {
        Needs(Can.List, "The store cannot list.");
        await Store.SeedAsync(["a", "x/a", "x/b", "x/c/d", "xa", "z"], Cancel);
        await using var x = await OpenBelowAsync("x");

        Assert.Equal(["b", "c/"], await x.ListAsync(StorePath.Root, new ListOptions { StartAfter = "a" }, Cancel).KeysAsync());
        Assert.Equal(["c/d"], await x.ListAsync(StorePath.Root, new ListOptions { Recursive = true, NamePrefix = "c" }, Cancel).KeysAsync());
        Assert.Equal(["c/d"], await x.ListAsync("c", new ListOptions { StartAfter = "c/" }, Cancel).KeysAsync());
    }

    [Fact]
    public async Task What_is_written_below_a_root_is_there_for_the_store_above()
    {
        NeedsWriting();
        await using var x = await OpenBelowAsync("x");
        await using var xy = await OpenBelowAsync("xy");

        var written = await x.WriteBytesAsync("a/file", Content(100), WriteMode.CreateNew, cancellationToken: Cancel);
        await xy.PutAsync("a/file", "xy", Cancel);
        if (Can.Directories != DirectoryKind.None)
            await x.MakeDirectoryAsync("made/inner", Cancel);

        Assert.Equal("a/file", written.Path.Value);
        Assert.Equal("a/file", (await x.StatAsync("a/file", Cancel)).Path.Value);
        Assert.Equal(Content(100), await GetAsync("x/a/file"));
        Assert.Equal("xy", await Store.ReadTextAsync("xy/a/file", cancellationToken: Cancel));
        string[] made = Can.Directories != DirectoryKind.None ? ["x/made/inner/"] : [];
        Assert.Equal(["x/a/file", .. made, "xy/a/file"], await Store.WholeTreeAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task Copies_and_moves_stay_below_the_root()
    {
        NeedsWriting();
        await Store.SeedAsync(Seed, Cancel);
        await using var x = await OpenBelowAsync("x");

        await x.CopyAsync("file", "y/copy", WriteMode.CreateNew, Cancel);
        if (Can.Move != MoveKind.None)
            await x.MoveAsync("deep/file", "moved", WriteMode.CreateNew, Cancel);
        if (Can.Touch)
            Assert.Equal("file", (await x.TouchAsync("file", Cancel)).Path.Value);

        string[] moved = Can.Move != MoveKind.None ? ["x/moved"] : ["x/deep/file"];
        Assert.Equal(Trees.InByteOrder([.. Seed.Except(["x/deep/file"]), .. moved, "x/y/copy"]), await Store.WholeTreeAsync(StorePath.Root, Cancel));
        Assert.Equal("x/file", await Store.ReadTextAsync("x/y/copy", cancellationToken: Cancel));
    }

    [Fact]
    public async Task Removing_a_root_leaves_its_neighbours()
    {
        NeedsWriting();
        await Store.SeedAsync(Seed, Cancel);
        await using var x = await OpenBelowAsync("x");

        Assert.False(await x.RemoveAsync("xy/file", Cancel));
        Assert.Equal(2, await x.RemoveTreeAsync(StorePath.Root, Cancel));

        // A root always exists: if directories are real, an empty one may remain.
        Assert.Equal(Trees.InByteOrder([.. Seed.Where(p => !p.StartsWith("x/", StringComparison.Ordinal))]), await Store.AllKeysAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task What_is_staged_below_a_root_is_staged_for_it_alone()
    {
        Needs(Can.Staged, "The store does not show what is staged.");
        await using var x = await BelowAsync("x");
        await using var xy = await BelowAsync("xy");
        await using (var upload = await x.BeginUploadAsync(new UploadRequest("file", WriteMode.CreateNew), Cancel))
        {
            await upload.WritePartAsync(new UploadPart(0, 0, Content(upload.GetPartSize(0))), Cancel);

            await foreach (var staged in xy.ListStagedAsync(Cancel))
                Assert.Fail($"The store on xy lists an upload that is staged on x: {staged}");
        }
        await HoldsOnlyAsync();
    }

    [Fact]
    public async Task Another_container_shares_nothing()
    {
        var driver = await Harness.OpenElsewhereAsync(Cancel) ?? throw Missing(nameof(StoreHarness.OpenElsewhereAsync), nameof(Another_container_shares_nothing));
        await using var elsewhere = new ArtifactStore(driver);
        await Store.SeedAsync(["only/here", "file"], Cancel);

        Assert.Empty(await elsewhere.AllKeysAsync(StorePath.Root, Cancel));
        Assert.False(await elsewhere.ExistsAsync("file", Cancel));
        if (elsewhere.Capabilities.WriteModes.HasFlag(WriteModes.CreateNew))
        {
            await elsewhere.WriteTextAsync("file", "elsewhere", WriteMode.CreateNew, cancellationToken: Cancel);
            Assert.Equal(1, await elsewhere.RemoveTreeAsync(StorePath.Root, Cancel));
        }
        Assert.Equal("file", await Store.ReadTextAsync("file", cancellationToken: Cancel));
        Assert.Equal(["file", "only/here"], await Store.AllKeysAsync(StorePath.Root, Cancel));
    }

    private static InvalidOperationException Missing(string member, string? test = null) => new(
        $"{typeof(THarness).Name} does not override {member}: override it, or add RootTests{(test is null ? "" : "." + test)} to Skips with a reason.");

    private void NeedsWriting() => Needs(Can.WriteModes.HasFlag(WriteModes.CreateNew) && Can.WriteModes.HasFlag(WriteModes.Replace), "The store is not written.");

    private async Task<StoreDriver> BelowAsync(StorePath path) => await Harness.OpenBelowAsync(path, Cancel) ?? throw Missing(nameof(StoreHarness.OpenBelowAsync));

    private async Task<ArtifactStore> OpenBelowAsync(StorePath path)
    {
        var driver = await BelowAsync(path);
        Assert.Equal(Store.Root / path, driver.Root);
        return new ArtifactStore(driver);
    }
}
