using Cairn.Errors;
using Cairn.LocalFiles;
using Cairn.Transfers;

namespace Cairn;

/// <summary>Makes trees equal to others, by copying only what differs.</summary>
/// <remarks>
/// Two files are the same when their lengths are equal and, where both stores know a checksum of one kind, these are; otherwise when the target remembers the source's time (as its own modified time where the store
/// keeps the time that is given, and in the metadata <c>mtime</c> elsewhere). A target that remembers none is compared by whether it is older.
/// </remarks>
public static class ArtifactStoreSyncExtensions
{
    /// <summary>Makes a directory of a store equal to another, of any store.</summary>
    /// <param name="source">The store to read.</param>
    /// <param name="sourcePath">The directory to follow.</param>
    /// <param name="target">The store to write.</param>
    /// <param name="targetPath">The directory to make equal; made when it is not there.</param>
    /// <param name="options">Deletion, filters, parallelism, progress; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels; what has arrived stays.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="BatchFailedException">Some entries could not be copied or removed; the others are. It has each failure, and the result.</exception>
    /// <exception cref="StoreException">NotFound: the source is no directory. PathConflict: one lies in the other.</exception>
    public static async Task<TransferResult> SyncToAsync(
        this ArtifactStore source, StorePath sourcePath, ArtifactStore target, StorePath targetPath, SyncOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        options ??= new();
        var transfer = new TreeTransfer(options, source.Options);
        if (!await source.IsDirectoryAsync(sourcePath, cancellationToken).ConfigureAwait(false))
            throw source.Core.Missing(StoreOperations.Copy, sourcePath);
        var (from, to) = (source.Core.PlaceOf(sourcePath), target.Core.PlaceOf(targetPath));
        if (from.IsUnder(to) || to.IsUnder(from))
            throw source.CreateException(StoreErrorCode.PathConflict, $"{target.GetUri(targetPath)} and it lie in one another", StoreOperations.Copy, sourcePath);
        var log = transfer.Begin(StoreOperations.Copy, source.GetUri(sourcePath));
        return await new TreeSync(new StoreSource(source.Core, sourcePath, log.Unlisted), target.Core, targetPath, options, transfer, log).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a directory of a store equal to a local folder.</summary>
    /// <param name="store">The store to write.</param>
    /// <param name="localFolder">The local folder to follow. What becomes of links below it, <see cref="TransferOptions.Links"/> says.</param>
    /// <param name="path">The directory to make equal; made when it is not there.</param>
    /// <param name="options">Deletion, filters, parallelism, progress; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels; what has arrived stays.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="BatchFailedException">Some entries could not be copied or removed; the others are. It has each failure, and the result.</exception>
    /// <exception cref="StoreException">NotFound: there is no such folder.</exception>
    public static async Task<TransferResult> SyncFromDirectoryAsync(
        this ArtifactStore store, string localFolder, StorePath path = default, SyncOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentException.ThrowIfNullOrEmpty(localFolder);
        options ??= new();
        var transfer = new TreeTransfer(options, store.Options);
        store.Core.Enter(cancellationToken);
        var log = transfer.Begin(StoreOperations.Upload, StoreUri.FromLocalPath(localFolder));
        return await new TreeSync(new LocalSource(localFolder, transfer.Links, log.Unlisted), store.Core, path, options, transfer, log).RunAsync(cancellationToken).ConfigureAwait(false);
    }
}
