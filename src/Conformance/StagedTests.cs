using Cairn.Providers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>
/// Tests the remains of interrupted writers: never visible as files, listed and removable if declared, and removed after completion or abort.
/// </summary>
public abstract class StagedTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    [Fact]
    public async Task A_write_in_progress_is_staged_and_not_visible()
    {
        await using var driver = await Harness.OpenDriverAsync(Cancel);
        await using (var upload = await BeginAsync(driver, "dir/file"))
        {
            Assert.False(await Store.ExistsAsync("dir/file", Cancel));
            if (Can.List)
                Assert.Empty(await Store.AllKeysAsync(StorePath.Root, Cancel));
            if (Can.Staged)
            {
                var staged = Assert.Single(await StagedAsync(driver));
                Assert.True(staged.Path is null || staged.Path == "dir/file", $"It is for {staged.Path}.");
                Assert.NotEqual("", staged.Id);
            }
        }
    }

    [Fact]
    public async Task An_abort_leaves_nothing_staged()
    {
        await using var driver = await Harness.OpenDriverAsync(Cancel);
        var upload = await BeginAsync(driver, "dir/file");
        await upload.DisposeAsync();
        await upload.DisposeAsync();

        await AssertNothingStagedAsync(driver);
        await AssertRawNamesAsync();
    }

    [Fact]
    public async Task A_completion_leaves_nothing_staged()
    {
        await using var driver = await Harness.OpenDriverAsync(Cancel);
        await using (var upload = await BeginAsync(driver, "dir/file"))
            await upload.CompleteAsync(new UploadPart(1, upload.GetPartSize(0), new byte[] { 1, 2, 3 }), Cancel);

        await AssertNothingStagedAsync(driver);
        await AssertRawNamesAsync("dir/file");
        Assert.True(await Store.ExistsAsync("dir/file", Cancel));
    }

    [Fact]
    public async Task A_refused_completion_leaves_nothing_staged()
    {
        await using var driver = await Harness.OpenDriverAsync(Cancel);
        await using (var upload = await BeginAsync(driver, "file"))
        {
            await Store.PutAsync("file", "winner", Cancel);
            var error = await Assert.ThrowsAnyAsync<Exception>(
                async () => await upload.CompleteAsync(new UploadPart(1, upload.GetPartSize(0), ReadOnlyMemory<byte>.Empty), Cancel));
            Assert.Equal(StoreErrorCode.AlreadyExists, driver.Classify(error).Code);
        }

        Assert.Equal("winner", await Store.ReadTextAsync("file", cancellationToken: Cancel));
        await AssertNothingStagedAsync(driver);
        await AssertRawNamesAsync("file");
    }

    [Fact]
    public async Task What_is_staged_can_be_removed_and_its_writer_then_publishes_nothing()
    {
        Needs(Can.Staged, "The store leaves nothing staged.");
        await Store.PutAsync("file", "old", Cancel);
        await using var writer = await Harness.OpenDriverAsync(Cancel);
        await using var cleaner = await Harness.OpenDriverAsync(Cancel);
        await using (var upload = await BeginAsync(writer, "file", WriteMode.Replace))
        {
            foreach (var staged in await StagedAsync(cleaner))
            {
                await cleaner.RemoveStagedAsync(staged, Cancel);
                await cleaner.RemoveStagedAsync(staged, Cancel);
            }
            await AssertNothingStagedAsync(cleaner);
            await Assert.ThrowsAnyAsync<Exception>(
                async () => await upload.CompleteAsync(new UploadPart(1, upload.GetPartSize(0), new byte[] { 1 }), Cancel));
        }

        Assert.Equal("old", await Store.ReadTextAsync("file", cancellationToken: Cancel));
    }

    [Fact]
    public async Task Removing_what_one_writer_has_staged_leaves_the_others()
    {
        Needs(Can.Staged, "The store leaves nothing staged.");
        await using var driver = await Harness.OpenDriverAsync(Cancel);
        await using (var removed = await BeginAsync(driver, "dir/removed"))
        {
            var first = Assert.Single(await StagedAsync(driver));
            await using var other = await BeginAsync(driver, "dir/other");
            await driver.RemoveStagedAsync(first, Cancel);

            await other.CompleteAsync(new UploadPart(1, other.GetPartSize(0), new byte[] { 1 }), Cancel);
            await Assert.ThrowsAnyAsync<Exception>(
                async () => await removed.CompleteAsync(new UploadPart(1, removed.GetPartSize(0), new byte[] { 1 }), Cancel));
        }

        Assert.Equal(["dir/other"], await Store.AllKeysAsync(StorePath.Root, Cancel));
        await AssertNothingStagedAsync(driver);
    }

    [Fact]
    public async Task Several_writers_of_one_file_are_staged_apart()
    {
        await using var driver = await Harness.OpenDriverAsync(Cancel);
        byte[] content;
        await using (var one = await BeginAsync(driver, "file", WriteMode.Replace))
        await using (var two = await BeginAsync(driver, "file", WriteMode.Replace, seed: 2))
        {
            content = [.. Trees.Bytes(one.GetPartSize(0)), 1];
            if (Can.Staged)
                Assert.Equal(2, (await StagedAsync(driver)).Select(s => s.Id).Distinct().Count());
            await one.CompleteAsync(new UploadPart(1, one.GetPartSize(0), new byte[] { 1 }), Cancel);
            Trees.AssertSame(content, await Store.ReadBytesAsync("file", cancellationToken: Cancel), "The first writer's content is mixed with the second's.");
            content = [.. Trees.Bytes(two.GetPartSize(0), 2), 2, 2];
            var written = await two.CompleteAsync(new UploadPart(1, two.GetPartSize(0), new byte[] { 2, 2 }), Cancel);
            Assert.Equal(two.GetPartSize(0) + 2, written.Length);
        }

        Trees.AssertSame(content, await Store.ReadBytesAsync("file", cancellationToken: Cancel));
        await AssertNothingStagedAsync(driver);
    }

    [Fact]
    public async Task Undeclared_staging_is_Unsupported()
    {
        Needs(!Can.Staged, "The store lists what is staged.");
        await using var driver = await Harness.OpenDriverAsync(Cancel);

        var error = await Assert.ThrowsAnyAsync<Exception>(() => StagedAsync(driver));
        Assert.Equal(StoreErrorCode.Unsupported, driver.Classify(error).Code);
    }

    private static async Task<List<StagedUpload>> StagedAsync(StoreDriver driver)
    {
        var all = new List<StagedUpload>();
        await foreach (var staged in driver.ListStagedAsync(Cancel))
            all.Add(staged);
        return all;
    }

    /// <summary>Begins an upload and writes one whole part.</summary>
    private static async Task<StoreUpload> BeginAsync(StoreDriver driver, StorePath path, WriteMode? mode = null, int seed = 1)
    {
        var upload = await driver.BeginUploadAsync(new UploadRequest(path, mode ?? WriteMode.CreateNew), Cancel);
        await upload.WritePartAsync(new UploadPart(0, 0, Trees.Bytes(upload.GetPartSize(0), seed)), Cancel);
        return upload;
    }

    private async Task AssertNothingStagedAsync(StoreDriver driver)
    {
        if (Can.Staged)
            Assert.Empty(await StagedAsync(driver));
    }

    private async Task AssertRawNamesAsync(params string[] expected)
    {
        if (await RawNamesAsync() is { } names)
            Assert.Equal(Trees.InByteOrder(expected), Trees.InByteOrder(names));
    }
}
