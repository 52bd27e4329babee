using Cairn.Streams;

namespace Cairn.Formats.Arrow;

/// <summary>Passes on what is written, and tells how much that is: the library asks for the position and never changes it.</summary>
/// <param name="inner">Where to; not owned.</param>
internal sealed class CountingStream(Stream inner) : WriteOnlyStream
{
    private long _position;

    /// <summary>The library writes only to streams that say so.</summary>
    public override bool CanSeek => true;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException("A file of an artifact is written from first to last byte.");
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        _position += buffer.Length;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        inner.Write(buffer);
        _position += buffer.Length;
    }
}
