using Cairn.Providers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>Tests copying a file within a store.</summary>
public abstract class CopyTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(20 << 20)]
    public async Task A_copy_has_the_bytes_and_the_source_stays(int length)
    {
        var content = Trees.Bytes(length);
        var source = await Store.WriteBytesAsync("source", content, WriteMode.CreateNew, cancellationToken: Cancel);

        var copied = await Store.CopyAsync("source", "new/dir/target", WriteMode.CreateNew, Cancel);

        Assert.Equal("new/dir/target", copied.Path.Value);
        Assert.Equal(length, copied.Length);
        Assert.Equal((await Store.StatAsync("new/dir/target", Cancel)).ETag, copied.ETag);
        Trees.AssertSame(content, await Store.ReadBytesAsync("new/dir/target", cancellationToken: Cancel));
        Assert.Equal(source.ETag, (await Store.StatAsync("source", Cancel)).ETag);
        Trees.AssertSame(content, await Store.ReadBytesAsync("source", cancellationToken: Cancel));
    }

    [Fact]
    public async Task Attributes_survive()
    {
        Needs(Can.ContentType || Can.Metadata, "The store keeps no attributes.");
        await WriteWithAttributesAsync("source", "content");
        await Store.PutAsync("existing", "old", Cancel);

        await Store.CopyAsync("source", "target", WriteMode.CreateNew, Cancel);
        await Store.CopyAsync("source", "existing", WriteMode.Replace, Cancel);

        foreach (var path in new StorePath[] { "source", "target", "existing" })
        {
            var info = await Store.StatAsync(path, Cancel);
            if (Can.ContentType)
                Assert.Equal("text/x-kit", info.ContentType);
            if (Can.Metadata)
                Assert.Equal("säule 1", info.Metadata["note"]);
        }
    }

    [Fact]
    public async Task Nothing_of_what_was_at_the_target_survives()
    {
        Needs(Can.ContentType || Can.Metadata, "The store keeps no attributes.");
        await WriteWithAttributesAsync("target", "old and longer");
        await Store.PutAsync("source", "new", Cancel);
        var source = await Store.StatAsync("source", Cancel);

        await Store.CopyAsync("source", "target", WriteMode.Replace, Cancel);

        var info = await Store.StatAsync("target", Cancel);
        Assert.Equal(source.ContentType, info.ContentType);
        Assert.Empty(info.Metadata);
        Assert.Equal("new", await Store.ReadTextAsync("target", cancellationToken: Cancel));
    }

    [Fact]
    public async Task The_driver_itself_copies_no_missing_file()
    {
        Needs(Can.Copy, "The store has no copy operation.");
        await using var driver = await Harness.OpenDriverAsync(Cancel);

        var error = await Record.ExceptionAsync(async () => await driver.CopyAsync(new CopyRequest("missing", "target", WriteMode.Replace), Cancel));
        Assert.True(error is not null, "The driver copied a missing file.");
        Assert.Equal(StoreErrorCode.NotFound, driver.Classify(error).Code);
        Assert.False(await Store.ExistsAsync("target", Cancel));
    }

    [Fact]
    public async Task A_copy_and_its_source_live_apart()
    {
        await Store.PutAsync("source", "one", Cancel);
        await Store.CopyAsync("source", "target", WriteMode.CreateNew, Cancel);

        await Store.PutAsync("source", "two", Cancel);
        Assert.Equal("one", await Store.ReadTextAsync("target", cancellationToken: Cancel));
        await Store.RemoveAsync("source", Cancel);
        Assert.Equal("one", await Store.ReadTextAsync("target", cancellationToken: Cancel));
    }

    [Fact]
    public async Task CreateNew_copies_onto_nothing_only()
    {
        await Store.SeedAsync(["source", "target"], Cancel);

        await Expect.ErrorAsync(StoreErrorCode.AlreadyExists, () => Store.CopyAsync("source", "target", WriteMode.CreateNew, Cancel));
        Assert.Equal("target", await Store.ReadTextAsync("target", cancellationToken: Cancel));
        await Store.CopyAsync("source", "target", WriteMode.Replace, Cancel);
        Assert.Equal("source", await Store.ReadTextAsync("target", cancellationToken: Cancel));
    }

    [Fact]
    public async Task Match_copies_onto_its_version_only()
    {
        Needs(Can.WriteModes.HasFlag(WriteModes.Match), "The store does not write on a version.");
        await Store.SeedAsync(["source", "target"], Cancel);
        var old = (await Store.StatAsync("target", Cancel)).ETag!;
        await Store.PutAsync("target", "changed", Cancel);
        var current = (await Store.StatAsync("target", Cancel)).ETag!;

        await Expect.ErrorAsync(StoreErrorCode.PreconditionFailed, () => Store.CopyAsync("source", "target", WriteMode.Match(old), Cancel));
        await Expect.ErrorAsync(StoreErrorCode.PreconditionFailed, () => Store.CopyAsync("source", "missing", WriteMode.Match(old), Cancel));
        Assert.Equal("changed", await Store.ReadTextAsync("target", cancellationToken: Cancel));
        Assert.False(await Store.ExistsAsync("missing", Cancel));
        await Store.CopyAsync("source", "target", WriteMode.Match(current), Cancel);
        Assert.Equal("source", await Store.ReadTextAsync("target", cancellationToken: Cancel));
    }

    [Fact]
    public async Task A_copy_onto_itself_changes_nothing()
    {
        var before = await WriteWithAttributesAsync("dir/file", "content");

        await Store.CopyAsync("dir/file", "dir/file", WriteMode.Replace, Cancel);

        var after = await Store.StatAsync("dir/file", Cancel);
        Assert.Equal(before.ETag, after.ETag);
        Assert.Equal(before.ContentType, after.ContentType);
        Assert.Equal("content", await Store.ReadTextAsync("dir/file", cancellationToken: Cancel));
    }

    [Fact]
    public async Task A_missing_source_is_NotFound_and_the_target_stays()
    {
        await Store.SeedAsync(["target", "file"], Cancel);

        await Expect.ErrorAsync(StoreErrorCode.NotFound, () => Store.CopyAsync("missing", "target", WriteMode.Replace, Cancel));
        await Expect.ErrorAsync(StoreErrorCode.NotFound, () => Store.CopyAsync("missing", "new/target", WriteMode.CreateNew, Cancel));
        await Expect.ErrorAsync(StoreErrorCode.NotFound, () => Store.CopyAsync("file/below", "new/target", WriteMode.CreateNew, Cancel));
        await Expect.ErrorAsync(StoreErrorCode.NotFound, () => Store.CopyAsync("missing", "missing", WriteMode.Replace, Cancel));

        Assert.Equal("target", await Store.ReadTextAsync("target", cancellationToken: Cancel));
        Assert.False(await Store.ExistsAsync("new", Cancel));
    }

    [Fact]
    public async Task A_directory_is_no_file_to_copy()
    {
        await Store.PutAsync("dir/file", "x", Cancel);

        await Expect.ErrorAsync([StoreErrorCode.NotFound, StoreErrorCode.PathConflict], () => Store.CopyAsync("dir", "target", WriteMode.Replace, Cancel));
        Assert.False(await Store.ExistsAsync("target", Cancel));
    }

    [Fact]
    public async Task A_copy_onto_a_directory_or_below_a_file_conflicts_where_directories_are_real()
    {
        Needs(Can.Directories == DirectoryKind.Real, "The store's directories are not real.");
        await Store.SeedAsync(["source", "dir/file"], Cancel);

        await Expect.ErrorAsync(StoreErrorCode.PathConflict, () => Store.CopyAsync("source", "dir", WriteMode.Replace, Cancel));
        await Expect.ErrorAsync(StoreErrorCode.PathConflict, () => Store.CopyAsync("source", "dir/file/below", WriteMode.Replace, Cancel));
        Assert.Equal(["dir/file", "source"], await Store.WholeTreeAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task A_copy_while_the_source_changes_is_of_one_version()
    {
        byte[][] versions = [.. Enumerable.Range(1, 4).Select(i => Enumerable.Repeat((byte)i, 300_000 + (i * 1_000)).ToArray())];
        await Store.WriteBytesAsync("source", versions[0], WriteMode.Replace, cancellationToken: Cancel);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var writer = Task.Run(
            async () =>
            {
                for (var i = 0; !stop.IsCancellationRequested; i++)
                    await Store.WriteBytesAsync("source", versions[i % versions.Length], WriteMode.Replace, cancellationToken: Cancel);
            },
            Cancel);
        try
        {
            for (var i = 0; i < 20; i++)
            {
                try
                {
                    await Store.CopyAsync("source", "target", WriteMode.Replace, Cancel);
                }
                catch (StoreException e) when (e.Code == StoreErrorCode.PreconditionFailed)
                {
                    // The file changed during the copy and the copy failed, so there is no mixture of two versions.
                    continue;
                }
                var copy = await Store.ReadBytesAsync("target", cancellationToken: Cancel);
                Assert.True(versions.Any(v => v.AsSpan().SequenceEqual(copy)), $"Copy {i} does not have the content of a single version.");
            }
        }
        finally
        {
            await stop.CancelAsync();
            await writer;
        }
    }

    [Fact]
    public async Task The_driver_copies_the_version_that_was_asked_for()
    {
        Needs(Can.Copy, "The store has no copy operation.");
        Needs(Can.WriteModes.HasFlag(WriteModes.Match), "The store names no versions.");
        await Store.PutAsync("source", "one", Cancel);
        var old = (await Store.StatAsync("source", Cancel)).ETag;
        await Store.PutAsync("source", "two", Cancel);
        var current = (await Store.StatAsync("source", Cancel)).ETag;
        await using var driver = await Harness.OpenDriverAsync(Cancel);

        var error = await Assert.ThrowsAnyAsync<Exception>(
            async () => await driver.CopyAsync(new CopyRequest("source", "target", WriteMode.Replace) { SourceIfMatch = old }, Cancel));
        Assert.Equal(StoreErrorCode.PreconditionFailed, driver.Classify(error).Code);
        Assert.False(await Store.ExistsAsync("target", Cancel));
        await driver.CopyAsync(new CopyRequest("source", "target", WriteMode.Replace) { SourceIfMatch = current }, Cancel);
        Assert.Equal("two", await Store.ReadTextAsync("target", cancellationToken: Cancel));
    }

    [Fact]
    public async Task One_of_many_copies_onto_one_new_name_wins()
    {
        await Store.SeedAsync(Enumerable.Range(0, 8).Select(i => $"source{i}"), Cancel);

        var winners = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
            async () =>
            {
                try
                {
                    await Store.CopyAsync($"source{i}", "target", WriteMode.CreateNew, Cancel);
                    return i;
                }
                catch (StoreException e) when (e.Code == StoreErrorCode.AlreadyExists)
                {
                    return -1;
                }
            },
            Cancel)));

        var winner = Assert.Single(winners, w => w >= 0);
        Assert.Equal($"source{winner}", await Store.ReadTextAsync("target", cancellationToken: Cancel));
    }

    private async Task<StoreEntry> WriteWithAttributesAsync(StorePath path, string content)
    {
        var options = new OpenWriteOptions { ContentType = Can.ContentType ? "text/x-kit" : null };
        if (Can.Metadata)
            options = options with { Metadata = new Dictionary<string, string> { ["note"] = "säule 1" } };
        await using var stream = await Store.OpenWriteAsync(path, WriteMode.Replace, options, Cancel);
        await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(content), Cancel);
        return await stream.CompleteAsync(Cancel);
    }
}
