using System.Collections.Concurrent;

namespace Cairn.Artifacts;

/// <summary>Remembers which version of a blob's file was compared with its digest: in this process, and in the store for the next one.</summary>
internal sealed class VerifiedFiles(ArtifactStore store)
{
    private const int MostText = 256;
    private static readonly StorePath Folder = "verified";
    private readonly ConcurrentDictionary<BlobDigest, string> _known = new();

    /// <summary>Whether the blob was checked in the version of an etag.</summary>
    public async ValueTask<bool> HasAsync(BlobDigest blob, string etag, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(blob, out var known))
            return known == etag;
        try
        {
            var stream = await store.OpenReadAsync(Folder / blob.Hex, null, cancellationToken).ConfigureAwait(false);
            await using var closing = stream.ConfigureAwait(false);
            var text = new byte[Math.Min(stream.Length, MostText)];
            await stream.ReadExactlyAsync(text, cancellationToken).ConfigureAwait(false);
            if (!text.AsSpan().SequenceEqual(System.Text.Encoding.UTF8.GetBytes(etag)))
                return false;
            _known[blob] = etag;
            return true;
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
        {
            return false;
        }
    }

    /// <summary>Takes note that it was; where the store cannot be written, for this process alone.</summary>
    public async ValueTask AddAsync(BlobDigest blob, string etag, CancellationToken cancellationToken)
    {
        _known[blob] = etag;
        try
        {
            await store.WriteBytesAsync(Folder / blob.Hex, System.Text.Encoding.UTF8.GetBytes(etag), WriteMode.Replace, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Code is StoreErrorCode.PermissionDenied or StoreErrorCode.Unsupported)
        {
            SpoolLog.NotRecorded(store.Options.LoggerFactory, Folder / blob.Hex, e);
        }
    }
}
