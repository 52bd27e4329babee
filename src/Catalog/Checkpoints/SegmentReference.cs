using Cairn.Artifacts;

namespace Cairn.Catalog.Checkpoints;

/// <summary>A segment, as a checkpoint names it.</summary>
/// <param name="Artifact">The digest of the artifact.</param>
/// <param name="Records">The number of its records.</param>
/// <param name="Bytes">The length of its file.</param>
internal sealed record SegmentReference(BlobDigest Artifact, long Records, long Bytes);
