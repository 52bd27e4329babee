using Cairn.Artifacts;
using Cairn.Artifacts.Chunking;

namespace Cairn.Artifacts;

public sealed partial class ArtifactRepository
{
    private const int Parallelism = 8;
    private const int CopyBuffer = 1 << 20;

    /// <summary>Copies an artifact to another store. Only missing blobs are transferred, and each is verified.</summary>
    /// <param name="digest">The digest of the artifact.</param>
    /// <param name="target">The target repository.</param>
    /// <param name="cancellationToken">Cancels the copy; transferred blobs are kept, but nothing refers to them.</param>
    /// <returns>The artifact, whose digest is the same in every store, and the number of transferred bytes.</returns>
    public async Task<ArtifactCopy> CopyToAsync(BlobDigest digest, ArtifactRepository target, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        var content = await _blobs.ReadManifestBytesAsync(digest, cancellationToken).ConfigureAwait(false);
        var manifest = _blobs.ParseManifest(digest, content);
        var copied = 0L;
        await target._blobs.PrepareAsync(forWriting: true, cancellationToken, adopted: _blobs.IsCurrent ? null : _blobs).ConfigureAwait(false);
        var missing = await target.MissingAsync([.. manifest.Blobs.Select(f => (BlobDigest.From(f.Digest), f.Length))], whole: false, cancellationToken).ConfigureAwait(false);
        await Parallel.ForEachAsync(missing, InParallel(cancellationToken), async (blob, stopping) =>
        {
            await CopyBlobAsync(blob.Digest, blob.Length, target, whole: false, stopping).ConfigureAwait(false);
            Interlocked.Add(ref copied, blob.Length);
        }).ConfigureAwait(false);
        if (!await target.Store.ExistsAsync(BlobStore.PathOf(digest), cancellationToken).ConfigureAwait(false))
        {
            await target._blobs.PutAsync(digest, content, cancellationToken).ConfigureAwait(false);
            copied += content.Length;
        }
        return new(new(digest, manifest, content.Length), copied);
    }

    /// <summary>Deletes an artifact: its manifest is removed, so it can no longer be loaded by its digest.</summary>
    /// <remarks>Its blobs are kept, because other artifacts may share them, until unreferenced blobs are collected.</remarks>
    /// <param name="digest">The digest of the artifact.</param>
    /// <param name="cancellationToken">Cancels the deletion.</param>
    /// <returns>false if the artifact did not exist.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.Unsupported"/>: the digest is not that of a manifest.</exception>
    public async Task<bool> DeleteAsync(BlobDigest digest, CancellationToken cancellationToken = default)
    {
        var path = BlobStore.PathOf(digest);
        await _blobs.PrepareAsync(forWriting: false, cancellationToken).ConfigureAwait(false);
        if (await Store.TryStatAsync(path, cancellationToken).ConfigureAwait(false) is null)
        {
            await _blobs.RefuseRepositoryAboveAsync(cancellationToken).ConfigureAwait(false);
            return false;
        }
        await _blobs.ReadManifestAsync(digest, cancellationToken).ConfigureAwait(false);
        return await Store.RemoveAsync(path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Returns whether the store holds an artifact whole: its manifest, and each blob with its length. The content is not read.</summary>
    /// <param name="digest">The digest of the artifact.</param>
    /// <param name="cancellationToken">Cancels the look-up.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.IntegrityFailure"/>: the manifest is damaged. Also other errors of the store.</exception>
    public async Task<bool> ContainsAsync(BlobDigest digest, CancellationToken cancellationToken = default)
    {
        Artifact artifact;
        try
        {
            artifact = await StatAsync(digest, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
        {
            return false;
        }
        foreach (var blob in artifact.Manifest.Blobs)
        {
            if (!await _blobs.ExistsAsync(BlobDigest.From(blob.Digest), blob.Length, cancellationToken).ConfigureAwait(false))
                return false;
        }
        return true;
    }

    private static ParallelOptions InParallel(CancellationToken cancellationToken) => new() { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };

    private async ValueTask<IReadOnlyList<(BlobDigest Digest, long Length)>> MissingAsync(
        IReadOnlyList<(BlobDigest Digest, long Length)> wanted, bool whole, CancellationToken cancellationToken)
    {
        var missing = wanted.ToDictionary(b => b.Digest, b => b.Length);
        if (wanted.Count > BlobPresence.ListingPays)
        {
            await foreach (var entry in Store.ListAsync(BlobStore.Folder, null, cancellationToken).ConfigureAwait(false))
            {
                if (BlobDigest.TryParseHex(entry.Path.Name, out var digest))
                    missing.Remove(digest);
            }
            await foreach (var entry in Store.ListAsync(ChunkStore.Recipes, null, cancellationToken).ConfigureAwait(false))
            {
                if (!whole && BlobDigest.TryParseHex(entry.Path.Name, out var digest))
                    missing.Remove(digest);
            }
        }
        else
        {
            await Parallel.ForEachAsync(wanted, InParallel(cancellationToken), async (blob, stopping) =>
            {
                if (!await (whole ? Store.IsFileAsync(BlobStore.PathOf(blob.Digest), stopping) : _blobs.ExistsAsync(blob.Digest, blob.Length, stopping)).ConfigureAwait(false))
                    return;
                lock (missing)
                    missing.Remove(blob.Digest);
            }).ConfigureAwait(false);
        }
        return [.. missing.Select(b => (b.Key, b.Value))];
    }

    /// <summary>Copies a blob and verifies it, whole or in chunks depending on the default of the target.</summary>
    private async ValueTask CopyBlobAsync(BlobDigest digest, long length, ArtifactRepository target, bool whole, CancellationToken cancellationToken)
    {
        var source = await _blobs.OpenAsync(digest, length, cancellationToken).ConfigureAwait(false);
        await using var reading = source.ConfigureAwait(false);
        if (!whole && length > SpoolStream.ChunkedLimit && target._blobs.ChunkedByDefault)
        {
            var chunks = new ChunkWriter(target._blobs);
            await using var ending = chunks.ConfigureAwait(false);
            var buffer = new byte[CopyBuffer];
            for (int count; (count = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
                await chunks.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            await chunks.CompleteAsync(cancellationToken).ConfigureAwait(false);
            return;
        }
        try
        {
            var write = await target.Store.OpenWriteAsync(BlobStore.PathOf(digest), WriteMode.CreateNew, new() { Length = length }, cancellationToken).ConfigureAwait(false);
            await using var writing = write.ConfigureAwait(false);
            await write.CopyFromAsync(source, null, cancellationToken).ConfigureAwait(false);
            await write.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.AlreadyExists)
        {
            // Another writer has written the same content.
            return;
        }
    }
}
