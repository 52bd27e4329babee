namespace Cairn.Providers.Memory;

/// <summary>Content in segments, so that no array contains a whole file. Immutable; versions can share it.</summary>
internal sealed class MemoryContent
{
    private readonly byte[][] _segments;
    private readonly long[] _starts;

    /// <param name="segments">The segments in order; none is empty. Owned by this object.</param>
    /// <param name="checksum">The checksum of the whole content.</param>
    public MemoryContent(byte[][] segments, Checksum? checksum)
    {
        _segments = segments;
        _starts = new long[segments.Length];
        for (var i = 0; i < segments.Length; i++)
        {
            _starts[i] = Length;
            Length += segments[i].Length;
        }
        Checksum = checksum;
    }

    public static MemoryContent Empty { get; } = new([], Checksum.FromCrc32C(0));

    public long Length { get; }

    public Checksum? Checksum { get; }

    /// <summary>Returns the bytes from an offset to the end of their segment; empty at the end.</summary>
    public ReadOnlyMemory<byte> RunAt(long offset)
    {
        if (offset >= Length)
            return default;
        var at = Array.BinarySearch(_starts, offset);
        var segment = at >= 0 ? at : ~at - 1;
        return _segments[segment].AsMemory((int)(offset - _starts[segment]));
    }
}
