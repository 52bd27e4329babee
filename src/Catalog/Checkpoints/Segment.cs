namespace Cairn.Catalog.Checkpoints;

/// <summary>The lines of a segment, before it is saved.</summary>
internal sealed record Segment(ReadOnlyMemory<byte> Lines);
