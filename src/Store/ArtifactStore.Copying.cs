using Cairn.Providers;
using Cairn.Transfers;

namespace Cairn;

public sealed partial class ArtifactStore
{
    /// <summary>Copies a file within the store, content type and metadata included. No byte passes through the client where the store can copy itself.</summary>
    /// <param name="source">The file.</param>
    /// <param name="target">Where to; onto the source itself changes nothing.</param>
    /// <param name="mode">On what condition of the target.</param>
    /// <param name="cancellationToken">Cancels the copy; the target is then as it was, or whole.</param>
    /// <returns>The target's facts.</returns>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.NotFound"/>, also for a directory (see <see cref="CopyTreeAsync"/>); AlreadyExists, PreconditionFailed, PathConflict.
    /// </exception>
    public Task<StoreEntry> CopyAsync(StorePath source, StorePath target, WriteMode mode, CancellationToken cancellationToken = default) =>
        FileCopy.CopyWithinAsync(Core, source, target, mode, cancellationToken);

    /// <summary>Moves a file, or a directory with all that is below it, within the store.</summary>
    /// <param name="source">The file or directory.</param>
    /// <param name="target">Where to; onto the source itself changes nothing.</param>
    /// <param name="mode">On what condition of the target; a directory moves with <see cref="WriteMode.CreateNew"/> only.</param>
    /// <param name="cancellationToken">Cancels the move; the source is then still there, or the target whole.</param>
    /// <returns>The target's facts.</returns>
    /// <remarks>
    /// Atomic where <see cref="StoreCapabilities.Move"/> is native. Otherwise everything is copied and then the versions that were copied are deleted; interrupted, the source stays.
    /// </remarks>
    /// <exception cref="StoreException">
    /// NotFound; AlreadyExists; PreconditionFailed, also when the source changed while it was copied, and then stays; PathConflict, also for a directory into itself.
    /// </exception>
    public Task<StoreEntry> MoveAsync(StorePath source, StorePath target, WriteMode mode, CancellationToken cancellationToken = default) =>
        Moving.WithinAsync(Core, source, target, mode, null, cancellationToken);

    /// <summary>Copies a directory with all that is below it, empty directories included, within the store.</summary>
    /// <param name="source">The directory.</param>
    /// <param name="target">Where to; what is there already and is not in the source stays.</param>
    /// <param name="options">Mode, filters, parallelism, progress; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the copy; what has arrived stays.</param>
    /// <returns>What was copied.</returns>
    /// <exception cref="BatchFailedException">Some entries could not be copied; the others are. It has each failure, and the result.</exception>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.NotFound"/> when no directory is there; <see cref="StoreErrorCode.PathConflict"/> for a directory into itself.
    /// </exception>
    public Task<TransferResult> CopyTreeAsync(StorePath source, StorePath target, TransferOptions? options = null, CancellationToken cancellationToken = default) =>
        TreeCopy.CopyAsync(Core, source, Core, target, options, cancellationToken);
}
