using Cairn.Errors;
using Cairn.Layers;
using Cairn.Transfers;

namespace Cairn;

public sealed partial class ArtifactStore
{
    /// <summary>Removes a file, or an empty directory. Where a file and a directory share the path, the file.</summary>
    /// <returns>True when it was there; false when nothing was.</returns>
    /// <remarks>Where directories are virtual, removing a directory removes its marker alone: it goes on to exist while files lie below it.</remarks>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/> for a real directory that is not empty; see <see cref="RemoveTreeAsync(StorePath, CancellationToken)"/>.</exception>
    public Task<bool> RemoveAsync(StorePath path, CancellationToken cancellationToken = default) => Core.RemoveAsync(path, cancellationToken);

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
        Core.Enter(cancellationToken);
        Core.Refuse(CapabilityRules.Delete(Capabilities), StoreOperations.Remove, path);
        return await new TreeRemoval(Core, path) { FailFast = failFast }.RunAsync(cancellationToken).ConfigureAwait(false);
    }
}
