using System.Runtime.CompilerServices;
using Cairn.Artifacts;

namespace Cairn.Artifacts;

public sealed partial class ArtifactRepository
{
    /// <summary>Removes what saves that were killed have left in <c>staging/</c>: large files that were written and not yet moved to their place. Nothing refers to them.</summary>
    /// <remarks>
    /// Blobs and packs that such a save had put in place already stay: the next save of the same content finds them. What uploads have left is the store's own matter
    /// (<see cref="ArtifactStore.ListStagedAsync"/>).
    /// </remarks>
    /// <param name="olderThan">Only what was written at least so long ago: a younger file may belong to a save that is under way.</param>
    /// <param name="dryRun">True to remove nothing.</param>
    /// <param name="cancellationToken">Cancels the cleaning; what was removed is gone.</param>
    /// <returns>Each file, after it was removed.</returns>
    public async IAsyncEnumerable<StoreEntry> CleanStagingAsync(TimeSpan olderThan, bool dryRun = false, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(olderThan, TimeSpan.Zero);
        // A folder of that name elsewhere is somebody's own.
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
