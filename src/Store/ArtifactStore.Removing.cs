using Cairn.Errors;
using Cairn.Layers;
using Cairn.Transfers;

namespace Cairn;

public sealed partial class ArtifactStore
{
    /// <summary>Removes a file or an empty directory. If a file and a directory have the same path, removes the file.</summary>
    /// <returns>true if it existed; otherwise, false.</returns>
    /// <remarks>If directories are virtual, removing a directory removes only its marker: it continues to exist while files exist below it.</remarks>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/>: a real directory is not empty; see <see cref="RemoveTreeAsync(StorePath,
    /// CancellationToken)"/>.</exception>
    public Task<bool> RemoveAsync(StorePath path, CancellationToken cancellationToken = default) => Core.RemoveAsync(path, cancellationToken);

    /// <summary>Removes all entries at and below a path. Succeeds if the path does not exist.</summary>
    /// <returns>The number of removed files.</returns>
    /// <exception cref="BatchFailedException">Some entries could not be removed; the others were. The exception contains each failure.</exception>
    public Task<long> RemoveTreeAsync(StorePath path, CancellationToken cancellationToken = default) => RemoveTreeAsync(path, failFast: false, cancellationToken);

    /// <summary>Removes all entries at and below a path. Succeeds if the path does not exist.</summary>
    /// <param name="path">The root of the tree.</param>
    /// <param name="failFast">true to stop after the first failure; false to continue with the other entries.</param>
    /// <param name="cancellationToken">Cancels the operation; entries that have been removed stay removed.</param>
    /// <returns>The number of removed files.</returns>
    /// <remarks>Links, pipes and devices below a real directory are removed, too. The targets of links are not affected.</remarks>
    /// <exception cref="BatchFailedException">Some entries could not be removed. The exception contains each failure.</exception>
    public async Task<long> RemoveTreeAsync(StorePath path, bool failFast, CancellationToken cancellationToken = default)
    {
        Core.Enter(cancellationToken);
        Core.Refuse(CapabilityRules.Delete(Capabilities), StoreOperations.Remove, path);
        return await new TreeRemoval(Core, path) { FailFast = failFast }.RunAsync(cancellationToken).ConfigureAwait(false);
    }
}
