namespace Cairn.Artifacts;

/// <summary>The artifact that a name refers to.</summary>
/// <param name="Digest">The digest of the artifact.</param>
/// <param name="ETag">The etag for changing the name with <see cref="ArtifactNames.SetAsync"/>; null if the store has none.</param>
public sealed record NamedArtifact(BlobDigest Digest, string? ETag);
