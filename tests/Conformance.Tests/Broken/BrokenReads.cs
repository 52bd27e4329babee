using Cairn.Providers;

namespace Cairn.Conformance.Tests.Broken;

/// <summary>Answers each range with all bytes from its start to the end of the file, in a stream that cannot seek.</summary>
internal sealed class IgnoresRangeEnd(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken) =>
        Streams.ForwardAsync(Inner, request, request.Range.Offset, null, cancellationToken);
}

/// <summary>Answers each range from the file's first byte.</summary>
internal sealed class IgnoresRangeStart(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken) =>
        Streams.ForwardAsync(Inner, request, 0, request.Range.Length, cancellationToken);
}

/// <summary>Ends long reads early, as if the end of the file had been reached.</summary>
internal sealed class EndsReadsEarly(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        var read = await Inner.OpenReadAsync(request, cancellationToken);
        var length = request.Range.LengthIn(read.Info.Length);
        await read.DisposeAsync();
        return await Streams.ForwardAsync(Inner, request, request.Range.Offset, Math.Max(0, length - 1), cancellationToken);
    }
}

/// <summary>Returns no bytes for a range that starts past the end.</summary>
internal sealed class AnswersPastTheEnd(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await Inner.OpenReadAsync(request, cancellationToken);
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.RangeNotSatisfiable)
        {
            var read = await Inner.OpenReadAsync(new ReadRequest(request.Path), cancellationToken);
            return new StoreRead(read.Info, new MemoryStream(), read);
        }
    }
}

/// <summary>Reads the current version instead of the requested one.</summary>
internal sealed class ReadsAnyVersion(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken) =>
        Inner.OpenReadAsync(request with { IfMatch = null }, cancellationToken);
}

/// <summary>Reads each piece of one read from the version that is current at that moment.</summary>
internal sealed class MixesVersions(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        await using var read = await Inner.OpenReadAsync(request with { IfMatch = null }, cancellationToken);
        return new StoreRead(read.Info, new Live(Inner, request.Path, request.Range.Offset, request.Range.Offset + request.Range.LengthIn(read.Info.Length)));
    }

    private sealed class Live(StoreDriver driver, StorePath path, long position, long end) : ForwardStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (position >= end || buffer.IsEmpty)
                return 0;
            await using var read = await driver.OpenReadAsync(new ReadRequest(path), cancellationToken);
            if (position >= read.Info.Length)
                return 0;
            await using var now = await driver.OpenReadAsync(new ReadRequest(path) { Range = new ByteRange(position) }, cancellationToken);
            var wanted = (int)Math.Min(Math.Min(buffer.Length, end - position), 64 << 10);
            var got = await now.Content.ReadAsync(buffer[..wanted], cancellationToken);
            position += got;
            return got;
        }
    }
}

/// <summary>Uses one buffer for all reads.</summary>
internal sealed class SharesABuffer(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    private readonly byte[] _buffer = new byte[64 << 10];

    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        var read = await Inner.OpenReadAsync(request, cancellationToken);
        return new StoreRead(read.Info, new Shared(read.Content, _buffer, request.Range.LengthIn(read.Info.Length)), read);
    }

    private sealed class Shared(Stream inner, byte[] shared, long left) : ForwardStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var wanted = (int)Math.Min(Math.Min(buffer.Length, shared.Length), left);
            var got = await inner.ReadAsync(shared.AsMemory(0, wanted), cancellationToken);
            // Long enough for another read to come in between.
            await Task.Delay(1, cancellationToken);
            shared.AsMemory(0, got).CopyTo(buffer);
            left -= got;
            return got;
        }
    }
}

/// <summary>Flips a bit in long reads.</summary>
internal sealed class FlipsABit(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        var read = await Inner.OpenReadAsync(request, cancellationToken);
        return new StoreRead(read.Info, new Flipping(read.Content, request.Range.LengthIn(read.Info.Length)), read);
    }

    private sealed class Flipping(Stream inner, long left) : ForwardStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var got = await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, left)], cancellationToken);
            left -= got;
            if (got > 4)
                buffer.Span[4] ^= 1;
            return got;
        }
    }
}

/// <summary>Reads a missing file as an empty one.</summary>
internal sealed class ReadsMissingAsEmpty(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await Inner.OpenReadAsync(request, cancellationToken);
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
        {
            return new StoreRead(new StoreEntry { Path = request.Path, ETag = "none" }, new MemoryStream());
        }
    }
}

/// <summary>Makes content that cannot seek, as a connection's is.</summary>
internal static class Streams
{
    public static async ValueTask<StoreRead> ForwardAsync(StoreDriver driver, ReadRequest request, long offset, long? length, CancellationToken cancellationToken)
    {
        await using (await driver.OpenReadAsync(request, cancellationToken))
        {
            // The request itself must be answered as a sound driver answers it.
        }
        var read = await driver.OpenReadAsync(request with { Range = default }, cancellationToken);
        read.Content.Position = offset;
        return new StoreRead(read.Info, new Forward(read.Content, length ?? long.MaxValue), read);
    }

    private sealed class Forward(Stream inner, long left) : ForwardStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var got = await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, left)], cancellationToken);
            left -= got;
            return got;
        }
    }
}

/// <summary>A stream that can only be read, forward and asynchronously.</summary>
internal abstract class ForwardStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
