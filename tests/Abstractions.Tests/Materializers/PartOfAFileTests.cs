using Cairn.Materializers;

namespace Cairn.Tests.Materializers;

/// <summary><see cref="ArtifactReader.OpenRangeAsync"/> as it is for a reader that can only open whole files.</summary>
public sealed class PartOfAFileTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * 31))];

    [Theory]
    [InlineData(0, null, 200_000)]
    [InlineData(0, 10L, 10)]
    [InlineData(1, 10L, 10)]
    [InlineData(70_000, 100_000L, 100_000)]
    [InlineData(150_000, null, 50_000)]
    [InlineData(199_990, 10L, 10)]
    [InlineData(200_000, null, 0)]
    public async Task A_part_is_the_bytes_of_its_range(long offset, long? length, int expected)
    {
        await using var reader = new OneFile(new TrackedStream(Content));
        await using (var part = await reader.OpenRangeAsync("f", new ByteRange(offset, length)))
        {
            var copy = new MemoryStream();
            await part.CopyToAsync(copy);
            copy.ToArray().ShouldBe(Content.AsSpan((int)offset, expected).ToArray());
            (await part.ReadAsync(new byte[10])).ShouldBe(0);
        }
        reader.Opened.IsDisposed.ShouldBeTrue();
    }

    [Fact]
    public async Task A_part_is_read_by_every_kind_of_read()
    {
        await using var reader = new OneFile(new TrackedStream(Content));
        using (var part = await reader.OpenRangeAsync("f", new ByteRange(5, 7)))
        {
            var buffer = new byte[6];
            part.Read(buffer, 2, 3).ShouldBe(3);
            buffer.ShouldBe([0, 0, Content[5], Content[6], Content[7], 0]);
            part.Read(buffer.AsSpan(0, 2)).ShouldBe(2);
            buffer[..2].ShouldBe([Content[8], Content[9]]);
            (await part.ReadAsync(buffer, 1, 5, TestContext.Current.CancellationToken)).ShouldBe(2);
            buffer[1..3].ShouldBe([Content[10], Content[11]]);
            part.Read(buffer).ShouldBe(0);
            part.Read(buffer, 0, 6).ShouldBe(0);
            Should.Throw<ArgumentOutOfRangeException>(() => part.Read(buffer, 0, 7));
            Should.Throw<ArgumentNullException>(() => part.Read(null!, 0, 0));
            await Should.ThrowAsync<ArgumentNullException>(() => part.ReadAsync(null!, 0, 0, TestContext.Current.CancellationToken));
            await Should.ThrowAsync<ArgumentOutOfRangeException>(() => part.ReadAsync(buffer, 7, 1, TestContext.Current.CancellationToken));
        }
        reader.Opened.IsDisposed.ShouldBeTrue();
    }

    [Fact]
    public async Task A_part_only_goes_forward()
    {
        await using var reader = new OneFile(new TrackedStream(Content));
        await using var part = await reader.OpenRangeAsync("f", new ByteRange(5, 7));
        (part.CanRead, part.CanSeek, part.CanWrite).ShouldBe((true, false, false));
        Should.Throw<NotSupportedException>(() => part.Length);
        Should.Throw<NotSupportedException>(() => part.Position);
        Should.Throw<NotSupportedException>(() => part.Position = 0);
        Should.Throw<NotSupportedException>(() => part.Seek(0, SeekOrigin.Begin));
        Should.Throw<NotSupportedException>(() => part.SetLength(1));
        Should.Throw<NotSupportedException>(() => part.Write([1]));
        part.Flush();
    }

    [Theory]
    [InlineData(199_991, 10L)]
    [InlineData(200_001, null)]
    public async Task A_part_past_the_end_is_refused_before_anything_is_opened(long offset, long? length)
    {
        await using var reader = new OneFile(new TrackedStream(Content));
        var error = await Should.ThrowAsync<StoreException>(async () => await reader.OpenRangeAsync("f", new ByteRange(offset, length)));
        error.Code.ShouldBe(StoreErrorCode.RangeNotSatisfiable);
        error.Reason.ShouldContain("'f' has 200000 bytes");
        reader.Opens.ShouldBe(0);
    }

    [Fact]
    public async Task A_file_that_ends_before_the_part_fails_and_is_closed()
    {
        await using var reader = new OneFile(new TrackedStream(Content[..100]));
        (await Should.ThrowAsync<EndOfStreamException>(async () => await reader.OpenRangeAsync("f", new ByteRange(101, 5)))).Message.ShouldContain("byte 101");
        reader.Opened.IsDisposed.ShouldBeTrue();
    }

    [Fact]
    public async Task A_name_that_the_artifact_does_not_have_is_left_to_the_opening()
    {
        await using var reader = new OneFile(new TrackedStream(Content));
        (await Should.ThrowAsync<FileNotFoundException>(async () => await reader.OpenRangeAsync("g", new ByteRange(500_000, 5)))).Message.ShouldContain("'g'");
    }

    [Fact]
    public async Task A_single_file_is_single()
    {
        await using var one = new OneFile(new TrackedStream(Content));
        one.Single.Name.Value.ShouldBe("f");
        await using var two = new OneFile(new TrackedStream(Content), "f", "g");
        Should.Throw<MaterializationException>(() => two.Single).Message.ShouldBe("it must have exactly one file, but has 2 (materializer one-file).");
    }

    private sealed class TrackedStream(byte[] content) : MemoryStream(content, writable: false)
    {
        public bool IsDisposed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }

    /// <summary>An artifact that has no file.</summary>
    internal sealed class NoFiles : ArtifactReader
    {
        public override IReadOnlyList<ArtifactFile> Files => [];

        public override string MaterializerId => "none";

        public override int FormatVersion => 1;

        public override IReadOnlyDictionary<string, string> Facts => new Dictionary<string, string>();

        public override ValueTask<Stream> OpenAsync(StorePath name, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public override ValueTask<Stream> OpenDetachedAsync(StorePath name, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public override ValueTask<string> GetLocalFileAsync(StorePath name, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }

    private sealed class OneFile(TrackedStream stream, params string[] names) : ArtifactReader
    {
        public override IReadOnlyList<ArtifactFile> Files { get; } =
            [.. (names is [] ? ["f"] : names).Select(n => new ArtifactFile(n, ArtifactFile.Bytes, Content.Length, null!))];

        public override string MaterializerId => "one-file";

        public override int FormatVersion => 1;

        public override IReadOnlyDictionary<string, string> Facts => new Dictionary<string, string>();

        public TrackedStream Opened => stream;

        public int Opens { get; private set; }

        public override ValueTask<Stream> OpenAsync(StorePath name, CancellationToken cancellationToken = default) => OpenDetachedAsync(name, cancellationToken);

        public override ValueTask<Stream> OpenDetachedAsync(StorePath name, CancellationToken cancellationToken = default)
        {
            Opens++;
            return Files.Any(f => f.Name == name) ? new(stream) : throw new FileNotFoundException($"There is no '{name}'.");
        }

        public override ValueTask<string> GetLocalFileAsync(StorePath name, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
