using Cairn.Errors;
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
    public async Task<StoreEntry> CopyAsync(StorePath source, StorePath target, WriteMode mode, CancellationToken cancellationToken = default)
    {
        NotRoot(target, nameof(target));
        Enter(cancellationToken);
        CheckMode(mode, StoreOperations.Copy, target);
        if (source == target || source.IsRoot)
            return await StatFileAsync(source, StoreOperations.Copy, cancellationToken).ConfigureAwait(false);
        return await CopyFileAsync(source, target, mode, null, null, cancellationToken).ConfigureAwait(false);
    }

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
        MoveAsync(source, target, mode, null, cancellationToken);

    internal async Task<StoreEntry> MoveAsync(StorePath source, StorePath target, WriteMode mode, TransferOptions? options, CancellationToken cancellationToken)
    {
        NotRoot(source, nameof(source));
        NotRoot(target, nameof(target));
        Enter(cancellationToken);
        CheckMode(mode, StoreOperations.Move, target);
        if (Capabilities.Move == MoveKind.None)
            throw CreateException(StoreErrorCode.Unsupported, "this store cannot move", StoreOperations.Move, source);
        var info = await TryStatAsync(source, cancellationToken).ConfigureAwait(false) ?? throw Missing(StoreOperations.Move, source);
        if (source == target)
            return info;
        return info.IsDirectory
            ? await MoveDirectoryAsync(source, target, mode, options, cancellationToken).ConfigureAwait(false)
            : await MoveFileAsync(info, target, mode, cancellationToken).ConfigureAwait(false);
    }

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
        this.CopyTreeToAsync(source, this, target, options, cancellationToken);

    /// <summary>Copies a file to another path of this store, by the store itself where it can.</summary>
    internal async ValueTask<StoreEntry> CopyFileAsync(
        StorePath source, StorePath target, WriteMode mode, string? sourceIfMatch, Action<long>? progress, CancellationToken cancellationToken)
    {
        if (!Capabilities.Copy)
            return await FileCopy.StreamAsync(this, source, this, target, mode, sourceIfMatch, isAlone: false, progress, cancellationToken).ConfigureAwait(false);
        try
        {
            var info = await _driver.CopyAsync(new CopyRequest(source, target, mode) { SourceIfMatch = sourceIfMatch }, cancellationToken).ConfigureAwait(false);
            progress?.Invoke(info.Length);
            return info;
        }
        catch (Exception e) when (IsRaw(e, StoreOperations.Copy, source, cancellationToken))
        {
            throw Wrap(e, StoreOperations.Copy, source);
        }
    }

    /// <summary>Deletes a file that has been copied elsewhere, unless it is no longer in the version that was copied.</summary>
    internal async ValueTask DeleteMovedAsync(StoreEntry copied, CancellationToken cancellationToken)
    {
        var bound = Capabilities.DeleteIfMatch ? copied.ETag : null;
        if (bound is null)
        {
            // What is written between this look and the delete is lost.
            var now = await StatDriverAsync(copied.Path, cancellationToken).ConfigureAwait(false);
            if (now is null)
                return;
            if (now.ETag != copied.ETag || now.Length != copied.Length)
                throw Changed();
        }
        try
        {
            await RemoveOneAsync(copied.Path, EntryKind.File, reportMissing: false, StoreOperations.Move, cancellationToken, bound).ConfigureAwait(false);
        }
        catch (StoreException e) when (bound is not null && e.Code == StoreErrorCode.PreconditionFailed)
        {
            throw Changed();
        }

        StoreException Changed() => CreateException(
            StoreErrorCode.PreconditionFailed, "it changed while it was moved: the target has the earlier version, and the source stays", StoreOperations.Move, copied.Path, "Move it again.");
    }

    /// <summary>The store that owns the driver; two views of one store can copy inside it.</summary>
    internal ArtifactStore Whole => _whole;

    /// <summary>Where this store's root stands in <see cref="Whole"/>.</summary>
    internal StorePath Prefix => _prefix;

    private async ValueTask<StoreEntry> MoveFileAsync(StoreEntry source, StorePath target, WriteMode mode, CancellationToken cancellationToken)
    {
        if (Capabilities.Move == MoveKind.Native && await TryMoveNativeAsync(source.Path, target, mode, cancellationToken).ConfigureAwait(false))
            return await StatFileAsync(target, StoreOperations.Move, cancellationToken).ConfigureAwait(false);
        var info = await CopyFileAsync(source.Path, target, mode, source.ETag, null, cancellationToken).ConfigureAwait(false);
        await DeleteMovedAsync(source, cancellationToken).ConfigureAwait(false);
        return info;
    }

    private async ValueTask<StoreEntry> MoveDirectoryAsync(StorePath source, StorePath target, WriteMode mode, TransferOptions? options, CancellationToken cancellationToken)
    {
        if (target.IsUnder(source))
            throw CreateException(StoreErrorCode.PathConflict, $"'{target}' lies inside it", StoreOperations.Move, source);
        if (mode.Kind != WriteModes.CreateNew)
            throw new ArgumentException("A directory moves to a path where nothing is: WriteMode.CreateNew.", nameof(mode));
        if (Capabilities is not { Move: MoveKind.Native, Directories: DirectoryKind.Real } || !await TryMoveNativeAsync(source, target, mode, cancellationToken).ConfigureAwait(false))
        {
            if (await TryStatAsync(target, cancellationToken).ConfigureAwait(false) is not null)
                throw CreateException(StoreErrorCode.AlreadyExists, "something is there already", StoreOperations.Move, target);
            await TreeCopy.MoveAsync(this, source, this, target, options, cancellationToken).ConfigureAwait(false);
        }
        return await StatAsync(target, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>False when the store moves by itself, and not between these two places: they are on different devices, for example. Nothing has happened then.</returns>
    private async ValueTask<bool> TryMoveNativeAsync(StorePath source, StorePath target, WriteMode mode, CancellationToken cancellationToken)
    {
        try
        {
            await _driver.MoveAsync(new CopyRequest(source, target, mode), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException && StoreErrors.Classify(_driver, e).Code == StoreErrorCode.Unsupported)
        {
            return false;
        }
        catch (Exception e) when (IsRaw(e, StoreOperations.Move, source, cancellationToken))
        {
            throw Wrap(e, StoreOperations.Move, source);
        }
    }
}
