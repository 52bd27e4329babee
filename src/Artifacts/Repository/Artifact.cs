using Cairn.Artifacts;

namespace Cairn.Artifacts;

/// <summary>A saved object: immutable, named by its digest.</summary>
/// <param name="Digest">The digest of its manifest: its identity in every store.</param>
/// <param name="Manifest">What it is.</param>
/// <param name="ManifestLength">The manifest's length in bytes.</param>
public sealed record Artifact(BlobDigest Digest, ArtifactManifest Manifest, long ManifestLength)
{
    /// <summary>The digest.</summary>
    public override string ToString() => Digest.ToString();
}
