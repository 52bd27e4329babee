namespace Cairn.Providers.Memory.Tests;

/// <summary>The stream itself, which a store's own stream hides most of.</summary>
public sealed class MemoryReadStreamTests
{
    private static readonly MemoryContent Content = new([[1, 2, 3], [4, 5], [6]], null);

    [Fact]
    public async Task It_reads_over_the_segments_from_anywhere()
    {
        for (var at = 0; at <= 7; at++)
        {
            byte[] rest = [.. new byte[] { 1, 2, 3, 4, 5, 6 }.Skip(at)];
            var buffer = new byte[10];
            using var stream = new MemoryReadStream(Content, at);
            stream.Read(buffer, 2, 8).ShouldBe(rest.Length);
            buffer.ShouldBe([0, 0, .. rest, .. new byte[8 - rest.Length]]);
            stream.Position = at;
            (await stream.ReadAsync(buffer, 0, 10, TestContext.Current.CancellationToken)).ShouldBe(rest.Length);
            stream.Position = at;
            var copy = new MemoryStream();
            await stream.CopyToAsync(copy, 1, TestContext.Current.CancellationToken);
            copy.ToArray().ShouldBe(rest);
            stream.Position.ShouldBe(at + rest.Length);
        }
    }

    [Fact]
    public async Task It_seeks_and_says_what_it_can()
    {
        var stream = new MemoryReadStream(Content, 1);
        (stream.CanRead, stream.CanSeek, stream.CanWrite, stream.Length, stream.Position).ShouldBe((true, true, false, 6, 1));
        stream.Seek(2, SeekOrigin.Begin).ShouldBe(2);
        stream.Seek(3, SeekOrigin.Current).ShouldBe(5);
        stream.Seek(-2, SeekOrigin.Current).ShouldBe(3);
        stream.ReadByte().ShouldBe(4);
        stream.Seek(-1, SeekOrigin.End).ShouldBe(5);
        stream.Seek(1, SeekOrigin.End).ShouldBe(7);
        stream.ReadByte().ShouldBe(-1);
        Should.Throw<OverflowException>(() => stream.Seek(long.MaxValue, SeekOrigin.Current));
        Should.Throw<OverflowException>(() => stream.Seek(long.MaxValue, SeekOrigin.End));
        Should.Throw<IOException>(() => stream.Seek(-1, SeekOrigin.Begin));
        Should.Throw<ArgumentOutOfRangeException>(() => stream.Seek(0, (SeekOrigin)9));
        Should.Throw<ArgumentOutOfRangeException>(() => stream.Read(new byte[1], 0, 2));
        Should.Throw<ArgumentNullException>(() => stream.Read(null!, 0, 0));
        await Should.ThrowAsync<TaskCanceledException>(() => stream.ReadAsync(new byte[1].AsMemory(), new CancellationToken(true)).AsTask());
        Should.Throw<NotSupportedException>(() => stream.Write([1], 0, 1));
        Should.Throw<NotSupportedException>(() => stream.SetLength(0));
        stream.Flush();
        stream.Dispose();
        (stream.CanRead, stream.CanSeek).ShouldBe((false, false));
        Should.Throw<ObjectDisposedException>(() => stream.ReadByte());
    }
}
