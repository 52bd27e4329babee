using Cairn.Errors;
using Cairn.Transfers;

namespace Cairn;

/// <summary>Copies and moves between two stores, in bounded memory; inside one store, by the store itself where it can.</summary>
public static class ArtifactStoreTransferExtensions
{
    /// <summary>Copies a file to another store. Content type and metadata go along where the target keeps them.</summary>
    /// <remarks>
    /// A large file of a remote store comes in several ranges at once, all of one version. Memory is bounded by the source's <see cref="ArtifactStoreOptions.PartParallelism"/> × 8 MiB and the target's parts.
    /// </remarks>
    /// <param name="source">The store to read.</param>
    /// <param name="sourcePath">The file.</param>
    /// <param name="target">The store to write; may be the same, or another view of it.</param>
    /// <param name="targetPath">Where to.</param>
    /// <param name="mode">On what condition of the target.</param>
    /// <param name="cancellationToken">Cancels the copy; the target is then as it was, or whole.</param>
    /// <returns>The target's facts.</returns>
    public static async Task<StoreEntry> CopyToAsync(
        this ArtifactStore source, StorePath sourcePath, ArtifactStore target, StorePath targetPath, WriteMode mode, CancellationToken cancellationToken) =>
        await source.CopyToAsync(sourcePath, target, targetPath, mode, null, cancellationToken).ConfigureAwait(false);

    /// <summary>Copies a file to another store. Content type and metadata go along where the target keeps them.</summary>
    /// <param name="source">The store to read.</param>
    /// <param name="sourcePath">The file.</param>
    /// <param name="target">The store to write; may be the same, or another view of it.</param>
    /// <param name="targetPath">Where to.</param>
    /// <param name="mode">On what condition of the target.</param>
    /// <param name="progress">Receives the progress; optional. A store that copies by itself tells only the end.</param>
    /// <param name="cancellationToken">Cancels the copy; the target is then as it was, or whole.</param>
    /// <returns>The target's facts.</returns>
    /// <remarks>The source's time goes along too: as the file's own where the target keeps a time that is given, otherwise as the metadata <c>mtime</c> where it keeps metadata.</remarks>
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

    /// <summary>Moves a file, or a directory with all that is below it, to another store: copies, and then deletes the versions that were copied.</summary>
    /// <param name="source">The store to read.</param>
    /// <param name="sourcePath">The file or directory.</param>
    /// <param name="target">The store to write; may be the same, or another view of it.</param>
    /// <param name="targetPath">Where to; the same address changes nothing.</param>
    /// <param name="mode">On what condition of the target; a directory moves with <see cref="WriteMode.CreateNew"/> only.</param>
    /// <param name="cancellationToken">Cancels the move; the source is then still there, or the target whole.</param>
    /// <returns>The target's facts.</returns>
    /// <exception cref="BatchFailedException">Some entries of a directory could not be copied; the others are, and the source is whole. It has each failure.</exception>
    public static Task<StoreEntry> MoveToAsync(
        this ArtifactStore source, StorePath sourcePath, ArtifactStore target, StorePath targetPath, WriteMode mode, CancellationToken cancellationToken = default) =>
        source.MoveToAsync(sourcePath, target, targetPath, mode, null, cancellationToken);

    /// <summary>Moves a file, or a directory with all that is below it, to another store: copies, and then deletes the versions that were copied.</summary>
    /// <param name="source">The store to read.</param>
    /// <param name="sourcePath">The file or directory.</param>
    /// <param name="target">The store to write; may be the same, or another view of it.</param>
    /// <param name="targetPath">Where to; the same address changes nothing.</param>
    /// <param name="mode">On what condition of the target; a directory moves with <see cref="WriteMode.CreateNew"/> only.</param>
    /// <param name="options">How a directory is copied: parallelism, progress, fail-fast. Its mode, filters and links do not count: a move leaves nothing behind. Null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the move; the source is then still there, or the target whole.</param>
    /// <returns>The target's facts.</returns>
    /// <exception cref="BatchFailedException">Some entries of a directory could not be copied; the others are, and the source is whole. It has each failure.</exception>
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

    /// <summary>Copies a directory with all that is below it to another store; empty directories too, where the target has directories.</summary>
    /// <param name="source">The store to read.</param>
    /// <param name="sourcePath">The directory.</param>
    /// <param name="target">The store to write; may be the same, or another view of it.</param>
    /// <param name="targetPath">Where to; what is there already and is not in the source stays.</param>
    /// <param name="options">Mode, filters, parallelism, progress; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the copy; what has arrived stays.</param>
    /// <returns>What was copied.</returns>
    /// <exception cref="BatchFailedException">Some entries could not be copied; the others are. It has each failure, and the result.</exception>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.NotFound"/> when no directory is there; <see cref="StoreErrorCode.PathConflict"/> for a directory into itself.
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
