using System.Text;
using Xunit;

namespace Cairn.Conformance;

/// <summary>
/// Tests that a read stream can seek, can be read in pieces of any size, synchronously or asynchronously, and reads one version of its file.
/// </summary>
/// <typeparam name="THarness">The harness of the provider.</typeparam>
public abstract class ReadStreamTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    private const int Size = 300_000;

    /// <summary>A small read-ahead, so that most of the file is outside the stream's buffer.</summary>
    private static readonly OpenReadOptions SmallReadAhead = new() { ReadAhead = 16 << 10 };

    [Fact]
    public async Task It_says_what_it_can_and_where_it_stands()
    {
        await PutAsync("f", Content(Size));
        await using var stream = await Store.OpenReadAsync("f", cancellationToken: Cancel);
        Assert.True(stream is { CanRead: true, CanSeek: true, CanWrite: false, Length: Size, Position: 0 });
        await stream.ReadExactlyAsync(new byte[10], Cancel);
        Assert.Equal(10, stream.Position);
        Assert.Equal(Size - 5, stream.Seek(-5, SeekOrigin.End));
        Assert.Equal(Size - 8, stream.Seek(-3, SeekOrigin.Current));
        Assert.Equal(7, stream.Seek(7, SeekOrigin.Begin));
        Assert.Equal(7, stream.Position);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    [InlineData(65_537)]
    [InlineData(Size * 2)]
    public async Task Buffers_of_any_size_give_the_same_bytes(int bufferSize)
    {
        var size = bufferSize == 1 ? 3000 : Size;
        await PutAsync("f", Content(size));
        await using var stream = await Store.OpenReadAsync("f", SmallReadAhead, Cancel);
        var collected = new List<byte>();
        var buffer = new byte[bufferSize];
        for (int read; (read = await stream.ReadAsync(buffer, Cancel)) > 0;)
            collected.AddRange(buffer.AsSpan(0, read));
        Assert.Equal(Content(size), collected.ToArray());
        Assert.Equal(0, await stream.ReadAsync(buffer, Cancel));
    }

    [Fact]
    public async Task Synchronous_reads_give_the_same_bytes()
    {
        await PutAsync("f", Content(Size));
        await using var stream = await Store.OpenReadAsync("f", SmallReadAhead, Cancel);
        var content = Content(Size);
        Assert.Equal(content[0], stream.ReadByte());
        var array = new byte[1000];
        stream.ReadExactly(array, 0, 500);
        Assert.Equal(content[1..501], array[..500]);
        stream.ReadExactly(array.AsSpan());
        Assert.Equal(content[501..1501], array);
        using var rest = new MemoryStream();
        stream.CopyTo(rest);
        Assert.Equal(content[1501..], rest.ToArray());
        Assert.Equal(-1, stream.ReadByte());
    }

    [Fact]
    public async Task Seeking_anywhere_gives_the_bytes_that_stand_there()
    {
        var content = Content(Size);
        await PutAsync("f", content);
        await using var stream = await Store.OpenReadAsync("f", SmallReadAhead, Cancel);
        var random = new Random(20_240_501);
        for (var i = 0; i < 200; i++)
        {
            var at = random.Next(Size);
            var length = random.Next(1, 5000);
            var expected = content[at..Math.Min(Size, at + length)];
            var buffer = new byte[length];
            stream.Position = at;
            var read = random.Next(2) == 0
                ? await stream.ReadAtLeastAsync(buffer, length, throwOnEndOfStream: false, Cancel)
                : stream.ReadAtLeast(buffer, length, throwOnEndOfStream: false);
            Assert.Equal(expected, buffer[..read]);
            Assert.Equal(at + read, stream.Position);
        }
    }

    [Fact]
    public async Task Small_jumps_forward_and_back_give_the_bytes_that_stand_there()
    {
        var content = Content(Size);
        await PutAsync("f", content);
        await using var stream = await Store.OpenReadAsync("f", SmallReadAhead, Cancel);
        var buffer = new byte[16];
        for (var at = 0; at + 16 < Size; at += 1237)
        {
            stream.Position = at;
            await stream.ReadExactlyAsync(buffer, Cancel);
            Assert.Equal(content[at..(at + 16)], buffer);
            stream.Seek(-12, SeekOrigin.Current);
            await stream.ReadExactlyAsync(buffer.AsMemory(0, 8), Cancel);
            Assert.Equal(content[(at + 4)..(at + 12)], buffer[..8]);
        }
    }

    [Fact]
    public async Task Past_the_end_there_is_nothing_and_before_the_start_is_an_error()
    {
        await PutAsync("f", Content(10));
        await using var stream = await Store.OpenReadAsync("f", cancellationToken: Cancel);
        stream.Position = 10;
        Assert.Equal(0, await stream.ReadAsync(new byte[5], Cancel));
        stream.Position = 1000;
        Assert.Equal(0, await stream.ReadAsync(new byte[5], Cancel));
        Assert.Equal(-1, stream.ReadByte());
        Assert.ThrowsAny<ArgumentException>(() => stream.Position = -1);
        Assert.ThrowsAny<IOException>(() => stream.Seek(-11, SeekOrigin.End));
        stream.Position = 0;
        Assert.Equal(Content(10)[0], stream.ReadByte());
    }

    [Fact]
    public async Task A_read_of_no_bytes_gives_none_and_stays()
    {
        await PutAsync("f", Content(10));
        await using var stream = await Store.OpenReadAsync("f", cancellationToken: Cancel);
        Assert.Equal(0, await stream.ReadAsync(Memory<byte>.Empty, Cancel));
        Assert.Equal(0, stream.Position);
        Assert.Equal(Content(10), await ReadRestAsync(stream));
    }

    [Fact]
    public async Task An_empty_file_gives_nothing()
    {
        await PutAsync("f", Content(0));
        await using var stream = await Store.OpenReadAsync("f", cancellationToken: Cancel);
        Assert.Equal(0, stream.Length);
        Assert.Equal(0, await stream.ReadAsync(new byte[1], Cancel));
        Assert.Equal(0, stream.Seek(0, SeekOrigin.End));
    }

    [Fact]
    public async Task It_cannot_be_written()
    {
        await PutAsync("f", Content(10));
        await using var stream = await Store.OpenReadAsync("f", cancellationToken: Cancel);
        Assert.Throws<NotSupportedException>(() => stream.Write([1], 0, 1));
        Assert.Throws<NotSupportedException>(() => stream.SetLength(1));
        Assert.Equal(Content(10), await GetAsync("f"));
    }

    [Fact]
    public async Task Disposed_it_reads_no_more()
    {
        await PutAsync("f", Content(10));
        var stream = await Store.OpenReadAsync("f", cancellationToken: Cancel);
        await stream.DisposeAsync();
        await stream.DisposeAsync();
        Assert.False(stream.CanRead);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await stream.ReadExactlyAsync(new byte[1], Cancel));
        Assert.Throws<ObjectDisposedException>(() => stream.ReadByte());
    }

    [Fact]
    public async Task A_stream_half_read_is_let_go_and_the_file_can_be_written_and_removed()
    {
        await PutAsync("f", Content(Size));
        await using (var stream = await Store.OpenReadAsync("f", SmallReadAhead, Cancel))
            await stream.ReadExactlyAsync(new byte[100], Cancel);
        await PutAsync("f", Content(5, 2));
        Assert.Equal(Content(5, 2), await GetAsync("f"));
        Assert.True(await Store.RemoveAsync("f", Cancel));
        await HoldsOnlyAsync();
    }

    [Fact]
    public async Task Many_readers_do_not_disturb_each_other()
    {
        await PutAsync("f", Content(Size));
        var readers = Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            await using var stream = await Store.OpenReadAsync("f", SmallReadAhead, Cancel);
            stream.Position = i * 1000;
            Assert.Equal(Content(Size)[(i * 1000)..], await ReadRestAsync(stream));
        }));
        await Task.WhenAll(readers);
    }

    [Fact]
    public async Task Text_is_read_through_a_reader_over_it()
    {
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"Zeile {i}: äöü € 🙂\n"));
        await PutAsync("f", Encoding.UTF8.GetBytes(text));
        using var reader = new StreamReader(await Store.OpenReadAsync("f", SmallReadAhead, Cancel));
        Assert.Equal(text, await reader.ReadToEndAsync(Cancel));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public async Task A_file_replaced_meanwhile_gives_the_old_version_or_an_error_and_never_both(int readBefore)
    {
        await PutPatternAsync("f", 8 << 20, seed: 1);
        await using var stream = await Store.OpenReadAsync("f", SmallReadAhead, Cancel);
        await stream.ReadExactlyAsync(new byte[readBefore], Cancel);
        await PutPatternAsync("f", 8 << 20, seed: 2);
        await ReadsOldOrFailsAsync(stream, readBefore);
        await HoldsPatternAsync("f", 8 << 20, seed: 2);
    }

    [Fact]
    public async Task After_a_replacement_a_jump_back_does_not_mix_versions()
    {
        await PutPatternAsync("f", 8 << 20, seed: 1);
        await using var stream = await Store.OpenReadAsync("f", SmallReadAhead, Cancel);
        await stream.ReadExactlyAsync(new byte[1 << 20], Cancel);
        await PutPatternAsync("f", 4 << 20, seed: 2);
        foreach (var at in new[] { 7 << 20, 0, 5 << 20, 100 })
        {
            stream.Position = at;
            await ReadsOldOrFailsAsync(stream, at);
        }
    }

    [Fact]
    public async Task A_file_removed_meanwhile_gives_the_old_version_or_an_error()
    {
        await PutPatternAsync("f", 8 << 20, seed: 1);
        await using var stream = await Store.OpenReadAsync("f", SmallReadAhead, Cancel);
        await stream.ReadExactlyAsync(new byte[1000], Cancel);
        await Store.RemoveAsync("f", Cancel);
        await ReadsOldOrFailsAsync(stream, 1000);
        stream.Position = 0;
        await ReadsOldOrFailsAsync(stream, 0);
    }

    private async Task ReadsOldOrFailsAsync(StoreReadStream stream, long from)
    {
        var buffer = new byte[1 << 20];
        var at = from;
        try
        {
            for (int read; (read = await stream.ReadAsync(buffer, Cancel)) > 0; at += read)
                Assert.Equal(-1, Pattern.FirstDifference(buffer.AsSpan(0, read), 1, at));
        }
        catch (StoreException e)
        {
            Assert.True(e.Code is StoreErrorCode.PreconditionFailed or StoreErrorCode.NotFound, $"The failure is {e.Code}.");
            return;
        }
        Assert.Equal(stream.Length, at);
    }

    private static async Task<byte[]> ReadRestAsync(Stream stream)
    {
        using var buffer = new MemoryStream();
        await stream.CopyToAsync(buffer, Cancel);
        return buffer.ToArray();
    }
}
