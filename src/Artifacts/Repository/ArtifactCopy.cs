namespace Cairn.Artifacts;

/// <summary>What a copy to another store has done.</summary>
/// <param name="Artifact">The artifact there; its digest is the same in every store.</param>
/// <param name="BytesCopied">How many bytes travelled: nothing for what was there.</param>
public sealed record ArtifactCopy(Artifact Artifact, long BytesCopied);
