using Cairn.Providers;

namespace Cairn.Reading;

/// <summary>Seekable content, used directly: bytes are read into the caller's memory without a copy.</summary>
internal sealed class SeekableContent(PinnedFile file, StoreRead read, long start) : ReadContent
{
    private long _offset;

    public override ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _offset = offset;
        return file.Reading.RunAsync(this, buffer, static (content, buffer, stopping) => content.At().ReadAsync(buffer, stopping), cancellationToken);
    }

    public override int Read(long offset, Span<byte> buffer)
    {
        _offset = offset;
        return file.Reading.Run(this, buffer, static (content, buffer) => content.At().Read(buffer));
    }

    public override ValueTask DisposeAsync() => read.DisposeAsync();

    private Stream At()
    {
        if (read.Content.Position != start + _offset)
            read.Content.Position = start + _offset;
        return read.Content;
    }
}
