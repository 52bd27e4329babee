using Xunit;

namespace Cairn.Conformance;

/// <summary>Tests that a write stream accepts pieces of any size and publishes only on completion.</summary>
/// <typeparam name="THarness">The harness of the provider.</typeparam>
public abstract class WriteStreamTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    [Fact]
    public async Task It_says_what_it_can_and_how_far_it_is()
    {
        await using var stream = await Store.OpenWriteAsync("f", WriteMode.Replace, cancellationToken: Cancel);
        Assert.True(stream is { CanRead: false, CanSeek: false, CanWrite: true, Position: 0 });
        await stream.WriteAsync(Content(100), Cancel);
        Assert.Equal(100, stream.Position);
        Assert.Throws<NotSupportedException>(() => stream.ReadByte());
        Assert.Throws<NotSupportedException>(() => stream.Seek(0, SeekOrigin.Begin));
        Assert.Throws<NotSupportedException>(() => stream.SetLength(10));
        Assert.Throws<NotSupportedException>(() => stream.Position = 5);
        await stream.CompleteAsync(Cancel);
        Assert.Equal(Content(100), await GetAsync("f"));
    }

    [Fact]
    public async Task All_ways_to_write_append_in_order()
    {
        var content = Content(10_000);
        await using (var stream = await Store.OpenWriteAsync("f", WriteMode.CreateNew, cancellationToken: Cancel))
        {
            stream.WriteByte(content[0]);
            stream.Write(content, 1, 999);
            stream.Write(content.AsSpan(1000, 1000));
            await stream.WriteAsync(content, 2000, 1000, Cancel);
            await stream.WriteAsync(content.AsMemory(3000, 1000), Cancel);
            await stream.WriteAsync(ReadOnlyMemory<byte>.Empty, Cancel);
            stream.Write([]);
            stream.Flush();
            await stream.FlushAsync(Cancel);
            await new MemoryStream(content, 4000, 6000).CopyToAsync(stream, Cancel);
            await stream.CompleteAsync(Cancel);
        }
        Assert.Equal(content, await GetAsync("f"));
    }

    [Fact]
    public async Task The_callers_buffer_is_its_own_again_after_each_write()
    {
        var sizes = await PartSizesAsync(2);
        var chunk = new byte[sizes[0] + 1000];
        await using (var stream = await Store.OpenWriteAsync("f", WriteMode.Replace, cancellationToken: Cancel))
        {
            for (var i = 0; i < 3; i++)
            {
                Pattern.Fill(chunk, 4, (long)i * chunk.Length);
                await stream.WriteAsync(chunk, Cancel);
                chunk.AsSpan().Fill(0xEE);
            }
            await stream.CompleteAsync(Cancel);
        }
        await HoldsPatternAsync("f", 3L * chunk.Length, seed: 4);
    }

    [Fact]
    public async Task Nothing_is_visible_before_completion()
    {
        var parts = await PartSizesAsync(3);
        var other = await OpenStoreAsync();
        await PutAsync("kept", Content(1));
        await using var stream = await Store.OpenWriteAsync("f", WriteMode.CreateNew, cancellationToken: Cancel);
        await NotVisibleAsync();
        foreach (var size in parts)
        {
            await stream.WriteAsync(Content(size), Cancel);
            await NotVisibleAsync();
        }
        await stream.FlushAsync(Cancel);
        await NotVisibleAsync();
        await stream.CompleteAsync(Cancel);
        Assert.Equal(parts.Sum(s => (long)s), await other.GetLengthAsync("f", Cancel));

        async Task NotVisibleAsync()
        {
            foreach (var store in new[] { Store, other })
            {
                Assert.False(await store.ExistsAsync("f", Cancel));
                await FailsAsync(StoreErrorCode.NotFound, () => GetAsync(store, "f"));
            }
            Assert.Equal(["kept"], (await ListAsync()).Select(e => e.Path.Value));
            if (await Harness.RawNamesAsync(Cancel) is { } raw)
                Assert.DoesNotContain("f", raw);
        }
    }

    [Fact]
    public async Task The_old_version_is_read_whole_until_completion()
    {
        var parts = await PartSizesAsync(2);
        var old = await PutAsync("f", Content(5000, 1));
        await using var stream = await Store.OpenWriteAsync("f", WriteMode.Replace, cancellationToken: Cancel);
        foreach (var size in parts)
        {
            await stream.WriteAsync(Content(size, 2), Cancel);
            Assert.Equal(Content(5000, 1), await GetAsync("f"));
            Assert.Equal(old.ETag, (await Store.StatAsync("f", Cancel)).ETag);
        }
        await stream.CompleteAsync(Cancel);
        Assert.Equal(parts.Sum(s => (long)s), await Store.GetLengthAsync("f", Cancel));
    }

    [Fact]
    public async Task Completion_without_a_byte_makes_an_empty_file()
    {
        await using (var stream = await Store.OpenWriteAsync("f", WriteMode.CreateNew, cancellationToken: Cancel))
            Assert.Equal(0, (await stream.CompleteAsync(Cancel)).Length);
        Assert.Empty(await GetAsync("f"));
        Assert.True(await Store.IsFileAsync("f", Cancel));
    }

    [Fact]
    public async Task Completed_it_takes_no_more_and_disposal_changes_nothing()
    {
        var stream = await Store.OpenWriteAsync("f", WriteMode.CreateNew, cancellationToken: Cancel);
        await stream.WriteAsync(Content(10), Cancel);
        await stream.CompleteAsync(Cancel);
        Assert.False(stream.CanWrite);
        await Assert.ThrowsAnyAsync<InvalidOperationException>(async () => await stream.WriteAsync(Content(1), Cancel));
        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => stream.CompleteAsync(Cancel));
        await stream.DisposeAsync();
        await stream.DisposeAsync();
        await Assert.ThrowsAnyAsync<ObjectDisposedException>(async () => await stream.WriteAsync(Content(1), Cancel));
        Assert.Equal(Content(10), await GetAsync("f"));
        await HoldsOnlyAsync("f");
    }

    [Theory]
    [InlineData(99)]
    [InlineData(101)]
    [InlineData(0)]
    public async Task Content_of_another_length_than_announced_is_not_published(int announced)
    {
        await PutAsync("f", Content(5, 2));
        await using (var stream = await Store.OpenWriteAsync("f", WriteMode.Replace, new() { Length = announced }, Cancel))
        {
            await FailsAsync(StoreErrorCode.IntegrityFailure, async () =>
            {
                await stream.WriteAsync(Content(100), Cancel);
                await stream.CompleteAsync(Cancel);
            });
        }
        Assert.Equal(Content(5, 2), await GetAsync("f"));
        await HoldsOnlyAsync("f");
    }

    [Fact]
    public async Task Writes_to_several_files_at_once_do_not_mix()
    {
        var streams = new List<StoreWriteStream>();
        for (var i = 0; i < 5; i++)
            streams.Add(await Store.OpenWriteAsync($"d/f{i}", WriteMode.CreateNew, cancellationToken: Cancel));
        for (var round = 0; round < 20; round++)
        {
            foreach (var (i, stream) in streams.Index())
                await stream.WriteAsync(Pattern.Bytes(5000, i, round * 5000), Cancel);
        }
        foreach (var stream in streams)
        {
            await stream.CompleteAsync(Cancel);
            await stream.DisposeAsync();
        }
        for (var i = 0; i < 5; i++)
            await HoldsPatternAsync($"d/f{i}", 100_000, seed: i);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public async Task Any_number_of_parts_at_once_gives_the_same_file(int parallelism)
    {
        var length = (await PartSizesAsync(5)).Sum(s => (long)s) + 123;
        await PutPatternAsync("f", length, seed: 6, options: new() { Parallelism = parallelism });
        await HoldsPatternAsync("f", length, seed: 6);
    }

    [Fact]
    public async Task The_root_cannot_be_written() =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.OpenWriteAsync(StorePath.Root, WriteMode.Replace, cancellationToken: Cancel));

    [Fact]
    public async Task A_write_must_say_its_mode()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.OpenWriteAsync("f", default, cancellationToken: Cancel));
        await HoldsOnlyAsync();
    }

    [Fact]
    public async Task What_no_store_can_hold_is_misuse()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.OpenWriteAsync("f", WriteMode.Replace, new() { Length = -1 }, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.OpenWriteAsync("f", WriteMode.Replace, new() { Parallelism = 0 }, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.OpenWriteAsync("f", WriteMode.Replace, new() { ContentType = "a\nb" }, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(
            () => Store.OpenWriteAsync("f", WriteMode.Replace, new() { Metadata = new Dictionary<string, string> { ["Not allowed"] = "" } }, Cancel));
        await HoldsOnlyAsync();
    }
}
