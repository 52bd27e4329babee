using Cairn.Errors;
using Cairn.Transfers;

namespace Cairn;

/// <summary>Extension methods that copy and move between two stores, in bounded memory; within one store, by the store if it supports that.</summary>
public static class ArtifactStoreTransferExtensions
{
    /// <summary>Copies a file to another store. Content type and metadata are copied if the target supports them.</summary>
    /// <remarks>
    /// A large file of a remote store is read in several ranges in parallel, all of one version. Memory use is bounded by <see
    /// cref="ArtifactStoreOptions.PartParallelism"/> of the source × 8 MiB and the parts of the target.
    /// </remarks>
    /// <param name="source">The source store.</param>
    /// <param name="sourcePath">The path of the file.</param>
    /// <param name="target">The target store, which can be the source store or another view of it.</param>
    /// <param name="targetPath">The target path.</param>
    /// <param name="mode">The condition on the target.</param>
    /// <param name="cancellationToken">Cancels the copy; the target is then either unchanged or complete.</param>
    /// <returns>The metadata of the target.</returns>
    public static async Task<StoreEntry> CopyToAsync(
        this ArtifactStore source, StorePath sourcePath, ArtifactStore target, StorePath targetPath, WriteMode mode, CancellationToken cancellationToken) =>
        await source.CopyToAsync(sourcePath, target, targetPath, mode, null, cancellationToken).ConfigureAwait(false);

    /// <summary>Copies a file to another store. Content type and metadata are copied if the target supports them.</summary>
    /// <param name="source">The source store.</param>
    /// <param name="sourcePath">The path of the file.</param>
    /// <param name="target">The target store, which can be the source store or another view of it.</param>
    /// <param name="targetPath">The target path.</param>
    /// <param name="mode">The condition on the target.</param>
    /// <param name="progress">Receives the progress. Optional. If the store performs the copy, only the end is reported.</param>
    /// <param name="cancellationToken">Cancels the copy; the target is then either unchanged or complete.</param>
    /// <returns>The metadata of the target.</returns>
    /// <remarks>
    /// The time of the source is copied, too: as the modified time if the target keeps a specified time; otherwise, as the metadata <c>mtime</c> if it keeps
    /// metadata.
    /// </remarks>
    public static async Task<StoreEntry> CopyToAsync(
        this ArtifactStore source,
        StorePath sourcePath,
        ArtifactStore target,
        StorePath targetPath,
        WriteMode mode,
        IProgress<TransferProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        var meter = new TransferMeter(progress, source.Options.TimeProvider);
        if (progress is not null)
            meter.FoundOnly(await source.GetLengthAsync(sourcePath, cancellationToken).ConfigureAwait(false));
        StoreEntry info;
        if (ReferenceEquals(source.Core.Whole, target.Core.Whole))
        {
            info = (await FileCopy.CopyWithinAsync(source.Core.Whole, source.Core.Prefix / sourcePath, target.Core.Prefix / targetPath, mode, cancellationToken).ConfigureAwait(false)).At(targetPath);
            meter.Moved(info.Length);
        }
        else
            info = await FileCopy.StreamAsync(source.Core, sourcePath, target.Core, targetPath, mode, null, isAlone: true, meter.Moved, cancellationToken).ConfigureAwait(false);
        meter.FileDone();
        meter.Done();
        return info;
    }

    /// <summary>Moves a file, or a directory with its content, to another store: copies it and then deletes the copied versions.</summary>
    /// <param name="source">The source store.</param>
    /// <param name="sourcePath">The path of the file or directory.</param>
    /// <param name="target">The target store, which can be the source store or another view of it.</param>
    /// <param name="targetPath">The target path. A move to the same URI changes nothing.</param>
    /// <param name="mode">The condition on the target; a directory can be moved only with <see cref="WriteMode.CreateNew"/>.</param>
    /// <param name="cancellationToken">Cancels the move; either the source still exists or the target is complete.</param>
    /// <returns>The metadata of the target.</returns>
    /// <exception cref="BatchFailedException">Some entries of a directory could not be copied; the others were, and the source is complete. The exception
    /// contains each failure.</exception>
    public static Task<StoreEntry> MoveToAsync(
        this ArtifactStore source, StorePath sourcePath, ArtifactStore target, StorePath targetPath, WriteMode mode, CancellationToken cancellationToken = default) =>
        source.MoveToAsync(sourcePath, target, targetPath, mode, null, cancellationToken);

    /// <summary>Moves a file, or a directory with its content, to another store: copies it and then deletes the copied versions.</summary>
    /// <param name="source">The source store.</param>
    /// <param name="sourcePath">The path of the file or directory.</param>
    /// <param name="target">The target store, which can be the source store or another view of it.</param>
    /// <param name="targetPath">The target path. A move to the same URI changes nothing.</param>
    /// <param name="mode">The condition on the target; a directory can be moved only with <see cref="WriteMode.CreateNew"/>.</param>
    /// <param name="options">The parallelism, progress and fail-fast behavior for a directory. Its mode, filters and links are ignored, because a move
    /// leaves nothing behind. Optional.</param>
    /// <param name="cancellationToken">Cancels the move; either the source still exists or the target is complete.</param>
    /// <returns>The metadata of the target.</returns>
    /// <exception cref="BatchFailedException">Some entries of a directory could not be copied; the others were, and the source is complete. The exception
    /// contains each failure.</exception>
    public static async Task<StoreEntry> MoveToAsync(
        this ArtifactStore source,
        StorePath sourcePath,
        ArtifactStore target,
        StorePath targetPath,
        WriteMode mode,
        TransferOptions? options,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        return await Moving.BetweenAsync(source.Core, sourcePath, target.Core, targetPath, mode, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Copies a directory with its content to another store, including empty directories if the target supports them.</summary>
    /// <param name="source">The source store.</param>
    /// <param name="sourcePath">The path of the directory.</param>
    /// <param name="target">The target store, which can be the source store or another view of it.</param>
    /// <param name="targetPath">The target path. Existing entries of the target that are not in the source are kept.</param>
    /// <param name="options">The mode, filters, parallelism and progress. Optional.</param>
    /// <param name="cancellationToken">Cancels the copy; files that have been copied are kept.</param>
    /// <returns>The number and size of the copied files.</returns>
    /// <exception cref="BatchFailedException">Some entries could not be copied; the others were. The exception contains each failure and the
    /// result.</exception>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.NotFound"/>: the directory does not exist. <see cref="StoreErrorCode.PathConflict"/>: the target is inside the source.
    /// </exception>
    public static Task<TransferResult> CopyTreeToAsync(
        this ArtifactStore source,
        StorePath sourcePath,
        ArtifactStore target,
        StorePath targetPath,
        TransferOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        return TreeCopy.CopyAsync(source.Core, sourcePath, target.Core, targetPath, options, cancellationToken);
    }
}
