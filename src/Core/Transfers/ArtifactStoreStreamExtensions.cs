using Cairn.Transfers;

namespace Cairn;

/// <summary>From a store into a stream of the caller's.</summary>
public static class ArtifactStoreStreamExtensions
{
    /// <summary>Downloads a file into a stream, from its first byte to its last.</summary>
    /// <remarks>
    /// A large file of a remote store comes in several ranges at once, all of one version. Memory is bounded by <see cref="ArtifactStoreOptions.PartParallelism"/> × 8 MiB. Where the store
    /// keeps a CRC-32C, the content is checked against it.
    /// </remarks>
    /// <param name="store">The store to read.</param>
    /// <param name="path">The file.</param>
    /// <param name="target">Where to; written to asynchronously, neither flushed nor disposed. What it throws passes as it is.</param>
    /// <param name="progress">Told of progress; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the download; what has been written stays.</param>
    /// <returns>The facts of the version that was read.</returns>
    /// <exception cref="ArtifactStoreException">
    /// <see cref="StoreErrorCode.NotFound"/>; <see cref="StoreErrorCode.PreconditionFailed"/> when the file changed meanwhile; <see cref="StoreErrorCode.IntegrityFailure"/>, after the last byte.
    /// </exception>
    public static async Task<ArtifactInfo> DownloadAsync(
        this ArtifactStore store, ArtifactPath path, Stream target, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(target);
        var meter = new TransferMeter(progress, store.Options.TimeProvider);
        var info = await OrderedDownload.RunAsync(store, path, target, meter.FoundOnly, meter.Moved, cancellationToken).ConfigureAwait(false);
        meter.FileDone();
        meter.Done();
        return info;
    }
}
