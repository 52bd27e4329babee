using Cairn.Engine;
using Cairn.Errors;
using Cairn.Layers;
using Cairn.Listing;
using Cairn.Providers;

namespace Cairn.Transfers;

/// <summary>Moves files and directories within a store, and between stores.</summary>
internal static class Moving
{
    /// <summary>Moves within a store: natively if the store can, otherwise by a copy and a delete.</summary>
    public static async Task<StoreEntry> WithinAsync(
        StoreCore store, StorePath source, StorePath target, WriteMode mode, TransferOptions? options, CancellationToken cancellationToken)
    {
        StoreCore.NotRoot(source, nameof(source));
        StoreCore.NotRoot(target, nameof(target));
        store.Enter(cancellationToken);
        store.Refuse(CapabilityRules.Write(store.Capabilities, mode), StoreOperations.Move, target);
        store.Refuse(CapabilityRules.Move(store.Capabilities), StoreOperations.Move, source);
        var info = await store.TryStatAsync(source, cancellationToken).ConfigureAwait(false) ?? throw store.Missing(StoreOperations.Move, source);
        if (source == target)
            return info;
        return info.IsDirectory
            ? await MoveDirectoryAsync(store, source, target, mode, options, cancellationToken).ConfigureAwait(false)
            : await MoveFileAsync(store, info, target, mode, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Moves between two places of the same store or of different stores.</summary>
    public static async Task<StoreEntry> BetweenAsync(
        StoreCore source, StorePath sourcePath, StoreCore target, StorePath targetPath, WriteMode mode, TransferOptions? options, CancellationToken cancellationToken)
    {
        if (ReferenceEquals(source.Whole, target.Whole))
            return (await WithinAsync(source.Whole, source.Prefix / sourcePath, target.Prefix / targetPath, mode, options, cancellationToken).ConfigureAwait(false)).At(targetPath);
        var info = await source.StatAsync(sourcePath, cancellationToken).ConfigureAwait(false);
        if (source.PlaceOf(sourcePath) == target.PlaceOf(targetPath))
            return info;
        if (info.IsFile)
        {
            // One service may have two URLs: an object that would be copied to itself must not be deleted afterwards.
            if (source.GetUri(sourcePath) == target.GetUri(targetPath) && await target.TryStatAsync(targetPath, cancellationToken).ConfigureAwait(false) is { } there
                && (there.ETag, there.Length, there.Modified) == (info.ETag, info.Length, info.Modified))
                throw source.CreateException(StoreErrorCode.PathConflict, $"the target at {target.PlaceOf(targetPath)} seems to be the same object: its etag and time are equal",
                    StoreOperations.Move, sourcePath, "Copy it, or remove the source.");
            var copy = await FileCopy.StreamAsync(source, sourcePath, target, targetPath, mode, info.ETag, isAlone: true, null, cancellationToken).ConfigureAwait(false);
            await DeleteMovedAsync(source, info, cancellationToken).ConfigureAwait(false);
            return copy;
        }
        if (mode.Kind != WriteModes.CreateNew)
            throw new ArgumentException("A directory can be moved only to a free path: use WriteMode.CreateNew.", nameof(mode));
        if (!targetPath.IsRoot && await target.TryStatAsync(targetPath, cancellationToken).ConfigureAwait(false) is not null)
            throw target.CreateException(StoreErrorCode.AlreadyExists, "a file or directory already exists at that path", StoreOperations.Move, targetPath);
        await TreeCopy.MoveAsync(source, sourcePath, target, targetPath, options, cancellationToken).ConfigureAwait(false);
        return await target.StatAsync(targetPath, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes a file that was copied, unless its version is no longer the copied one.</summary>
    private static async ValueTask DeleteMovedAsync(StoreCore store, StoreEntry copied, CancellationToken cancellationToken)
    {
        var bound = store.Capabilities.DeleteIfMatch ? copied.ETag : null;
        if (bound is null)
        {
            // A write between this check and the delete is lost.
            var now = await store.StatDriverAsync(copied.Path, cancellationToken).ConfigureAwait(false);
            if (now is null)
                return;
            if (now.ETag != copied.ETag || now.Length != copied.Length)
                throw Changed();
        }
        try
        {
            await store.RemoveOneAsync(copied.Path, EntryKind.File, reportMissing: false, StoreOperations.Move, cancellationToken, bound).ConfigureAwait(false);
        }
        catch (StoreException e) when (bound is not null && e.Code == StoreErrorCode.PreconditionFailed)
        {
            throw Changed();
        }

        StoreException Changed() => store.CreateException(
            StoreErrorCode.PreconditionFailed, "it changed while it was moved: the target has the earlier version, and the source stays", StoreOperations.Move, copied.Path, "Move it again.");
    }

    private static async ValueTask<StoreEntry> MoveFileAsync(StoreCore store, StoreEntry source, StorePath target, WriteMode mode, CancellationToken cancellationToken)
    {
        if (await TryMoveNativelyAsync(store, source.Path, target, mode, cancellationToken).ConfigureAwait(false))
            return await store.StatFileAsync(target, StoreOperations.Move, cancellationToken).ConfigureAwait(false);
        var info = await FileCopy.WithinAsync(store, source.Path, target, mode, source.ETag, null, cancellationToken).ConfigureAwait(false);
        await DeleteMovedAsync(store, source, cancellationToken).ConfigureAwait(false);
        return info;
    }

    private static async ValueTask<StoreEntry> MoveDirectoryAsync(
        StoreCore store, StorePath source, StorePath target, WriteMode mode, TransferOptions? options, CancellationToken cancellationToken)
    {
        if (target.IsUnder(source))
            throw store.CreateException(StoreErrorCode.PathConflict, $"'{target}' lies inside it", StoreOperations.Move, source);
        if (mode.Kind != WriteModes.CreateNew)
            throw new ArgumentException("A directory can be moved only to a free path: use WriteMode.CreateNew.", nameof(mode));
        if (store.Capabilities.Directories != DirectoryKind.Real || !await TryMoveNativelyAsync(store, source, target, mode, cancellationToken).ConfigureAwait(false))
        {
            if (await store.TryStatAsync(target, cancellationToken).ConfigureAwait(false) is not null)
                throw store.CreateException(StoreErrorCode.AlreadyExists, "a file or directory already exists at that path", StoreOperations.Move, target);
            await TreeCopy.MoveAsync(store, source, store, target, options, cancellationToken).ConfigureAwait(false);
        }
        return await store.StatAsync(target, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>False if the store cannot move natively, or not between these two places, for example because they are on different devices. Nothing was changed then.</returns>
    private static async ValueTask<bool> TryMoveNativelyAsync(StoreCore store, StorePath source, StorePath target, WriteMode mode, CancellationToken cancellationToken)
    {
        if (store.Capabilities.Move != MoveKind.Native)
            return false;
        try
        {
            await store.MoveDriverAsync(new CopyRequest(source, target, mode), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.Unsupported)
        {
            return false;
        }
    }
}
