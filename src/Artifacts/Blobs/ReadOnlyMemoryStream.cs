using System.Runtime.InteropServices;

namespace Cairn.Artifacts;

/// <summary>Bytes in memory as a stream.</summary>
internal sealed class ReadOnlyMemoryStream : MemoryStream
{
    public ReadOnlyMemoryStream(ReadOnlyMemory<byte> content)
        : this(MemoryMarshal.TryGetArray(content, out var segment) && segment.Array is not null ? segment : new(content.ToArray()))
    {
    }

    private ReadOnlyMemoryStream(ArraySegment<byte> content)
        : base(content.Array!, content.Offset, content.Count, writable: false)
    {
    }
}
