namespace Cairn.Artifacts;

/// <summary>Tells which blobs a store has already, for one save or copy: asked one by one while they are few, and by one listing when they are many.</summary>
internal sealed class BlobPresence(BlobStore blobs)
{
    /// <summary>From so many blobs on, a listing costs fewer round trips than a question for each.</summary>
    public const int ListingPays = 256;

    /// <summary>How far a listing goes: what comes after in the order of digests is asked for one by one.</summary>
    private const int MostListed = 64_000;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile Listing? _listing;
    private int _asked;

    /// <summary>Whether a blob is there.</summary>
    public async ValueTask<bool> HasAsync(BlobDigest digest, long length, CancellationToken cancellationToken) =>
        await IsListedAsync(digest, cancellationToken).ConfigureAwait(false) || await blobs.ExistsAsync(digest, length, cancellationToken).ConfigureAwait(false);

    /// <summary>Whether a blob is known to be there, without a question for it alone: for those who write what is small anyway.</summary>
    public async ValueTask<bool> IsListedAsync(BlobDigest digest, CancellationToken cancellationToken)
    {
        // Where files can be moved, they are near: a question costs less than its share of a listing.
        if (blobs.CanMove)
            return false;
        if (_listing is null)
        {
            if (Interlocked.Increment(ref _asked) < ListingPays)
                return false;
            await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                _listing ??= await ListAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _gate.Release();
            }
        }
        return _listing.Found.Contains(digest);
    }

    private async ValueTask<Listing> ListAsync(CancellationToken cancellationToken)
    {
        var found = new HashSet<BlobDigest>();
        await foreach (var entry in blobs.Store.ListAsync(BlobStore.Folder, null, cancellationToken).ConfigureAwait(false))
        {
            if (BlobDigest.TryParseHex(entry.Path.Name, out var digest))
                found.Add(digest);
            if (found.Count == MostListed)
                break;
        }
        return new(found);
    }

    private sealed record Listing(HashSet<BlobDigest> Found);
}
