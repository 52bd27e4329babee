using Cairn.Transfers;

namespace Cairn;

/// <summary>Between a store and a stream of the caller's.</summary>
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
    /// <param name="progress">Receives the progress; optional.</param>
    /// <param name="cancellationToken">Cancels the download; what has been written stays.</param>
    /// <returns>The facts of the version that was read.</returns>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.NotFound"/>; <see cref="StoreErrorCode.PreconditionFailed"/> when the file changed meanwhile; <see cref="StoreErrorCode.IntegrityFailure"/>, after the last byte.
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

    /// <summary>Uploads what a stream has from its position to its end.</summary>
    /// <param name="store">The store to write.</param>
    /// <param name="path">Where to.</param>
    /// <param name="source">The content; read to its end, and not disposed. What it throws passes as it is, and nothing is published.</param>
    /// <param name="mode">On what condition of the target.</param>
    /// <param name="options">What goes along; null for nothing. Without a length, that of a source that can seek is used.</param>
    /// <param name="progress">Receives the progress; optional.</param>
    /// <param name="cancellationToken">Cancels the upload; nothing of it is visible.</param>
    /// <returns>The facts of what was written.</returns>
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
