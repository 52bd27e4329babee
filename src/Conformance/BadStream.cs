namespace Cairn.Conformance;

/// <summary>
/// A source of <see cref="Pattern"/> bytes that behaves as badly as a stream is allowed to: short reads of varying sizes, and a failure in between.
/// </summary>
/// <param name="length">The length in bytes.</param>
/// <param name="seed">The seed of the pattern.</param>
/// <param name="failAt">The number of bytes after which it throws; null for never.</param>
/// <param name="failure">Creates the exception; by default an <see cref="InvalidDataException"/>.</param>
internal sealed class BadStream(long length, int seed, long? failAt = null, Func<Exception>? failure = null) : Stream
{
    private readonly Random _random = new(seed);
    private long _at;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        if (_at == failAt)
            throw failure?.Invoke() ?? new InvalidDataException("The source broke.");
        var most = Math.Min(Math.Min(buffer.Length, (failAt ?? length) - _at), _random.Next(8) == 0 ? 1 : 20_000);
        if (most <= 0)
            return 0;
        var count = _random.Next(1, (int)most + 1);
        Pattern.Fill(buffer[..count], seed, _at);
        _at += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        return Read(buffer.Span);
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
