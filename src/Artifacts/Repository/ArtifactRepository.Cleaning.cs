using System.Runtime.CompilerServices;
using Cairn.Artifacts;

namespace Cairn.Artifacts;

public sealed partial class ArtifactRepository
{
    /// <summary>
    /// Removes the remains of killed saves in <c>staging/</c>: large files that were written but not yet moved to their final path. Nothing refers to them.
    /// </summary>
    /// <remarks>
    /// Blobs and packs that such a save had already moved are kept: the next save of the same content uses them. <see cref="ArtifactStore.ListStagedAsync"/>
    /// lists the remains of uploads.
    /// </remarks>
    /// <param name="olderThan">The minimum age of a file; a younger file may belong to a save in progress.</param>
    /// <param name="dryRun">true to remove nothing.</param>
    /// <param name="cancellationToken">Cancels the operation; files that have been removed stay removed.</param>
    /// <returns>Each file, after it was removed.</returns>
    public async IAsyncEnumerable<StoreEntry> CleanStagingAsync(TimeSpan olderThan, bool dryRun = false, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(olderThan, TimeSpan.Zero);
        // A folder of that name elsewhere belongs to the user.
        if (!await _blobs.IsPreparedAsync(cancellationToken).ConfigureAwait(false))
            yield break;
        var before = Store.Options.TimeProvider.GetUtcNow() - olderThan;
        await foreach (var file in Store.ListAsync(BlobStore.Staging, null, cancellationToken).ConfigureAwait(false))
        {
            if (!file.IsFile || file.Modified > before || !Guid.TryParseExact(file.Path.Name, "N", out _))
                continue;
            if (!dryRun)
                await Store.RemoveAsync(file.Path, cancellationToken).ConfigureAwait(false);
            yield return file;
        }
    }
}
