using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Cairn.Artifacts;
using Cairn.Artifacts.Chunking;
using Cairn.Errors;

namespace Cairn.Artifacts;

public sealed partial class ArtifactRepository
{
    /// <summary>Verifies one artifact: its manifest and all blobs that it requires.</summary>
    /// <param name="digest">The digest of the artifact.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <returns>One result per blob, the manifest first. A missing blob has a problem, too.</returns>
    public async IAsyncEnumerable<BlobCheck> VerifyAsync(BlobDigest digest, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await _blobs.PrepareAsync(forWriting: false, cancellationToken).ConfigureAwait(false);
        var check = await CheckAsync(digest, null, cancellationToken).ConfigureAwait(false);
        if (!check.IsIntact)
            await _blobs.RefuseRepositoryAboveAsync(cancellationToken).ConfigureAwait(false);
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

    /// <summary>Verifies all blobs of the store, several in parallel, and checks that all blobs that manifests require exist.</summary>
    /// <param name="startAfter">The digest after which to start, to continue an interrupted check. Default: all. Results are approximately, not strictly, in
    /// the order of digests.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <returns>One result per blob, and one for each missing blob.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: no artifact was ever saved at this location. Also other errors of the
    /// store.</exception>
    public async IAsyncEnumerable<BlobCheck> VerifyAllAsync(BlobDigest? startAfter = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (!await _blobs.IsPreparedAsync(cancellationToken).ConfigureAwait(false) && !await Store.IsDirectoryAsync(BlobStore.Folder, cancellationToken).ConfigureAwait(false))
        {
            await _blobs.RefuseRepositoryAboveAsync(cancellationToken).ConfigureAwait(false);
            throw Store.CreateException(StoreErrorCode.NotFound, "it contains no artifacts", StoreOperations.Verify, StorePath.Root, "Check that the address names the right store and folder.");
        }
        var seen = new HashSet<BlobDigest>();
        var needed = new HashSet<BlobDigest>();
        var listing = Store.ListAsync(BlobStore.Folder, new() { StartAfter = startAfter is { } after ? BlobStore.PathOf(after).Value : null }, cancellationToken);
        await foreach (var check in ChecksAsync(listing, (entry, stopping) => CheckEntryAsync(entry, needed, stopping), cancellationToken).ConfigureAwait(false))
        {
            if (check.Path.Parent == BlobStore.Folder)
                seen.Add(check.Digest);
            yield return check;
        }
        await foreach (var check in ChecksAsync(ChunkedAsync(cancellationToken), CheckChunkedAsync, cancellationToken).ConfigureAwait(false))
        {
            if (check.Path.Parent == ChunkStore.Recipes)
                seen.Add(check.Digest);
            yield return check;
        }
        foreach (var digest in needed.Order())
        {
            if (!seen.Contains(digest) && !await Store.IsFileAsync(BlobStore.PathOf(digest), cancellationToken).ConfigureAwait(false))
                yield return Missing(digest);
        }
    }

    private static BlobCheck Missing(BlobDigest digest) => new(digest, 0, "it is missing, and a manifest needs it") { Path = BlobStore.PathOf(digest) };

    /// <summary>Runs checks in parallel and returns their results as they complete.</summary>
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

    private async ValueTask<BlobCheck> CheckEntryAsync(StoreEntry entry, HashSet<BlobDigest> needed, CancellationToken cancellationToken)
    {
        if (entry.IsDirectory || !BlobDigest.TryParseHex(entry.Path.Name, out var digest))
            return new(default, entry.Length, "its name is not a digest") { Path = entry.Path };
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
        catch (StoreException e) when (e.Code == StoreErrorCode.Unsupported)
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
            length ??= await Store.GetLengthAsync(path, cancellationToken).ConfigureAwait(false);
            var stream = await _blobs.OpenAsync(digest, length.Value, cancellationToken).ConfigureAwait(false);
            await using var closing = stream.ConfigureAwait(false);
            path = stream.Path;
            await stream.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
            return new(digest, stream.Length, null) { Path = path };
        }
        catch (StoreException e) when (e.Code is StoreErrorCode.NotFound && path == BlobStore.PathOf(digest))
        {
            return Missing(digest);
        }
        catch (StoreException e) when (e.Code is StoreErrorCode.IntegrityFailure or StoreErrorCode.NotFound)
        {
            return new(digest, length ?? 0, e.Reason) { Path = path };
        }
    }

    private async IAsyncEnumerable<StoreEntry> ChunkedAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var folder in (StorePath[])[ChunkStore.Packs, ChunkStore.Recipes])
        {
            await foreach (var entry in Store.ListAsync(folder, null, cancellationToken).ConfigureAwait(false))
                yield return entry;
        }
    }

    private async ValueTask<BlobCheck> CheckChunkedAsync(StoreEntry entry, CancellationToken cancellationToken)
    {
        var digest = default(BlobDigest);
        try
        {
            if (entry.Path.Parent == ChunkStore.Recipes && BlobDigest.TryParseHex(entry.Path.Name, out digest))
                return await CheckRecipeAsync(entry.Path, digest, cancellationToken).ConfigureAwait(false);
            if (ChunkStore.TryParse(entry.Path, ChunkStore.IndexExtension, out digest))
            {
                var isWhole = await _blobs.Chunks.ReadIndexAsync(digest, cancellationToken).ConfigureAwait(false) is not null;
                return new(digest, entry.Length, isWhole ? null : "the index does not match its name") { Path = entry.Path };
            }
            var problem = ChunkStore.TryParse(entry.Path, ChunkStore.PackExtension, out digest)
                ? await CheckPackAsync(entry, digest, cancellationToken).ConfigureAwait(false)
                : "its name is not the digest of a pack or a blob";
            return new(digest, entry.Length, problem) { Path = entry.Path };
        }
        catch (StoreException e) when (e.Code is StoreErrorCode.IntegrityFailure or StoreErrorCode.NotFound)
        {
            return new(digest, entry.Length, e.Reason) { Path = entry.Path };
        }
    }

    /// <summary>Reassembles a blob and compares it with its digest.</summary>
    private async ValueTask<BlobCheck> CheckRecipeAsync(StorePath path, BlobDigest digest, CancellationToken cancellationToken)
    {
        var stream = await _blobs.TryOpenChunkedAsync(digest, null, cancellationToken).ConfigureAwait(false);
        if (stream is null)
            return Missing(digest);
        await using var closing = stream.ConfigureAwait(false);
        await stream.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        return new(digest, stream.Length, null) { Path = path };
    }

    /// <summary>Compares each chunk of a pack with the index.</summary>
    /// <returns>The problem, or null. Null also for a pack without an index, which an interrupted save has left: the chunks that recipes require are
    /// verified with the recipes.</returns>
    private async ValueTask<string?> CheckPackAsync(StoreEntry entry, BlobDigest pack, CancellationToken cancellationToken)
    {
        if (await _blobs.Chunks.ReadIndexAsync(pack, cancellationToken).ConfigureAwait(false) is not { } chunks)
            return null;
        if (chunks.Sum(c => (long)c.Length) is var expected && expected != entry.Length)
            return $"it has {entry.Length} bytes and should have {expected}";
        var stream = await Store.OpenReadAsync(entry.Path, new() { IsSequential = true }, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(FastCdc.Max);
        try
        {
            foreach (var (digest, length) in chunks)
            {
                await stream.ReadExactlyAsync(buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
                if (BlobDigest.Of(buffer.AsSpan(0, length)) != digest)
                    return $"the chunk {digest} before byte {stream.Position} is damaged";
            }
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
