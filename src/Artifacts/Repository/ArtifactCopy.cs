namespace Cairn.Artifacts;

/// <summary>The result of a copy to another store.</summary>
/// <param name="Artifact">The artifact in the target; its digest is the same in every store.</param>
/// <param name="BytesCopied">The number of transferred bytes; existing blobs are not transferred.</param>
public sealed record ArtifactCopy(Artifact Artifact, long BytesCopied);
