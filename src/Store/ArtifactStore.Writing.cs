using Cairn.Writing;

namespace Cairn;

public sealed partial class ArtifactStore
{
    /// <summary>Begins to write a file.</summary>
    /// <param name="path">The file; its parents come into being by themselves.</param>
    /// <param name="mode">On what condition; the store checks it when the write completes, or earlier.</param>
    /// <param name="options">What goes along; null for nothing.</param>
    /// <param name="cancellationToken">Cancels the opening, not the writing.</param>
    /// <returns>
    /// A stream that publishes on <see cref="StoreWriteStream.CompleteAsync"/> only. The caller disposes it; disposed before completion, it leaves what was there.
    /// </returns>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.Unsupported"/> when the store cannot hold the mode, the content type or the metadata; <see cref="StoreErrorCode.PathConflict"/>;
    /// <see cref="StoreErrorCode.AlreadyExists"/> and <see cref="StoreErrorCode.PreconditionFailed"/> here or at completion.
    /// </exception>
    public Task<StoreWriteStream> OpenWriteAsync(StorePath path, WriteMode mode, OpenWriteOptions? options = null, CancellationToken cancellationToken = default) =>
        Core.OpenWriteAsync(path, mode, options, cancellationToken);
}
