namespace Cairn.Reading;

/// <summary>The content of a <see cref="StoreReadStream"/>: reads from any offset of its span, up to the end of the span.</summary>
internal abstract class ReadContent : IAsyncDisposable
{
    /// <summary>Reads into a buffer that is not empty and does not reach past the end.</summary>
    /// <returns>The number of bytes. Zero if the content has become shorter.</returns>
    public abstract ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Synchronous version of <see cref="ReadAsync"/>.</summary>
    public abstract int Read(long offset, Span<byte> buffer);

    public abstract ValueTask DisposeAsync();
}
