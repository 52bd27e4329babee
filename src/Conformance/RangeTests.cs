using Cairn.Providers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>Tests ranges with any start and end, including ranges past the end of the file.</summary>
/// <typeparam name="THarness">The harness of the provider.</typeparam>
public abstract class RangeTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    private const int Size = 1000;

    [Fact]
    public async Task Every_range_inside_or_past_the_end_gives_its_bytes()
    {
        var content = Content(Size);
        await PutAsync("f", content);
        foreach (var offset in new[] { 0, 1, 7, 499, 500, 998, 999 })
        {
            foreach (var length in new long?[] { null, 1, 2, 499, 500, 501, 998, 999, 1000, 1001, 1 << 20, long.MaxValue - 1 - Size })
            {
                var range = new ByteRange(offset, length);
                var expected = content[offset..(int)Math.Min(Size, offset + (length ?? Size))];
                Assert.Equal(expected, await GetAsync(Store, "f", new() { Range = range }));
                Assert.Equal(expected, await ReadDriverAsync(range));
            }
        }
    }

    [Fact]
    public async Task The_stream_of_a_range_spans_the_range()
    {
        await PutAsync("f", Content(Size));
        await using var stream = await Store.OpenReadAsync("f", new() { Range = new(100, 50) }, Cancel);
        Assert.Equal(50, stream.Length);
        Assert.Equal(0, stream.Position);
        Assert.Equal(Size, stream.Info.Length);
        stream.Seek(-10, SeekOrigin.End);
        var rest = new byte[20];
        Assert.Equal(10, await stream.ReadAtLeastAsync(rest, 20, throwOnEndOfStream: false, Cancel));
        Assert.Equal(Content(Size)[140..150], rest[..10]);
        stream.Position = 5;
        await stream.ReadExactlyAsync(rest, Cancel);
        Assert.Equal(Content(Size)[105..125], rest);
    }

    [Theory]
    [InlineData(Size, null)]
    [InlineData(Size, 1)]
    [InlineData(Size + 1, null)]
    [InlineData(Size + 1, 10)]
    [InlineData(1 << 30, 1)]
    public async Task A_start_at_or_past_the_end_is_not_satisfiable(int offset, int? length)
    {
        await PutAsync("f", Content(Size));
        var range = new ByteRange(offset, length);
        await FailsAsync(StoreErrorCode.RangeNotSatisfiable, () => GetAsync(Store, "f", new() { Range = range }));
        Assert.Equal(StoreErrorCode.RangeNotSatisfiable, await CodeOfDriverAsync(new("f") { Range = range }));
    }

    [Fact]
    public async Task An_empty_file_has_the_empty_range_at_its_start_alone()
    {
        await PutAsync("f", Content(0));
        foreach (var range in new[] { ByteRange.All, new(0, 1), new(0, 100) })
        {
            Assert.Empty(await GetAsync(Store, "f", new() { Range = range }));
            Assert.Empty(await ReadDriverAsync(range));
        }
        foreach (var range in new[] { new ByteRange(1), new(1, 1), new(100, 1) })
        {
            await FailsAsync(StoreErrorCode.RangeNotSatisfiable, () => GetAsync(Store, "f", new() { Range = range }));
            Assert.Equal(StoreErrorCode.RangeNotSatisfiable, await CodeOfDriverAsync(new("f") { Range = range }));
        }
    }

    [Fact]
    public async Task A_file_of_one_byte_has_its_ranges()
    {
        await PutAsync("f", new byte[] { 42 });
        foreach (var range in new[] { ByteRange.All, new(0, 1), new(0, 2) })
            Assert.Equal([42], await GetAsync(Store, "f", new() { Range = range }));
        await FailsAsync(StoreErrorCode.RangeNotSatisfiable, () => GetAsync(Store, "f", new() { Range = new(1) }));
    }

    [Fact]
    public async Task Ranges_across_the_ends_of_parts_give_their_bytes()
    {
        var ends = await PartSizesAsync(2);
        var length = ends.Sum(e => (long)e) + 1000;
        await PutPatternAsync("f", length, seed: 9);
        foreach (var border in new[] { ends[0], ends[0] + (long)ends[1] })
        {
            foreach (var range in new[] { new ByteRange(border - 1, 1), new(border, 1), new(border - 1, 2), new(border - 300, 600), new(border - 5), new(border + 999) })
            {
                if (range.Offset >= length)
                    continue;
                var bytes = await GetAsync(Store, "f", new() { Range = range });
                Assert.Equal(range.LengthIn(length), bytes.Length);
                Assert.Equal(-1, Pattern.FirstDifference(bytes, 9, range.Offset));
            }
        }
    }

    [Fact]
    public async Task A_range_of_a_missing_file_is_not_found() =>
        await FailsAsync(StoreErrorCode.NotFound, () => GetAsync(Store, "missing", new() { Range = new(10, 10) }));

    [Fact]
    public async Task A_range_belongs_to_the_version_that_was_asked_for()
    {
        var first = await PutAsync("f", Content(Size, 1));
        Assert.Equal(Content(Size, 1)[10..20], await GetAsync(Store, "f", new() { Range = new(10, 10), IfMatch = first.ETag }));
        await PutAsync("f", Content(Size, 2));
        await FailsAsync(StoreErrorCode.PreconditionFailed, () => GetAsync(Store, "f", new() { Range = new(10, 10), IfMatch = first.ETag }));
        Assert.Equal(StoreErrorCode.PreconditionFailed, await CodeOfDriverAsync(new("f") { Range = new(10, 10), IfMatch = first.ETag }));
    }

    [Fact]
    public async Task A_condition_alone_selects_the_version()
    {
        var first = await PutAsync("f", Content(10, 1));
        var second = await PutAsync("f", Content(10, 2));
        await FailsAsync(StoreErrorCode.PreconditionFailed, () => GetAsync(Store, "f", new() { IfMatch = first.ETag }));
        Assert.Equal(Content(10, 2), await GetAsync(Store, "f", new() { IfMatch = second.ETag }));
    }

    private async Task<byte[]> ReadDriverAsync(ByteRange range)
    {
        await using var read = await (await OpenDriverAsync()).OpenReadAsync(new("f") { Range = range }, Cancel);
        if (read.Content.CanSeek)
        {
            Assert.Equal(range.Offset, read.Content.Position);
            Assert.Equal(read.Info.Length, read.Content.Length);
        }
        using var buffer = new MemoryStream();
        await read.Content.CopyToAsync(buffer, Cancel);
        // Seekable content continues to the end of the file, and the reader stops at the end of the range.
        var bytes = buffer.ToArray();
        return read.Content.CanSeek ? bytes[..(int)range.LengthIn(read.Info.Length)] : bytes;
    }

    private async Task<StoreErrorCode> CodeOfDriverAsync(ReadRequest request)
    {
        var driver = await OpenDriverAsync();
        var error = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var read = await driver.OpenReadAsync(request, Cancel);
        });
        return driver.Classify(error).Code;
    }
}
