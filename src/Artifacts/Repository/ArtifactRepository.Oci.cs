using Cairn.Artifacts;

namespace Cairn.Artifacts;

public sealed partial class ArtifactRepository
{
    /// <summary>Exports an artifact to an OCI image layout, which tools such as <c>skopeo</c> can read and push to a registry.</summary>
    /// <remarks>
    /// Existing blobs are not transferred again. Content that is part of the manifest is also written as blobs, because other tools expect it there.
    /// Concurrent exports to the same layout are safe.
    /// </remarks>
    /// <param name="digest">The digest of the artifact.</param>
    /// <param name="layout">The root of the layout, which is created if it does not exist.</param>
    /// <param name="tag">The tag (<c>org.opencontainers.image.ref.name</c>) of the artifact in the layout. Optional.</param>
    /// <param name="cancellationToken">Cancels the export; transferred blobs are kept, but the index does not refer to them.</param>
    /// <returns>The artifact, which has the same digest in the layout.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/>: the text is not a valid tag.</exception>
    public async Task<Artifact> ExportOciAsync(BlobDigest digest, ArtifactStore layout, string? tag = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (tag is not null)
            OciIndex.CheckTag(tag);
        var content = await _blobs.ReadManifestBytesAsync(digest, cancellationToken).ConfigureAwait(false);
        var manifest = _blobs.ParseManifest(digest, content);
        var target = new ArtifactRepository(layout, Materializers, StorePath.Root);
        await target._blobs.MarkLayoutAsync(cancellationToken).ConfigureAwait(false);
        var missing = await target.MissingAsync([.. manifest.Blobs.Select(f => (BlobDigest.From(f.Digest), f.Length))], whole: true, cancellationToken).ConfigureAwait(false);
        await Parallel.ForEachAsync(missing, InParallel(cancellationToken), (blob, stopping) => CopyBlobAsync(blob.Digest, blob.Length, target, whole: true, stopping)).ConfigureAwait(false);
        foreach (var embedded in ManifestParser.Embedded(content))
            await target._blobs.PutAsync(BlobDigest.Of(embedded.Span), embedded, cancellationToken).ConfigureAwait(false);
        await target._blobs.PutAsync(digest, content, cancellationToken).ConfigureAwait(false);
        await OciIndex.SetAsync(layout, digest, content.Length, tag, cancellationToken).ConfigureAwait(false);
        return new(digest, manifest, content.Length);
    }

    /// <summary>Imports an artifact from an OCI image layout. Only missing blobs are transferred, and each is verified.</summary>
    /// <param name="layout">The root of the layout.</param>
    /// <param name="tag">The tag in the layout; optional if the layout has only one manifest.</param>
    /// <param name="cancellationToken">Cancels the import; transferred blobs are kept, but nothing refers to them.</param>
    /// <returns>The artifact, which has the same digest as in the layout.</returns>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.NotFound"/>: there is no layout, or no such tag; <see cref="StoreErrorCode.InvalidConfiguration"/>: its index is malformed, or leaves a choice;
    /// <see cref="StoreErrorCode.Unsupported"/>: the manifest is not one of Cairn's artifacts; <see cref="StoreErrorCode.IntegrityFailure"/>: bytes are not those of their digests.
    /// </exception>
    public async Task<Artifact> ImportOciAsync(ArtifactStore layout, string? tag = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var digest = await OciIndex.FindAsync(layout, tag, cancellationToken).ConfigureAwait(false);
        var (artifact, _) = await new ArtifactRepository(layout, Materializers, StorePath.Root).CopyToAsync(digest, this, cancellationToken).ConfigureAwait(false);
        return artifact;
    }
}
