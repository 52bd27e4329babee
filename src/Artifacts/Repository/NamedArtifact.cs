namespace Cairn.Artifacts;

/// <summary>Where a name points.</summary>
/// <param name="Digest">The artifact.</param>
/// <param name="ETag">The etag that <see cref="ArtifactNames.SetAsync"/> takes to point it elsewhere; null where the store has none.</param>
public sealed record NamedArtifact(BlobDigest Digest, string? ETag);
