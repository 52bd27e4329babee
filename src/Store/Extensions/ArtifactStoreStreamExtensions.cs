using Cairn.Transfers;

namespace Cairn;

/// <summary>Extension methods for transfers between a store and a stream of the caller.</summary>
public static class ArtifactStoreStreamExtensions
{
    /// <summary>Downloads a file to a stream sequentially.</summary>
    /// <remarks>
    /// A large file of a remote store is downloaded in several ranges in parallel, all of one version. Memory use is bounded by <see
    /// cref="ArtifactStoreOptions.PartParallelism"/> × 8 MiB. If the store keeps a CRC-32C, the content is verified.
    /// </remarks>
    /// <param name="store">The source store.</param>
    /// <param name="path">The path of the file.</param>
    /// <param name="target">The target stream. It is written asynchronously, and neither flushed nor disposed. Its exceptions are not wrapped.</param>
    /// <param name="progress">Receives the progress. Optional.</param>
    /// <param name="cancellationToken">Cancels the download; bytes that have been written remain.</param>
    /// <returns>The metadata of the version that was read.</returns>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.NotFound"/>. <see cref="StoreErrorCode.PreconditionFailed"/>: the file changed during the read. <see
    /// cref="StoreErrorCode.IntegrityFailure"/>, after the last byte.
    /// </exception>
    public static async Task<StoreEntry> DownloadAsync(
        this ArtifactStore store, StorePath path, Stream target, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(target);
        var meter = new TransferMeter(progress, store.Options.TimeProvider);
        var info = await OrderedDownload.RunAsync(store.Core, path, target, meter.FoundOnly, meter.Moved, cancellationToken).ConfigureAwait(false);
        meter.FileDone();
        meter.Done();
        return info;
    }

    /// <summary>Uploads the content of a stream from its position to its end.</summary>
    /// <param name="store">The target store.</param>
    /// <param name="path">The target path.</param>
    /// <param name="source">The content, which is read to its end and not disposed. Its exceptions are not wrapped, and nothing is published.</param>
    /// <param name="mode">The condition on the target.</param>
    /// <param name="options">Content type, metadata and other properties of the file. Optional. If no length is set, the length of a seekable source is
    /// used.</param>
    /// <param name="progress">Receives the progress. Optional.</param>
    /// <param name="cancellationToken">Cancels the upload; nothing is visible.</param>
    /// <returns>The metadata of the written file.</returns>
    public static async Task<StoreEntry> UploadAsync(
        this ArtifactStore store,
        StorePath path,
        Stream source,
        WriteMode mode,
        OpenWriteOptions? options = null,
        IProgress<TransferProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(source);
        if (!source.CanRead)
            throw new ArgumentException("The stream cannot be read.", nameof(source));
        var meter = new TransferMeter(progress, store.Options.TimeProvider);
        options ??= new();
        if (options.Length is null && source.CanSeek)
            options = options with { Length = Math.Max(0, source.Length - source.Position) };
        if (options.Length is { } length)
            meter.FoundOnly(length);
        var write = await store.OpenWriteAsync(path, mode, options, cancellationToken).ConfigureAwait(false);
        await using var writing = write.ConfigureAwait(false);
        await write.CopyFromAsync(source, meter.Moved, cancellationToken).ConfigureAwait(false);
        var info = await write.CompleteAsync(cancellationToken).ConfigureAwait(false);
        meter.FileDone();
        meter.Done();
        return info;
    }
}
