using Cairn.Artifacts;

namespace Cairn.Artifacts;

public sealed partial class ArtifactRepository
{
    /// <summary>Exports an artifact into an OCI image layout, which tools such as <c>skopeo</c> read and push to a registry.</summary>
    /// <remarks>Blobs that are there already do not travel again. What the manifest holds itself is written as blobs too, since other tools look for it there. Safe among other exports into the same layout.</remarks>
    /// <param name="reference">A digest or a name.</param>
    /// <param name="layout">The root of the layout; made where there is none, and added to where there is one.</param>
    /// <param name="tag">The tag (<c>org.opencontainers.image.ref.name</c>) that stands for it in the layout afterwards; null for none.</param>
    /// <param name="cancellationToken">Cancels the export; blobs that have arrived stay, and the index does not name them.</param>
    /// <returns>The artifact, whose digest is the same there.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/> when the text cannot be a tag.</exception>
    public async Task<Artifact> ExportOciAsync(string reference, ArtifactStore layout, string? tag = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (tag is not null)
            OciIndex.CheckTag(tag);
        var digest = await ResolveAsync(reference, cancellationToken).ConfigureAwait(false);
        var content = await _blobs.ReadManifestBytesAsync(digest, cancellationToken).ConfigureAwait(false);
        var manifest = _blobs.ParseManifest(digest, content);
        var target = new ArtifactRepository(layout, Materializers);
        await target._blobs.MarkLayoutAsync(cancellationToken).ConfigureAwait(false);
        var missing = await target.MissingAsync([.. manifest.Blobs.Select(f => (BlobDigest.From(f.Digest), f.Length))], whole: true, cancellationToken).ConfigureAwait(false);
        await Parallel.ForEachAsync(missing, InParallel(cancellationToken), (blob, stopping) => CopyBlobAsync(blob.Digest, blob.Length, target, whole: true, stopping)).ConfigureAwait(false);
        foreach (var embedded in ManifestParser.Embedded(content))
            await target._blobs.PutAsync(BlobDigest.Of(embedded.Span), embedded, cancellationToken).ConfigureAwait(false);
        await target._blobs.PutAsync(digest, content, cancellationToken).ConfigureAwait(false);
        await OciIndex.SetAsync(layout, digest, content.Length, tag, cancellationToken).ConfigureAwait(false);
        return new(digest, manifest, content.Length);
    }

    /// <summary>Imports an artifact from an OCI image layout. Only blobs that are missing here travel, each checked on the way.</summary>
    /// <param name="layout">The root of the layout.</param>
    /// <param name="tag">Its tag there; null where the layout has one manifest alone.</param>
    /// <param name="name">The name that points to it here afterwards; null for none.</param>
    /// <param name="cancellationToken">Cancels the import; blobs that have arrived stay, and nothing refers to them.</param>
    /// <returns>The artifact, whose digest is the same as there.</returns>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.NotFound"/>: there is no layout, or no such tag; <see cref="StoreErrorCode.InvalidConfiguration"/>: its index is malformed, or leaves a choice;
    /// <see cref="StoreErrorCode.Unsupported"/>: the manifest is not one of Cairn's artifacts; <see cref="StoreErrorCode.IntegrityFailure"/>: bytes are not those of their digests.
    /// </exception>
    public async Task<Artifact> ImportOciAsync(ArtifactStore layout, string? tag = null, string? name = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var digest = await OciIndex.FindAsync(layout, tag, cancellationToken).ConfigureAwait(false);
        var (artifact, _) = await new ArtifactRepository(layout, Materializers).CopyToAsync(digest.ToString(), this, name, cancellationToken).ConfigureAwait(false);
        return artifact;
    }
}
