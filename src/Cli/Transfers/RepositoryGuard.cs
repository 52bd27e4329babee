using Cairn.Artifacts;

namespace Cairn.Cli;

/// <summary>Protects the folder of an artifact repository from commands that remove or move files and folders: without one of its files, artifacts no longer load.</summary>
internal static class RepositoryGuard
{
    /// <summary>Refuses a location that is in a repository or contains one.</summary>
    /// <param name="location">The location.</param>
    /// <param name="mayContain">true if it can be a folder, so that it can be or contain a repository.</param>
    /// <param name="operation">The operation, for the message.</param>
    /// <param name="advice">What to do instead.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/>: it is, contains or belongs to a repository.</exception>
    /// <remarks>
    /// The command line creates repositories only in a folder of the name <see cref="ArtifactRepository.DefaultFolder"/>, so that only paths with a segment of that name cost a request.
    /// </remarks>
    public static async Task RefuseAsync(Location location, bool mayContain, string operation, string advice, CancellationToken cancellationToken)
    {
        for (var folder = location.Path; !folder.IsRoot; folder = folder.Parent)
        {
            var isTarget = folder == location.Path;
            if (isTarget ? mayContain : folder.Name == ArtifactRepository.DefaultFolder.Name)
                await RefuseAsync(folder, isTarget ? "it is the folder of an artifact repository" : $"it belongs to the artifact repository in '{folder}/'").ConfigureAwait(false);
        }
        if (mayContain)
        {
            var below = location.Path / ArtifactRepository.DefaultFolder;
            await RefuseAsync(below, $"it contains the artifact repository '{below}/'").ConfigureAwait(false);
        }

        async Task RefuseAsync(StorePath folder, string reason)
        {
            if (await ArtifactRepository.ExistsAsync(location.Store, folder, cancellationToken).ConfigureAwait(false))
                throw location.Fault(StoreErrorCode.PathConflict, operation, reason, advice);
        }
    }
}
