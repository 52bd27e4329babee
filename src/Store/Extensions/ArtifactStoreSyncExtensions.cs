using Cairn.Errors;
using Cairn.LocalFiles;
using Cairn.Transfers;

namespace Cairn;

/// <summary>Extension methods that make a tree equal to another by copying only the differences.</summary>
/// <remarks>
/// Two files are considered equal if their lengths are equal and, if both stores report a checksum of the same kind, the checksums are equal; otherwise, if
/// the target has recorded the time of the source (as its modified time if the store keeps the specified time, or in the metadata <c>mtime</c>). A target
/// without a recorded time is considered equal if it is not older.
/// </remarks>
public static class ArtifactStoreSyncExtensions
{
    /// <summary>Makes a directory of a store equal to a directory of any store.</summary>
    /// <param name="source">The source store.</param>
    /// <param name="sourcePath">The source directory.</param>
    /// <param name="target">The target store.</param>
    /// <param name="targetPath">The target directory, which is created if it does not exist.</param>
    /// <param name="options">The deletion, filters, parallelism and progress. Optional.</param>
    /// <param name="cancellationToken">Cancels the operation; files that have been copied are kept.</param>
    /// <returns>The result.</returns>
    /// <exception cref="BatchFailedException">Some entries could not be copied or removed; the others were. The exception contains each failure and the
    /// result.</exception>
    /// <exception cref="StoreException">NotFound: the source is not a directory. PathConflict: one directory contains the other.</exception>
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
    /// <param name="store">The target store.</param>
    /// <param name="localFolder">The local source folder. <see cref="TransferOptions.Links"/> determines the handling of links below it.</param>
    /// <param name="path">The target directory, which is created if it does not exist.</param>
    /// <param name="options">The deletion, filters, parallelism and progress. Optional.</param>
    /// <param name="cancellationToken">Cancels the operation; files that have been copied are kept.</param>
    /// <returns>The result.</returns>
    /// <exception cref="BatchFailedException">Some entries could not be copied or removed; the others were. The exception contains each failure and the
    /// result.</exception>
    /// <exception cref="StoreException">NotFound: the folder does not exist.</exception>
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
