using System.Security.Cryptography;
using Cairn.Tests.Drivers;

namespace Cairn.Tests.Reading;

/// <summary>A read as a <see cref="Stream"/>, of content that can seek and of content that cannot.</summary>
public sealed class ReadStreamTests
{
    private const int Length = 300_000;

    private static readonly byte[] Content = Bytes.Of(Length);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_read_goes_where_it_is_sent(bool seekable)
    {
        await using var stream = await OpenAsync(seekable);
        (stream.CanRead, stream.CanSeek, stream.CanWrite, stream.Length, stream.Position).ShouldBe((true, true, false, Length, 0));
        stream.Uri.ToString().ShouldBe("mem://remote/f");
        stream.Seek(10, SeekOrigin.Begin).ShouldBe(10);
        stream.ReadByte().ShouldBe(Content[10]);
        stream.Seek(5, SeekOrigin.Current).ShouldBe(16);
        stream.ReadByte().ShouldBe(Content[16]);
        stream.Seek(-7, SeekOrigin.Current).ShouldBe(10);
        stream.ReadByte().ShouldBe(Content[10]);
        stream.Seek(-1, SeekOrigin.End).ShouldBe(Length - 1);
        stream.ReadByte().ShouldBe(Content[^1]);
        stream.ReadByte().ShouldBe(-1);
        stream.Position.ShouldBe(Length);
        stream.Seek(0, SeekOrigin.Begin).ShouldBe(0);
        Should.Throw<IOException>(() => stream.Seek(-1, SeekOrigin.Begin));
        Should.Throw<ArgumentOutOfRangeException>(() => stream.Position = -1);
        Should.Throw<ArgumentOutOfRangeException>(() => stream.Seek(0, (SeekOrigin)7));
        stream.Position.ShouldBe(0);
        stream.Position = Length + 5;
        stream.ReadByte().ShouldBe(-1);
        stream.Position.ShouldBe(Length + 5);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_kind_of_read_gives_the_same_bytes(bool seekable)
    {
        await using var stream = await OpenAsync(seekable);
        var buffer = new byte[Length];
        for (var (at, i) = (0, 0); at < Length; i++)
        {
            var room = Math.Min(70_001, Length - at);
            at += (i % 4) switch
            {
                0 => stream.Read(buffer, at, room),
                1 => stream.Read(buffer.AsSpan(at, room)),
                2 => await stream.ReadAsync(buffer.AsMemory(at, room)),
                _ => await stream.ReadAsync(buffer, at, room, TestContext.Current.CancellationToken),
            };
            stream.Position.ShouldBe(at);
        }
        buffer.ShouldHold(Content);
        (stream.Read(buffer, 0, 1), stream.Read(buffer.AsSpan()), await stream.ReadAsync(buffer.AsMemory())).ShouldBe((0, 0, 0));
        stream.Position = 5;
        (stream.Read([]), await stream.ReadAsync(Memory<byte>.Empty), stream.Position).ShouldBe((0, 0, 5));
        Should.Throw<ArgumentOutOfRangeException>(() => stream.Read(buffer, 0, Length + 1));
        Should.Throw<ArgumentOutOfRangeException>(() => _ = stream.ReadAsync(buffer, 0, Length + 1, default));
        await Should.ThrowAsync<OperationCanceledException>(() => stream.ReadAsync(buffer.AsMemory(), new CancellationToken(true)).AsTask());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_read_that_is_closed_is_closed(bool seekable)
    {
        foreach (var sync in new[] { true, false })
        {
            var stream = await OpenAsync(seekable);
            if (sync)
                stream.Dispose();
            else
                await stream.DisposeAsync();
            (stream.CanRead, stream.CanSeek, stream.CanWrite).ShouldBe((false, false, false));
            Should.Throw<ObjectDisposedException>(() => stream.ReadByte());
            Should.Throw<ObjectDisposedException>(() => stream.Position = 0);
            Should.Throw<ObjectDisposedException>(() => stream.Seek(0, SeekOrigin.Begin));
            await Should.ThrowAsync<ObjectDisposedException>(() => stream.ReadAsync(new byte[1].AsMemory()).AsTask());
            stream.Dispose();
            await stream.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_read_is_not_written()
    {
        await using var stream = await OpenAsync(true);
        Should.Throw<NotSupportedException>(() => stream.Write([1], 0, 1));
        Should.Throw<NotSupportedException>(() => stream.SetLength(0));
        stream.Flush();
    }

    [Theory]
    [InlineData("sha256")]
    [InlineData("sha512")]
    [InlineData("sha1")]
    [InlineData("md5")]
    [InlineData("crc32c")]
    public async Task Content_is_checked_by_each_algorithm(string algorithm)
    {
        var right = algorithm switch
        {
            "crc32c" => Checksum.FromCrc32C(Crc32C.Compute(Content)),
            _ => Checksum.FromBytes(algorithm, CryptographicOperations.HashData(new HashAlgorithmName(algorithm.ToUpperInvariant()), Content)),
        };
        foreach (var seekable in new[] { true, false })
        {
            await using (var stream = await OpenAsync(seekable, right))
                (await Bytes.ReadAllAsync(stream)).ShouldHold(Content);
            await using var wrong = await OpenAsync(seekable, right with { Hex = new string('0', right.Hex.Length) });
            var error = await Should.ThrowAsync<StoreException>(() => Bytes.ReadAllAsync(wrong));
            error.Code.ShouldBe(StoreErrorCode.IntegrityFailure);
            error.Message.ShouldContain($"the content is {right} and not what was expected");
        }
    }

    [Fact]
    public async Task Content_that_is_read_again_and_out_of_order_is_checked_once_it_was_read_in_order()
    {
        var right = Checksum.FromBytes(Checksum.Sha256, SHA256.HashData(Content));
        foreach (var expected in new[] { right, right with { Hex = new string('0', 64) } })
        {
            await using var stream = await OpenAsync(true, expected);
            var buffer = new byte[Length];
            await stream.ReadExactlyAsync(buffer.AsMemory(0, 1000));
            stream.Position = 500;
            await stream.ReadExactlyAsync(buffer.AsMemory(500, 1000));
            stream.Position = 200_000;
            await stream.ReadExactlyAsync(buffer.AsMemory(200_000, 1000));
            stream.Position = 1500;
            var rest = buffer.AsMemory(1500);
            if (expected == right)
                await stream.ReadExactlyAsync(rest);
            else
                (await Should.ThrowAsync<StoreException>(async () => await stream.ReadExactlyAsync(rest))).Code.ShouldBe(StoreErrorCode.IntegrityFailure);
        }
        // The last bytes alone say nothing of the whole.
        await using var skipped = await OpenAsync(true, right with { Hex = new string('0', 64) });
        skipped.Position = 10;
        await skipped.ReadExactlyAsync(new byte[Length - 10]);
        skipped.ReadByte().ShouldBe(-1);
    }

    [Fact]
    public async Task Content_that_shrinks_under_a_local_read_is_a_changed_file()
    {
        await using var stream = new MemoryStream();
        var read = new Cairn.Providers.StoreRead(new StoreEntry { Path = "f", Length = 10 }, stream);
        var (_, store) = await RemoteDriver.OpenAsync();
        await using var content = new StoreReadStream(new Cairn.Reading.PinnedFile(store.Core, "f"), read, new(), readAhead: 0);
        (await Should.ThrowAsync<StoreException>(async () => await content.ReadExactlyAsync(new byte[1]))).Code.ShouldBe(StoreErrorCode.PreconditionFailed);
        Should.Throw<StoreException>(() => content.ReadExactly(new byte[1])).Message.ShouldContain("Open it again.");
    }

    [Theory]
    [InlineData(null, null, 0, 0, true)]
    [InlineData(null, null, 0, 1, false)]
    [InlineData("e1", "e1", 0, 1, true)]
    [InlineData("e1", "e2", 0, 0, false)]
    [InlineData("e1", null, 0, 0, false)]
    public async Task A_version_is_the_same_by_its_etag_and_without_one_by_its_time(string? first, string? second, int firstTime, int secondTime, bool same)
    {
        var (driver, _) = await RemoteDriver.OpenAsync();
        (driver.Seekable, driver.IgnoresIfMatch) = (true, true);
        var (etag, time) = (first, firstTime);
        await using var store = new ArtifactStore(new OtherFacts(driver, info => new() { Path = info.Path, Length = info.Length, ETag = etag, Modified = DateTimeOffset.UnixEpoch.AddSeconds(time) }));
        await store.WriteBytesAsync("f", Content, WriteMode.CreateNew);
        var file = new Cairn.Reading.PinnedFile(store.Core, "f");
        await (await file.OpenAsync(default, null, default)).DisposeAsync();
        (etag, time) = (second, secondTime);
        if (same)
            await (await file.OpenAsync(default, null, default)).DisposeAsync();
        else
            (await Should.ThrowAsync<StoreException>(async () => await file.OpenAsync(default, null, default))).Code.ShouldBe(StoreErrorCode.PreconditionFailed);
    }

    private sealed class OtherFacts(Cairn.Providers.StoreDriver inner, Func<StoreEntry, StoreEntry> facts) : Cairn.Providers.DelegatingStoreDriver(inner)
    {
        public override async ValueTask<Cairn.Providers.StoreRead> OpenReadAsync(Cairn.Providers.ReadRequest request, CancellationToken cancellationToken)
        {
            var read = await Inner.OpenReadAsync(request, cancellationToken);
            return new(facts(read.Info), read.Content, read);
        }
    }

    private static async Task<StoreReadStream> OpenAsync(bool seekable, Checksum? expected = null)
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        (driver.PartSize, driver.Seekable) = (1 << 24, seekable);
        await store.WriteBytesAsync("f", Content, WriteMode.CreateNew);
        return await store.OpenReadAsync("f", new() { ExpectedChecksum = expected });
    }
}
