using Cairn.Providers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>Tests Touch: it creates an empty file if nothing exists, and otherwise sets the time without changing the content.</summary>
public abstract class TouchTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    [Fact]
    public async Task Touching_what_is_missing_makes_an_empty_file()
    {
        var info = await Store.TouchAsync("dir/new", Cancel);

        Assert.True(info.IsFile);
        Assert.Equal(0, info.Length);
        Assert.Empty(await Store.ReadBytesAsync("dir/new", cancellationToken: Cancel));
    }

    [Fact]
    public async Task Touching_a_file_keeps_its_content_and_attributes()
    {
        Needs(Can.Touch, "The store cannot set times.");
        var options = new OpenWriteOptions { ContentType = Can.ContentType ? "text/x-kit" : null };
        if (Can.Metadata)
            options = options with { Metadata = new Dictionary<string, string> { ["note"] = "kept" } };
        var content = Trees.Bytes(100_000);
        await using (var stream = await Store.OpenWriteAsync("file", WriteMode.CreateNew, options, Cancel))
        {
            await stream.WriteAsync(content, Cancel);
            await stream.CompleteAsync(Cancel);
        }
        var before = await Store.StatAsync("file", Cancel);

        var touched = await Store.TouchAsync("file", Cancel);

        var after = await Store.StatAsync("file", Cancel);
        Assert.Equal(before.Length, after.Length);
        Assert.Equal(before.ContentType, after.ContentType);
        Assert.Equal(before.Metadata.ToDictionary(), after.Metadata.ToDictionary());
        Assert.True(after.Modified >= before.Modified, $"{before.Modified:o} then {after.Modified:o}");
        Assert.Equal(after.ETag, touched.ETag);
        Trees.AssertSame(content, await Store.ReadBytesAsync("file", cancellationToken: Cancel));
    }

    [Fact]
    public async Task Touching_again_moves_the_time_on()
    {
        Needs(Can.Touch, "The store cannot set times.");
        await Store.PutAsync("file", "content", Cancel);
        var first = (await Store.StatAsync("file", Cancel)).Modified;
        for (var tries = 0; tries < 200; tries++)
        {
            // The clock of a store can have a resolution of one or two seconds.
            await Store.TouchAsync("file", Cancel);
            if ((await Store.StatAsync("file", Cancel)).Modified > first)
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(20), Cancel);
        }
        Assert.Fail($"After 200 touches the time is still {first:o}.");
    }

    [Fact]
    public async Task Touching_a_file_is_refused_where_times_cannot_be_set()
    {
        Needs(!Can.Touch, "The store sets times.");
        var before = await Store.WriteTextAsync("file", "content", WriteMode.CreateNew, cancellationToken: Cancel);

        await Expect.ErrorAsync(StoreErrorCode.Unsupported, () => Store.TouchAsync("file", Cancel));
        Assert.Equal(before.ETag, (await Store.StatAsync("file", Cancel)).ETag);
        Assert.Equal("content", await Store.ReadTextAsync("file", cancellationToken: Cancel));
    }

    [Fact]
    public async Task Touching_a_directory_makes_no_file_where_directories_are_real()
    {
        Needs(Can.Directories == DirectoryKind.Real, "The store's directories are not real.");
        await Store.PutAsync("dir/file", "content", Cancel);

        await Expect.ErrorAsync(StoreErrorCode.PathConflict, () => Store.TouchAsync("dir", Cancel));
        await Expect.ErrorAsync(StoreErrorCode.PathConflict, () => Store.TouchAsync("dir/file/below", Cancel));
        Assert.Equal(["dir/file"], await Store.WholeTreeAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task The_driver_itself_touches_no_missing_file()
    {
        Needs(Can.Touch, "The store cannot set times.");
        await using var driver = await Harness.OpenDriverAsync(Cancel);

        var error = await Assert.ThrowsAnyAsync<Exception>(async () => await driver.TouchAsync("missing", Cancel));
        Assert.Equal(StoreErrorCode.NotFound, driver.Classify(error).Code);
        Assert.False(await Store.ExistsAsync("missing", Cancel));
    }
}
