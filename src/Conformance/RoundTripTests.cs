using Xunit;

namespace Cairn.Conformance;

/// <summary>Tests that the content that is read equals the content that was written: bytes of every size, metadata and content types.</summary>
/// <typeparam name="THarness">The harness of the provider.</typeparam>
public abstract class RoundTripTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(81_920)]
    [InlineData(131_071)]
    [InlineData(1_048_575)]
    [InlineData(1_048_576)]
    [InlineData(1_048_577)]
    public async Task Bytes_of_a_size_come_back(int length)
    {
        var content = Content(length);
        var written = await PutAsync("f", content);
        Assert.Equal(content, await GetAsync("f"));
        Assert.Equal(length, written.Length);
        Assert.Equal(length, (await Store.StatAsync("f", Cancel)).Length);
        Assert.Equal(length, await Store.GetLengthAsync("f", Cancel));
        if (await Harness.RawReadAsync("f", Cancel) is { } raw)
            Assert.Equal(content, raw);
        await HoldsOnlyAsync("f");
    }

    [Fact]
    public async Task A_local_file_that_the_store_names_holds_the_content()
    {
        Assert.SkipWhen(Store.GetLocalPath("d/f") is null, "The store's files are not files of this machine.");
        var content = Content(1000);
        await PutAsync("d/f", content);
        Assert.Equal(content, await File.ReadAllBytesAsync(Store.GetLocalPath("d/f")!, Cancel));
        Assert.Equal(content, await File.ReadAllBytesAsync(Store.Under("d").GetLocalPath("f")!, Cancel));
    }

    [Theory]
    [InlineData(1, -1)]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(2, -1)]
    [InlineData(2, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 17)]
    public async Task Sizes_around_the_ends_of_parts_come_back(int parts, int more)
    {
        var length = (await PartSizesAsync(parts)).Sum(size => (long)size) + more;
        var info = await PutPatternAsync("f", length, seed: parts);
        Assert.Equal(length, info.Length);
        await HoldsPatternAsync("f", length, seed: parts);
        await HoldsOnlyAsync("f");
    }

    [Theory]
    [InlineData(1, 5_000)]
    [InlineData(997, 2_000_000)]
    [InlineData(65_537, 3_000_000)]
    [InlineData(5_000_011, 20_000_000)]
    public async Task The_size_of_single_writes_makes_no_difference(int chunk, int length)
    {
        await PutPatternAsync("f", length, seed: 3, chunk);
        await HoldsPatternAsync("f", length, seed: 3);
    }

    [Fact]
    public async Task More_than_64_MiB_come_back()
    {
        const long Length = (64L << 20) + 3;
        Assert.Equal(Length, (await PutPatternAsync("f", Length, seed: 5)).Length);
        await HoldsPatternAsync("f", Length, seed: 5);
    }

    [Theory]
    [InlineData(100_000, 10)]
    [InlineData(10, 100_000)]
    [InlineData(10, 0)]
    [InlineData(0, 10)]
    public async Task A_replaced_file_keeps_nothing_of_the_old_one(int first, int second)
    {
        await PutAsync("f", Content(first, 1));
        await PutAsync("f", Content(second, 2));
        Assert.Equal(Content(second, 2), await GetAsync("f"));
        Assert.Equal(second, (await Store.StatAsync("f", Cancel)).Length);
        await HoldsOnlyAsync("f");
    }

    [Fact]
    public async Task What_completion_returns_is_what_stat_open_and_list_say()
    {
        var written = await PutAsync("a/f.bin", Content(1234));
        var stat = await Store.StatAsync("a/f.bin", Cancel);
        await using var read = await Store.OpenReadAsync("a/f.bin", cancellationToken: Cancel);
        foreach (var info in new[] { written, stat, read.Info, Assert.Single(await ListAsync("a")) })
        {
            Assert.Equal("a/f.bin", info.Path.Value);
            Assert.Equal(EntryKind.File, info.Kind);
            Assert.Equal(1234, info.Length);
            Assert.Equal(written.ETag, info.ETag);
        }
    }

    [Fact]
    public async Task Each_version_has_an_etag_of_its_own()
    {
        var etags = new HashSet<string>();
        for (var i = 0; i < 5; i++)
        {
            var info = await PutAsync("f", Content(100, seed: i));
            Assert.False(string.IsNullOrEmpty(info.ETag), "A file has no etag.");
            Assert.True(etags.Add(info.ETag!), "A new version has the etag of an older one.");
            Assert.Equal(info.ETag, (await Store.StatAsync("f", Cancel)).ETag);
        }
    }

    [Fact]
    public async Task An_etag_stays_while_nothing_is_written()
    {
        var written = await PutAsync("f", Content(10));
        await PutAsync("g", Content(10, 2));
        await GetAsync("f");
        await Store.RemoveAsync("g", Cancel);
        Assert.Equal(written.ETag, (await Store.StatAsync("f", Cancel)).ETag);
    }

    [Fact]
    public async Task The_modified_time_does_not_run_backwards()
    {
        var first = await PutAsync("f", Content(1));
        var second = await PutAsync("f", Content(2));
        if (first.Modified is { } before && second.Modified is { } after)
            Assert.True(after >= before, $"Modified went from {before:O} to {after:O}.");
        // The response to a write need not contain its time, but later responses that contain it must be consistent.
        if (second.Modified is not null)
            Assert.NotNull((await Store.StatAsync("f", Cancel)).Modified);
    }

    [Fact]
    public async Task A_content_type_comes_back_where_it_is_declared_and_goes_with_the_next_version()
    {
        Needs(Can.ContentType, "Content types are not declared; CapabilityTests asserts that they are refused.");
        await WriteAsync("f", new() { ContentType = "text/x-cairn; charset=utf-8" });
        Assert.Equal("text/x-cairn; charset=utf-8", (await Store.StatAsync("f", Cancel)).ContentType);
        await using (var read = await Store.OpenReadAsync("f", cancellationToken: Cancel))
            Assert.Equal("text/x-cairn; charset=utf-8", read.Info.ContentType);
        await WriteAsync("f", new() { ContentType = "image/png" });
        Assert.Equal("image/png", (await Store.StatAsync("f", Cancel)).ContentType);
    }

    [Fact]
    public async Task Metadata_comes_back_where_it_is_declared_and_goes_with_the_next_version()
    {
        Needs(Can.Metadata, "Metadata is not declared; CapabilityTests asserts that it is refused.");
        var metadata = new Dictionary<string, string> { ["owner"] = "a b", ["with-dash"] = "x=y;z,w", ["n_1"] = "0", ["case"] = "Kept As Is" };
        await WriteAsync("f", new() { Metadata = metadata });
        Assert.Equal(metadata.OrderBy(m => m.Key), (await Store.StatAsync("f", Cancel)).Metadata.OrderBy(m => m.Key));
        await using (var read = await Store.OpenReadAsync("f", cancellationToken: Cancel))
            Assert.Equal(metadata.OrderBy(m => m.Key), read.Info.Metadata.OrderBy(m => m.Key));
        await WriteAsync("f", new());
        Assert.Empty((await Store.StatAsync("f", Cancel)).Metadata);
    }

    [Fact]
    public async Task Metadata_goes_along_with_a_file_of_several_parts()
    {
        Needs(Can.Metadata && Can.ContentType, "Metadata or content types are not declared; CapabilityTests asserts that they are refused.");
        var length = (await PartSizesAsync(2)).Sum(size => (long)size) + 1;
        await PutPatternAsync("f", length, seed: 1, options: new() { ContentType = "application/x-parts", Metadata = new Dictionary<string, string> { ["k"] = "v" } });
        var info = await Store.StatAsync("f", Cancel);
        Assert.Equal(("application/x-parts", "v"), (info.ContentType, info.Metadata["k"]));
    }

    [Fact]
    public async Task A_known_length_makes_no_difference()
    {
        foreach (var length in new[] { 0, 1, 100_000, 3 << 20 })
        {
            await PutPatternAsync($"f{length}", length, seed: 2, options: new() { Length = length });
            await HoldsPatternAsync($"f{length}", length, seed: 2);
        }
    }

    [Fact]
    public async Task Another_store_on_the_same_storage_sees_it()
    {
        var other = await OpenStoreAsync();
        await PutAsync("a/b/f", Content(100));
        Assert.Equal(Content(100), await GetAsync(other, "a/b/f"));
        await PutAsync("a/b/f", Content(50, 2));
        Assert.Equal(Content(50, 2), await GetAsync(other, "a/b/f"));
        await other.RemoveAsync("a/b/f", Cancel);
        Assert.False(await Store.ExistsAsync("a/b/f", Cancel));
    }

    [Fact]
    public async Task Files_that_share_parents_do_not_share_content()
    {
        string[] paths = ["a", "b/a", "b/b", "b/c/a", "c/a", "ab/a", "b/ca"];
        foreach (var (i, path) in paths.Index())
            await PutAsync(path, Content(100 + i, i));
        foreach (var (i, path) in paths.Index())
            Assert.Equal(Content(100 + i, i), await GetAsync(path));
        await HoldsOnlyAsync(paths);
    }

    [Fact]
    public async Task A_deep_path_comes_back()
    {
        var path = string.Join('/', Enumerable.Range(0, 30).Select(i => $"d{i}"));
        await PutAsync(path, Content(10));
        Assert.Equal(Content(10), await GetAsync(path));
        await HoldsOnlyAsync(path);
    }

    [Fact]
    public async Task Content_that_is_in_memory_comes_back_in_every_size_and_mode()
    {
        var sizes = await PartSizesAsync(2);
        foreach (var length in new[] { 0, 1, 1000, sizes[0] - 1, sizes[0], sizes[0] + 1, sizes[0] + sizes[1] + 1 })
        {
            StorePath path = $"d/f{length}";
            await Store.WriteBytesAsync(path, Content(length), WriteMode.CreateNew, cancellationToken: Cancel);
            Assert.Equal(Content(length), await Store.ReadBytesAsync(path, Cancel));
            await FailsAsync(StoreErrorCode.AlreadyExists, () => Store.WriteBytesAsync(path, Content(length, 2), WriteMode.CreateNew, cancellationToken: Cancel));
            var first = await Store.StatAsync(path, Cancel);
            await Store.WriteBytesAsync(path, Content(length + 1, 3), WriteMode.Match(first.ETag!), cancellationToken: Cancel);
            await FailsAsync(StoreErrorCode.PreconditionFailed, () => Store.WriteBytesAsync(path, Content(length, 4), WriteMode.Match(first.ETag!), cancellationToken: Cancel));
            Assert.Equal(Content(length + 1, 3), await Store.ReadBytesAsync(path, Cancel));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("äöü € 🙂 \u0000 \r\n\t")]
    public async Task Text_comes_back_and_is_stored_as_UTF8(string text)
    {
        await Store.WriteTextAsync("f", text, WriteMode.CreateNew, cancellationToken: Cancel);
        Assert.Equal(text, await Store.ReadTextAsync("f", Cancel));
        Assert.Equal(System.Text.Encoding.UTF8.GetBytes(text), await GetAsync("f"));
    }

    [Fact]
    public async Task Lines_come_back()
    {
        string[] lines = ["first", "", " third ", "vierte: ü"];
        await Store.WriteLinesAsync("f", lines, WriteMode.CreateNew, cancellationToken: Cancel);
        var read = new List<string>();
        await foreach (var line in Store.ReadLinesAsync("f", Cancel))
            read.Add(line);
        Assert.Equal(lines, read);
    }

    [Fact]
    public async Task Json_comes_back()
    {
        var value = new Dictionary<string, int[]> { ["a"] = [1, 2], ["ü"] = [] };
        await Store.WriteJsonAsync("f", value, WriteMode.CreateNew, cancellationToken: Cancel);
        Assert.Equal(value, await Store.ReadJsonAsync<Dictionary<string, int[]>>("f", cancellationToken: Cancel));
    }

    private async Task WriteAsync(StorePath path, OpenWriteOptions options)
    {
        await using var stream = await Store.OpenWriteAsync(path, WriteMode.Replace, options, Cancel);
        await stream.WriteAsync(Content(10), Cancel);
        await stream.CompleteAsync(Cancel);
    }
}
