using Cairn.Providers;
using Cairn.Transfers;

namespace Cairn;

public sealed partial class ArtifactStore
{
    /// <summary>
    /// Copies a file within the store, including content type and metadata. If the store supports copies, no content is transferred through the client.
    /// </summary>
    /// <param name="source">The path of the file.</param>
    /// <param name="target">The target path. A move to the source itself changes nothing.</param>
    /// <param name="mode">The condition on the target.</param>
    /// <param name="cancellationToken">Cancels the copy; the target is then either unchanged or complete.</param>
    /// <returns>The metadata of the target.</returns>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.NotFound"/>, also for a directory (see <see cref="CopyTreeAsync"/>); AlreadyExists, PreconditionFailed, PathConflict.
    /// </exception>
    public Task<StoreEntry> CopyAsync(StorePath source, StorePath target, WriteMode mode, CancellationToken cancellationToken = default) =>
        FileCopy.CopyWithinAsync(Core, source, target, mode, cancellationToken);

    /// <summary>Moves a file, or a directory with its content, within the store.</summary>
    /// <param name="source">The path of the file or directory.</param>
    /// <param name="target">The target path. A move to the source itself changes nothing.</param>
    /// <param name="mode">The condition on the target; a directory can be moved only with <see cref="WriteMode.CreateNew"/>.</param>
    /// <param name="cancellationToken">Cancels the move; either the source still exists or the target is complete.</param>
    /// <returns>The metadata of the target.</returns>
    /// <remarks>
    /// Atomic if <see cref="StoreCapabilities.Move"/> is native. Otherwise, everything is copied, and then the copied versions are deleted; if the move is
    /// interrupted, the source is kept.
    /// </remarks>
    /// <exception cref="StoreException">
    /// NotFound. AlreadyExists. PreconditionFailed, also if the source changed during the copy, in which case it is kept. PathConflict, also for a move of a
    /// directory into itself.
    /// </exception>
    public Task<StoreEntry> MoveAsync(StorePath source, StorePath target, WriteMode mode, CancellationToken cancellationToken = default) =>
        Moving.WithinAsync(Core, source, target, mode, null, cancellationToken);

    /// <summary>Copies a directory with its content, including empty directories, within the store.</summary>
    /// <param name="source">The path of the directory.</param>
    /// <param name="target">The target path. Existing entries of the target that are not in the source are kept.</param>
    /// <param name="options">The mode, filters, parallelism and progress. Optional.</param>
    /// <param name="cancellationToken">Cancels the copy; files that have been copied are kept.</param>
    /// <returns>The number and size of the copied files.</returns>
    /// <exception cref="BatchFailedException">Some entries could not be copied; the others were. The exception contains each failure and the
    /// result.</exception>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.NotFound"/>: the directory does not exist. <see cref="StoreErrorCode.PathConflict"/>: the target is inside the source.
    /// </exception>
    public Task<TransferResult> CopyTreeAsync(StorePath source, StorePath target, TransferOptions? options = null, CancellationToken cancellationToken = default) =>
        TreeCopy.CopyAsync(Core, source, Core, target, options, cancellationToken);
}
