using Cairn.Errors;
using Cairn.Providers;
using Cairn.Transfers;

namespace Cairn;

public sealed partial class ArtifactStore
{
    /// <summary>Removes a file, or an empty directory. Where a file and a directory share the path, the file.</summary>
    /// <returns>True when it was there; false when nothing was.</returns>
    /// <remarks>Where directories are virtual, removing a directory removes its marker alone: it goes on to exist while files lie below it.</remarks>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/> for a real directory that is not empty; see <see cref="RemoveTreeAsync(StorePath, CancellationToken)"/>.</exception>
    public async Task<bool> RemoveAsync(StorePath path, CancellationToken cancellationToken = default)
    {
        NotRoot(path, nameof(path));
        Enter(cancellationToken);
        CheckWritable(StoreOperations.Remove, path);
        if (Capabilities.Directories == DirectoryKind.Real)
        {
            return await StatDriverAsync(path, cancellationToken).ConfigureAwait(false) is { } info
                && await RemoveOneAsync(path, info.Kind, reportMissing: true, StoreOperations.Remove, cancellationToken).ConfigureAwait(false);
        }
        return await RemoveOneAsync(path, EntryKind.File, reportMissing: true, StoreOperations.Remove, cancellationToken).ConfigureAwait(false)
            || (Capabilities.Directories == DirectoryKind.Virtual
                && await RemoveOneAsync(path, EntryKind.Directory, reportMissing: true, StoreOperations.Remove, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Removes everything at and below a path; below the root, everything. A missing tree is removed already.</summary>
    /// <returns>How many files were removed.</returns>
    /// <exception cref="BatchFailedException">Some could not be removed; the others are. It has each failure.</exception>
    public Task<long> RemoveTreeAsync(StorePath path, CancellationToken cancellationToken = default) => RemoveTreeAsync(path, failFast: false, cancellationToken);

    /// <summary>Removes everything at and below a path; below the root, everything. A missing tree is removed already.</summary>
    /// <param name="path">The tree's root.</param>
    /// <param name="failFast">True to begin nothing more after the first failure; false to go on with the rest.</param>
    /// <param name="cancellationToken">Cancels; what is removed is gone.</param>
    /// <returns>How many files were removed.</returns>
    /// <remarks>Links, pipes and devices below a real directory go too, and not what a link leads to.</remarks>
    /// <exception cref="BatchFailedException">Some could not be removed. It has each failure.</exception>
    public async Task<long> RemoveTreeAsync(StorePath path, bool failFast, CancellationToken cancellationToken = default)
    {
        Enter(cancellationToken);
        CheckWritable(StoreOperations.Remove, path);
        return await new TreeRemoval(this, path) { FailFast = failFast }.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    internal async ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, StorePath about, CancellationToken cancellationToken)
    {
        try
        {
            return await _driver.DeleteAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsRaw(e, StoreOperations.Remove, about, cancellationToken))
        {
            throw Wrap(e, StoreOperations.Remove, about);
        }
    }

    /// <summary>Makes the failure of one target of a batch an error of its own.</summary>
    internal StoreException FailureOf(DeleteResult result, string operation) => result.Error switch
    {
        null => CreateException(StoreErrorCode.Unknown, "the store does not say why", operation, result.Path),
        StoreException known => known.WithContext(operation, GetUri(result.Path)),
        var raw => Wrap(raw, operation, result.Path),
    };

    private async ValueTask<bool> RemoveOneAsync(
        StorePath path, EntryKind kind, bool reportMissing, string operation, CancellationToken cancellationToken, string? ifMatch = null)
    {
        var results = await DeleteAsync(new DeleteRequest([new DeleteTarget(path, kind) { IfMatch = ifMatch }]) { ReportMissing = reportMissing }, path, cancellationToken).ConfigureAwait(false);
        return results[0].Outcome != DeleteOutcome.Failed ? results[0].Outcome == DeleteOutcome.Deleted : throw FailureOf(results[0], operation);
    }
}
