using Cairn.Artifacts;

namespace Cairn.Artifacts;

/// <summary>A saved object, which is immutable and identified by its digest.</summary>
/// <param name="Digest">The digest of the manifest, which is the identity in every store.</param>
/// <param name="Manifest">The manifest.</param>
/// <param name="ManifestLength">The length of the manifest in bytes.</param>
public sealed record Artifact(BlobDigest Digest, ArtifactManifest Manifest, long ManifestLength)
{
    /// <summary>Returns the digest.</summary>
    public override string ToString() => Digest.ToString();
}
