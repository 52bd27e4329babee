using Cairn.Artifacts;

namespace Cairn.Tests.Artifacts;

public sealed class VerifiedStreamTests
{
    [Theory]
    [InlineData(false, false, false)]
    [InlineData(false, false, true)]
    [InlineData(false, true, false)]
    [InlineData(false, true, true)]
    [InlineData(true, false, false)]
    [InlineData(true, false, true)]
    [InlineData(true, true, false)]
    [InlineData(true, true, true)]
    public async Task Disposal_closes_the_blob_unless_its_rest_is_to_be_checked(bool keeps, bool toEnd, bool isAsync)
    {
        var blob = new Blob();
        var stream = new VerifiedStream(blob, keeps);
        (await ReadAsync(stream, 4, isAsync)).ShouldBe(4);
        if (toEnd)
        {
            (await ReadAsync(stream, 10, isAsync)).ShouldBe(6);
            (await ReadAsync(stream, 0, isAsync)).ShouldBe(0);
            (await ReadAsync(stream, 1, isAsync)).ShouldBe(0);
            (await ReadAsync(stream, 1, isAsync)).ShouldBe(0);
        }
        blob.Disposals.ShouldBe(0);

        await DisposeAsync(stream, isAsync);

        var stays = keeps && !toEnd;
        blob.Disposals.ShouldBe(stays ? 0 : 1);
        blob.Position.ShouldBe(toEnd ? 10 : 4);
        await stream.FinishAsync(CancellationToken.None);
        blob.Disposals.ShouldBe(1);
        blob.LastPosition.ShouldBe(stays || toEnd ? 10 : 4);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_read_of_no_bytes_is_not_the_end(bool isAsync)
    {
        var blob = new Blob();
        var stream = new VerifiedStream(blob, keepsForFinish: true);
        (await ReadAsync(stream, 0, isAsync)).ShouldBe(0);
        await DisposeAsync(stream, isAsync);
        blob.Disposals.ShouldBe(0);
        await stream.FinishAsync(CancellationToken.None);
        blob.LastPosition.ShouldBe(10);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_disposed_stream_cannot_be_read(bool isAsync)
    {
        var stream = new VerifiedStream(new Blob(), keepsForFinish: true);
        (stream.CanRead, stream.CanSeek, stream.CanWrite, stream.Length).ShouldBe((true, false, false, 10));
        await ReadAsync(stream, 3, isAsync);
        stream.Position.ShouldBe(3);
        Should.Throw<NotSupportedException>(() => stream.Position = 0).Message.ShouldContain("from first to last byte");
        await DisposeAsync(stream, isAsync);
        stream.CanRead.ShouldBeFalse();
        await Should.ThrowAsync<ObjectDisposedException>(() => ReadAsync(stream, 1, isAsync));
    }

    [Fact]
    public async Task The_rest_is_read_once_and_a_damaged_rest_still_closes_the_blob()
    {
        var blob = new Blob { FailsAt = 5 };
        var stream = new VerifiedStream(blob, keepsForFinish: true);
        await Should.ThrowAsync<IOException>(() => stream.FinishAsync(CancellationToken.None).AsTask());
        blob.Disposals.ShouldBe(1);
        await stream.FinishAsync(CancellationToken.None);
        stream.Dispose();
        blob.Disposals.ShouldBe(1);
    }

    [Fact]
    public async Task A_blob_that_was_read_to_its_end_is_not_read_again()
    {
        var blob = new Blob();
        var stream = new VerifiedStream(blob, keepsForFinish: true);
        await stream.CopyToAsync(Stream.Null);
        var reads = blob.Reads;
        await stream.FinishAsync(CancellationToken.None);
        (blob.Reads, blob.Disposals).ShouldBe((reads, 1));
    }

    [Fact]
    public async Task A_closed_stream_reads_nothing_more()
    {
        var blob = new Blob();
        var stream = new VerifiedStream(blob, keepsForFinish: true);
        await stream.CloseAsync();
        stream.CanRead.ShouldBeFalse();
        await stream.FinishAsync(CancellationToken.None);
        (blob.Reads, blob.Disposals).ShouldBe((0, 1));
    }

    private static async Task<int> ReadAsync(VerifiedStream stream, int count, bool isAsync) => isAsync ? await stream.ReadAsync(new byte[count]) : stream.Read(new byte[count]);

    private static async Task DisposeAsync(VerifiedStream stream, bool isAsync)
    {
        if (isAsync)
            await stream.DisposeAsync();
        else
            stream.Dispose();
    }

    /// <summary>Ten bytes that count their reads and disposals.</summary>
    private sealed class Blob() : MemoryStream(new byte[10])
    {
        private bool _disposed;

        public int? FailsAt { get; init; }

        public int Reads { get; private set; }

        public int Disposals { get; private set; }

        public long LastPosition { get; private set; }

        public override long Position
        {
            get => _disposed ? LastPosition : base.Position;
            set => base.Position = value;
        }

        public override int Read(Span<byte> buffer)
        {
            Reads++;
            var count = FailsAt is { } end && base.Position + buffer.Length > end ? throw new IOException("damaged") : base.Read(buffer);
            LastPosition = base.Position;
            return count;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            var buffer = new byte[bufferSize];
            while (Read(buffer) > 0)
            {
            }
            return Task.CompletedTask;
        }

        protected override void Dispose(bool disposing)
        {
            if (!_disposed)
                LastPosition = base.Position;
            _disposed = true;
            Disposals++;
            base.Dispose(disposing);
        }
    }
}
