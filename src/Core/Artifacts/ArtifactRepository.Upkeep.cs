using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Cairn.Artifacts;
using Cairn.Errors;

namespace Cairn;

public sealed partial class ArtifactRepository
{
    private const int Parallelism = 8;

    /// <summary>With more blobs than this, what the target of a copy has is asked by one listing.</summary>
    private const int ListingPays = 256;

    private static readonly ArtifactPath BlobFolder = "blobs/sha256";

    /// <summary>Copies an artifact to another store. Only blobs that are missing there travel, each checked on the way.</summary>
    /// <param name="reference">A digest or a name.</param>
    /// <param name="target">Where to.</param>
    /// <param name="name">The name that points to it there afterwards; null for none.</param>
    /// <param name="cancellationToken">Cancels the copy; blobs that have arrived stay, and nothing refers to them.</param>
    /// <returns>The artifact, whose digest is the same in every store, and how many bytes travelled.</returns>
    public async Task<(Artifact Artifact, long BytesCopied)> CopyToAsync(string reference, ArtifactRepository target, string? name = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        var digest = await ResolveAsync(reference, cancellationToken).ConfigureAwait(false);
        var content = await _blobs.ReadManifestBytesAsync(digest, cancellationToken).ConfigureAwait(false);
        var manifest = _blobs.ParseManifest(digest, content);
        var copied = 0L;
        var artifact = await target.WithNameAsync(name, CopyAsync, cancellationToken).ConfigureAwait(false);
        return (artifact, copied);

        async Task<Artifact> CopyAsync()
        {
            await target._blobs.PrepareAsync(forWriting: true, cancellationToken).ConfigureAwait(false);
            var missing = await target.MissingAsync([.. manifest.Blobs.Select(f => (BlobDigest.From(f.Digest), f.Length))], cancellationToken).ConfigureAwait(false);
            await Parallel.ForEachAsync(missing, InParallel(cancellationToken), async (blob, stopping) =>
            {
                await CopyBlobAsync(blob.Digest, blob.Length, target, stopping).ConfigureAwait(false);
                Interlocked.Add(ref copied, blob.Length);
            }).ConfigureAwait(false);
            if (!await target.Store.ExistsAsync(BlobStore.PathOf(digest), cancellationToken).ConfigureAwait(false))
            {
                await target._blobs.PutAsync(digest, content, cancellationToken).ConfigureAwait(false);
                copied += content.Length;
            }
            return new(digest, manifest, content.Length);
        }
    }

    /// <summary>Deletes an artifact: its manifest goes, and with it every way to load it by its digest.</summary>
    /// <remarks>Its blobs stay, since others may share them, until unreferenced blobs are collected; names that point to it stay, and find nothing.</remarks>
    /// <param name="reference">A digest, or a name, which is removed first.</param>
    /// <param name="cancellationToken">Cancels the deletion.</param>
    /// <returns>False when there was no such artifact.</returns>
    /// <exception cref="ArtifactStoreException"><see cref="StoreErrorCode.Unsupported"/> when the digest is that of other bytes than a manifest.</exception>
    public async Task<bool> DeleteAsync(string reference, CancellationToken cancellationToken = default)
    {
        var digest = await ResolveAsync(reference, cancellationToken).ConfigureAwait(false);
        var path = BlobStore.PathOf(digest);
        if (await Store.TryStatAsync(path, cancellationToken).ConfigureAwait(false) is null)
            return !IsDigest(reference) && await Names.RemoveAsync(reference, cancellationToken).ConfigureAwait(false);
        await _blobs.ReadManifestAsync(digest, cancellationToken).ConfigureAwait(false);
        if (!IsDigest(reference))
            await Names.RemoveAsync(reference, cancellationToken).ConfigureAwait(false);
        return await Store.RemoveAsync(path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Checks one artifact: its manifest, and every blob that it needs.</summary>
    /// <param name="reference">A digest or a name.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <returns>One check for each blob, the manifest first. A blob that is missing has a problem too.</returns>
    public async IAsyncEnumerable<BlobCheck> VerifyAsync(string reference, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var digest = await ResolveAsync(reference, cancellationToken).ConfigureAwait(false);
        var check = await CheckAsync(digest, null, cancellationToken).ConfigureAwait(false);
        yield return check;
        if (!check.IsIntact)
            yield break;
        var manifest = await _blobs.ReadManifestAsync(digest, cancellationToken).ConfigureAwait(false);
        var checks = ChecksAsync(
            manifest.Blobs.ToAsyncEnumerable(),
            (file, stopping) => CheckAsync(BlobDigest.From(file.Digest), file.Length, stopping),
            cancellationToken);
        await foreach (var next in checks.ConfigureAwait(false))
            yield return next;
    }

    /// <summary>Checks every blob of the store, several at a time, and that all that manifests need is there.</summary>
    /// <param name="startAfter">Begins after this digest: how a check that was interrupted goes on. Null for all. Checks come roughly, not strictly, in order of digests.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <returns>One check for each blob, and one more for each that is missing.</returns>
    public async IAsyncEnumerable<BlobCheck> VerifyAllAsync(BlobDigest? startAfter = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await _blobs.PrepareAsync(forWriting: false, cancellationToken).ConfigureAwait(false);
        var seen = new HashSet<BlobDigest>();
        var needed = new HashSet<BlobDigest>();
        var listing = Store.ListAsync(BlobFolder, new() { StartAfter = startAfter is { } after ? BlobStore.PathOf(after).Value : null }, cancellationToken);
        await foreach (var check in ChecksAsync(listing, (entry, stopping) => CheckEntryAsync(entry, needed, stopping), cancellationToken).ConfigureAwait(false))
        {
            if (check.Path.Parent == BlobFolder)
                seen.Add(check.Digest);
            yield return check;
        }
        foreach (var digest in needed.Order())
        {
            if (!seen.Contains(digest) && !await Store.ExistsAsync(BlobStore.PathOf(digest), cancellationToken).ConfigureAwait(false))
                yield return Missing(digest);
        }
    }

    private static bool IsDigest(string reference) => reference.StartsWith("sha256:", StringComparison.Ordinal);

    private static ParallelOptions InParallel(CancellationToken cancellationToken) => new() { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };

    private static BlobCheck Missing(BlobDigest digest) => new(digest, 0, "it is missing, and a manifest needs it") { Path = BlobStore.PathOf(digest) };

    /// <summary>Runs checks in parallel and yields them as they end.</summary>
    private static async IAsyncEnumerable<BlobCheck> ChecksAsync<TItem>(
        IAsyncEnumerable<TItem> items, Func<TItem, CancellationToken, ValueTask<BlobCheck>> check, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var done = Channel.CreateBounded<BlobCheck>(Parallelism);
        var running = RunAsync();
        try
        {
            await foreach (var result in done.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return result;
            await running.ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task RunAsync()
        {
            try
            {
                await Parallel.ForEachAsync(items, InParallel(stop.Token), async (item, stopping) =>
                    await done.Writer.WriteAsync(await check(item, stopping).ConfigureAwait(false), stopping).ConfigureAwait(false)).ConfigureAwait(false);
                done.Writer.Complete();
            }
            catch (Exception e)
            {
                done.Writer.Complete(e);
            }
        }
    }

    private async ValueTask<BlobCheck> CheckEntryAsync(ArtifactInfo entry, HashSet<BlobDigest> needed, CancellationToken cancellationToken)
    {
        if (entry.IsDirectory || !BlobDigest.TryParseHex(entry.Path.Name, out var digest))
            return new(default, entry.Length, "its name is no digest") { Path = entry.Path };
        var check = await CheckAsync(digest, entry.Length, cancellationToken).ConfigureAwait(false);
        if (check.IsIntact && await TryReadManifestAsync(digest, entry.Length, cancellationToken).ConfigureAwait(false) is { } manifest)
        {
            lock (needed)
                needed.UnionWith(manifest.Blobs.Select(f => BlobDigest.From(f.Digest)));
        }
        return check;
    }

    /// <summary>A blob's manifest when it is one; it tells by its first bytes.</summary>
    private async ValueTask<ArtifactManifest?> TryReadManifestAsync(BlobDigest digest, long length, CancellationToken cancellationToken)
    {
        var head = new byte[ManifestFormat.Head.Length];
        if (length < head.Length || length > ManifestFormat.MaxBytes)
            return null;
        var stream = await Store.OpenReadAsync(BlobStore.PathOf(digest), new() { Range = new(0, head.Length) }, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
            await stream.ReadExactlyAsync(head, cancellationToken).ConfigureAwait(false);
        if (!head.AsSpan().SequenceEqual(ManifestFormat.Head))
            return null;
        try
        {
            return await _blobs.ReadManifestAsync(digest, cancellationToken).ConfigureAwait(false);
        }
        catch (ArtifactStoreException e) when (e.Code == StoreErrorCode.Unsupported)
        {
            // Somebody's own bytes that begin as a manifest does: whole, and nothing needs what they name.
            return null;
        }
    }

    private async ValueTask<BlobCheck> CheckAsync(BlobDigest digest, long? length, CancellationToken cancellationToken)
    {
        var path = BlobStore.PathOf(digest);
        try
        {
            var stream = await Store.OpenReadAsync(path, new() { ExpectedChecksum = digest.Checksum, IsSequential = true }, cancellationToken).ConfigureAwait(false);
            await using var closing = stream.ConfigureAwait(false);
            if (length is { } expected && stream.Length != expected)
                return new(digest, stream.Length, $"it has {stream.Length} bytes and should have {expected}") { Path = path };
            await stream.CopyToAsync(Stream.Null, 1 << 20, cancellationToken).ConfigureAwait(false);
            return new(digest, stream.Length, null) { Path = path };
        }
        catch (ArtifactStoreException e) when (e.Code is StoreErrorCode.NotFound)
        {
            return Missing(digest);
        }
        catch (ArtifactStoreException e) when (e.Code is StoreErrorCode.IntegrityFailure)
        {
            return new(digest, length ?? 0, e.Reason) { Path = path };
        }
    }

    private async ValueTask<IReadOnlyList<(BlobDigest Digest, long Length)>> MissingAsync(IReadOnlyList<(BlobDigest Digest, long Length)> wanted, CancellationToken cancellationToken)
    {
        var missing = wanted.ToDictionary(b => b.Digest, b => b.Length);
        if (wanted.Count > ListingPays)
        {
            await foreach (var entry in Store.ListAsync(BlobFolder, null, cancellationToken).ConfigureAwait(false))
            {
                if (BlobDigest.TryParseHex(entry.Path.Name, out var digest))
                    missing.Remove(digest);
            }
        }
        else
        {
            await Parallel.ForEachAsync(wanted, InParallel(cancellationToken), async (blob, stopping) =>
            {
                if (await Store.TryStatAsync(BlobStore.PathOf(blob.Digest), stopping).ConfigureAwait(false) is null)
                    return;
                lock (missing)
                    missing.Remove(blob.Digest);
            }).ConfigureAwait(false);
        }
        return [.. missing.Select(b => (b.Key, b.Value))];
    }

    private async ValueTask CopyBlobAsync(BlobDigest digest, long length, ArtifactRepository target, CancellationToken cancellationToken)
    {
        var source = await _blobs.OpenAsync(digest, length, cancellationToken).ConfigureAwait(false);
        await using var reading = source.ConfigureAwait(false);
        try
        {
            var write = await target.Store.OpenWriteAsync(BlobStore.PathOf(digest), WriteMode.CreateNew, new() { Length = length }, cancellationToken).ConfigureAwait(false);
            await using var writing = write.ConfigureAwait(false);
            await write.CopyFromAsync(source, null, cancellationToken).ConfigureAwait(false);
            await write.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ArtifactStoreException e) when (e.Code == StoreErrorCode.AlreadyExists)
        {
            // Another writer was faster with the same bytes.
            return;
        }
    }
}
